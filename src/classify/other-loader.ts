import type { AttachMode, Outcome } from '../model/cell.ts';
import { type Evidence, firstStage } from '../model/evidence.ts';
import type { Finding } from '../model/finding.ts';
import type { LoaderFacts } from '../model/guest-loader.ts';
import { flag } from '../model/wording.ts';
import type { ObjectFacts } from '../object/facts.ts';
import { isFault, signalName } from './crash.ts';
import { evidenceOfLoader, loaderRun, reportIn } from './loader-evidence.ts';
import { withObjectMaps } from './loader-maps.ts';
import { cutReport, passedOver, withPassedOver } from './loader-programs.ts';
import { inWordsOfLibrary, rejected } from './loader-rejection.ts';
import { withStop } from './loader-stop.ts';
import { evidenceLine, makeFinding } from './make-finding.ts';
import type { ManifestProgram } from './manifest.ts';
import { classifyWhole } from './proven.ts';

/** Exit codes of our loaders (docs/loaders.md). */
const LOADED = 0;
const REJECTED = 2;
/** What the guest keeps of what a command prints. */
const KEPT_BYTES = 256 * 1024;
/** Shells and the guest add this to the number of a signal. */
const SIGNAL_BASE = 128;
const MAX_SIGNAL = 64;
const NOT_STARTED: readonly number[] = [126, 127];

export interface LoaderValidation {
  readonly loader: LoaderFacts;
  readonly attachMode: AttachMode;
  /** Programs that the manifest names; empty without one. */
  readonly programs: readonly ManifestProgram[];
  /** The host's own reading of the object; undefined where there is none. */
  readonly facts: ObjectFacts | undefined;
}

function infra(cause: 'protocol' | 'internal' | 'guest_crash' | 'timeout', message: string): Outcome {
  return { status: 'infra_error', cause, message };
}

/** The signal that an exit code stands for; undefined for a plain one. */
function signalIn(code: number): number | undefined {
  const signal = code - SIGNAL_BASE;
  return signal > 0 && signal <= MAX_SIGNAL ? signal : undefined;
}

/** A loader that ended without a report: that it crashed over the object is what was observed; a slow machine is no verdict. */
function withoutReport(evidence: Evidence, { name, version }: LoaderFacts): Outcome {
  const run = loaderRun(evidence);
  const exit = firstStage(evidence, 'exit');
  if (run === undefined && exit?.kind !== 'timeout') {
    return infra('internal', `the guest did not run the loader ${name}; see the validator's log of this target`);
  }
  if (run && NOT_STARTED.includes(run.exit_code)) {
    return infra('internal', `the loader ${name} could not be started in the guest: ${run.error}; build it again`);
  }
  if (run?.timed_out ?? true) {
    return infra(
      'timeout',
      `the loader ${name} ${version} did not end in time; raise ${flag('timeout')}, and report it to the library if it hangs`,
    );
  }
  const cut = (run?.stdout_bytes ?? 0) > KEPT_BYTES;
  if (run && (cut || run.exit_code === LOADED)) {
    const why = cut ? `printed ${run.stdout_bytes} bytes, more than the guest keeps` : 'printed no report';
    return infra(
      'protocol',
      `the loader ${name} ${version} ended with ${run.exit_code} and ${why}; test the object without ${flag('loader')}`,
    );
  }
  const signal = signalIn(run?.exit_code ?? 0);
  if (signal !== undefined && !isFault(signal)) {
    return infra(
      'guest_crash',
      `the loader ${name} ${version} was ended by ${signalName(signal)}, which somebody sent: the kernel where memory is short (raise memory_mb of the profile), or a program that was attached (bpf_send_signal)`,
    );
  }
  const how =
    signal === undefined ? `exit code ${run?.exit_code ?? 0} without a report` : `ended by ${signalName(signal)}`;
  const said = run?.stderr_tail.split('\n').find((line) => line.trim() !== '');
  const cause = makeFinding({
    code: 'LOADER_REJECTED',
    confidence: 'high',
    phase: 'load',
    args: { loader: name, version, reason: 'crash', error: how },
    evidence: evidenceLine(said, 'stderr of the loader'),
  });
  return { status: 'fail', failedStage: 'load', findings: [{ ...cause, decisive: true }] };
}

/** Where only the library spoke, its words are the cause. */
function inOwnWords(outcome: Outcome, words: Finding, facts: ObjectFacts | undefined): Outcome {
  if (outcome.status !== 'fail') return outcome;
  const findings = outcome.findings.map((finding) => {
    const own = finding.decisive ? inWordsOfLibrary(finding, words, facts) : undefined;
    return own === undefined ? finding : { ...own, decisive: true };
  });
  return { ...outcome, findings };
}

/**
 * The verdict of another loader: what its report says was rejected, by the kernel's words where there are some, else by the
 * library's own. A loader that contradicts its own exit code gives none.
 */
export function classifyLoader(evidence: Evidence, validation: LoaderValidation): Outcome {
  const { loader, attachMode, programs, facts } = validation;
  const exit = firstStage(evidence, 'exit');
  if (!exit) return infra('protocol', 'the guest ended its response without saying how the loader ended');
  if (exit.kind === 'protocol') return infra('protocol', 'the validator in the guest broke the frame protocol');
  const report = reportIn(evidence);
  const code = loaderRun(evidence)?.exit_code;
  if (report === undefined || (code !== LOADED && code !== REJECTED)) return withoutReport(evidence, loader);
  const denied = [report.open, report.load, ...report.attach].some((one) => one.status === 'pass' && one.errno !== 0);
  if (denied || report.loader !== loader.name || (report.load.status === 'pass') !== (code === LOADED)) {
    return infra('protocol', `the response of the loader ${loader.name} contradicts itself; run it again`);
  }
  const shown = withObjectMaps(evidenceOfLoader(evidence), facts);
  // What a list that is cut does not have may be in the object all the same.
  const listed = new Set(firstStage(shown, 'open')?.programs.map(({ name }) => name));
  const known = cutReport(report, facts, loader) ? programs.filter(({ name }) => listed.has(name)) : programs;
  const outcome = classifyWhole({
    ...{ evidence: shown, attachMode, programs: known },
    ...{ validationMode: '', functionalTests: [] },
  });
  const cut = outcome.status === 'pass' ? cutReport(report, facts, loader) : undefined;
  if (cut !== undefined) return infra('internal', cut);
  const own = inOwnWords(outcome, rejected(loader, report), facts);
  return withPassedOver(withStop(own, loader, report, facts), passedOver(loader, report, facts, programs));
}
