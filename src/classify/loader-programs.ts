import type { Outcome } from '../model/cell.ts';
import { type Finding, programsOf } from '../model/finding.ts';
import type { LoaderFacts } from '../model/guest-loader.ts';
import { type LoaderReport, MAX_LISTED } from '../model/loader-report.ts';
import { flag } from '../model/wording.ts';
import type { ObjectFacts } from '../object/facts.ts';
import { asCauses, makeFinding } from './make-finding.ts';
import type { ManifestProgram } from './manifest.ts';

/** Longer names, and those with other characters, come back changed. */
const PLAIN_NAME = /^[\x20-\x7e]{1,200}$/;

/** Why a report that is cut says too little of an object to call it a pass; undefined where it lists every program. */
export function cutReport(
  report: LoaderReport,
  facts: ObjectFacts | undefined,
  { name, version }: LoaderFacts,
): string | undefined {
  const count = facts?.programs.length ?? 0;
  if (count <= MAX_LISTED) return undefined;
  const rest = count - report.programs.length;
  return `${name} ${version} lists ${report.programs.length} of the ${count} programs of the object, so nothing is known of ${rest}; test it without ${flag('loader')}, or divide it`;
}

/**
 * Programs that stand in the object, would be loaded by libbpf, and were passed over by a library that reports a load
 * without a failure: nothing of them was seen.
 * @param wanted programs that the manifest names: it is a failure where a required one was not loaded
 */
export function passedOver(
  { name, version }: LoaderFacts,
  report: LoaderReport,
  facts: ObjectFacts | undefined,
  declared: readonly ManifestProgram[],
): Finding | undefined {
  if (facts === undefined || facts.problems.length > 0 || report.load.status !== 'pass') return undefined;
  const loaded = new Set(report.programs.filter((one) => one.loaded).map((one) => one.name));
  const programs = facts.programs
    .filter((one) => one.autoload && PLAIN_NAME.test(one.name) && !loaded.has(one.name))
    .map((one) => one.name);
  if (programs.length === 0) return undefined;
  const finding = makeFinding({
    code: 'LOADER_REJECTED',
    confidence: 'high',
    phase: 'load',
    subject: programs.length === 1 ? programs[0] : undefined,
    programs,
    args: { loader: name, version, reason: 'passed_over' },
  });
  const isRequired = declared.some((one) => one.required && programs.includes(one.name));
  return isRequired ? asCauses([finding])[0] : finding;
}

/** An outcome with what the library passed over. Where nothing of the object was loaded at all that is said already. */
export function withPassedOver(outcome: Outcome, finding: Finding | undefined): Outcome {
  if (finding === undefined || (outcome.status !== 'pass' && outcome.status !== 'fail')) return outcome;
  if (outcome.status === 'fail') return { ...outcome, findings: [...outcome.findings, finding] };
  if (finding.decisive) return { status: 'fail', failedStage: 'load', findings: [finding, ...outcome.findings] };
  const findings = outcome.findings.map((one) =>
    one.code === 'NOTHING_LOADED'
      ? makeFinding({
          ...{ code: 'NOTHING_LOADED', confidence: 'high', phase: 'load' },
          args: { reason: 'passed_over', names: programsOf(finding.args).slice(0, 20).join(', ') },
        })
      : one,
  );
  return { ...outcome, findings: [...findings, finding] };
}
