import type { ReasonOf } from '../findings/findings.ts';
import { type Evidence, firstStage, type StageOf, stagesOf } from '../model/evidence.ts';
import type { Finding } from '../model/finding.ts';
import { grouped } from '../model/once-per.ts';
import { few } from './few.ts';
import { evidenceLine, makeFinding } from './make-finding.ts';
import type { ManifestProgram } from './manifest.ts';

type AttachStage = StageOf<'attach'>;

/** What the validator says of a program that it did not attach, and what that means for the user. */
const REASONS: readonly (readonly [reason: ReasonOf<'NOT_ATTACHED'>, words: RegExp])[] = [
  ['no_target', /names no (?:target|function|probe)/],
  ['no_file', /the file it probes is not in this guest/],
  ['on_demand', /is run on demand/],
  ['unreferenced', /no struct_ops map refers to it/],
];

/** Why a program that is loaded was not attached. */
function idleReason(why: string): ReasonOf<'NOT_ATTACHED'> {
  return REASONS.find(([, words]) => words.test(why))?.[0] ?? 'no_place';
}

/** Stages of programs that are loaded and were not tried to be attached. */
function untriedStages(stages: readonly AttachStage[]): AttachStage[] {
  return stages.filter(({ status, reason }) => status === 'skipped' && !reason.startsWith('not loaded:'));
}

/** Programs that are loaded, that something is to attach, and that could not be tried. */
export function untriedNames(stages: readonly AttachStage[]): string[] {
  const untried = untriedStages(stages).filter(({ reason }) => idleReason(reason) !== 'on_demand');
  return untried.map(({ program }) => program);
}

/**
 * Programs of an object that loads while none of them is attached: the load is all that was seen. One finding per reason,
 * about the first program with it. Nothing where a program was attached, or where attaching failed and says more.
 */
export function idleFindings(stages: readonly AttachStage[]): Finding[] {
  if (stages.some(({ status }) => status !== 'skipped')) return [];
  const groups = grouped(untriedStages(stages), ({ reason }) => reason);
  return [...groups].map(([why, group]) =>
    makeFinding({
      code: 'NOT_ATTACHED',
      confidence: 'high',
      phase: 'attach',
      subject: group[0]?.program,
      programs: group.map(({ program }) => program),
      args: {
        section: group[0]?.section,
        reason: idleReason(why),
        why: why.replace(/^loaded; /, ''),
      },
      evidence: evidenceLine(why, 'attach'),
    }),
  );
}

/**
 * An object that loads without any program: each is opt-in or left out, or there is none. Nothing was seen of what it does.
 * @param wanted programs that the manifest names
 */
export function unloadedFindings(evidence: Evidence, declared: readonly ManifestProgram[]): Finding[] {
  const programs = firstStage(evidence, 'open')?.programs ?? [];
  const required = new Set(declared.filter((program) => program.required).map(({ name }) => name));
  const chosen = firstStage(evidence, 'load')?.variants?.some((group) => group.chosen !== '') ?? false;
  // A map may load the struct_ops programs that it refers to, opt-in or not.
  const attached = stagesOf(evidence, 'attach').some(({ status }) => status !== 'skipped');
  if (chosen || attached || programs.some(({ name, autoload }) => autoload || required.has(name))) return [];
  const names = programs.map(({ name }) => name);
  const reason = programs.length === 0 ? 'no_program' : 'left_out';
  return [
    makeFinding({
      code: 'NOTHING_LOADED',
      confidence: 'high',
      phase: 'load',
      args: { reason, names: few(names) },
    }),
  ];
}
