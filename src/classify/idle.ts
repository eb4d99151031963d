import type { StageOf } from '../model/evidence.ts';
import type { Finding } from '../model/finding.ts';
import { evidenceLine, makeFinding } from './make-finding.ts';

type AttachStage = StageOf<'attach'>;

/** What the validator says of a program that it did not attach, and what that asks of the user. */
const REASONS: readonly (readonly [reason: string, words: RegExp])[] = [
  ['no_target', /names no (?:target|function|probe)/],
  ['no_file', /the file it probes is not in this guest/],
  ['on_demand', /is run on demand/],
  ['unreferenced', /no struct_ops map refers to it/],
];

/**
 * Programs of an object that loads while none of them is attached: the load is all that was seen. One finding per reason,
 * about the first program with it. Nothing where a program was attached, or where attaching failed and tells more.
 */
export function idleFindings(stages: readonly AttachStage[]): Finding[] {
  if (stages.some(({ status }) => status !== 'skipped')) return [];
  const groups = new Map<string, AttachStage[]>();
  for (const stage of stages.filter(({ reason }) => !reason.startsWith('not loaded:'))) {
    groups.set(stage.reason, [...(groups.get(stage.reason) ?? []), stage]);
  }
  return [...groups].map(([why, group]) =>
    makeFinding({
      code: 'NOT_ATTACHED',
      confidence: 'high',
      phase: 'attach',
      subject: group[0]?.program,
      args: {
        program: group.map(({ program }) => program).join(', '),
        section: group[0]?.section,
        reason: REASONS.find(([, words]) => words.test(why))?.[0] ?? 'no_place',
        why: why.replace(/^loaded; /, ''),
      },
      evidence: evidenceLine(why, 'attach'),
    }),
  );
}
