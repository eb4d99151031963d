import { leftOut } from '../classify/proven.ts';
import { bytesOf } from '../model/bytes-of.ts';
import type { Outcome } from '../model/cell.ts';
import type { Evidence, Stage } from '../model/evidence.ts';
import { decisiveOf } from '../model/finding.ts';

/** At most so much of a text, so many entries of a list. */
const TEXT_CHARS = 512;
const ENTRIES = 100;

/** Said once per result; what the others mean depends on them. */
const FRAME: ReadonlySet<Stage['stage']> = new Set(['begin', 'open', 'load', 'exit']);

function cut(value: unknown): unknown {
  if (typeof value === 'string') return value.length > TEXT_CHARS ? value.slice(-TEXT_CHARS) : value;
  if (Array.isArray(value)) return value.slice(0, ENTRIES).map(cut);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, cut(item)]));
}

/** What failed comes first when there is no room for all. */
function rank(stage: Stage): number {
  if (FRAME.has(stage.stage)) return 0;
  return 'status' in stage && stage.status === 'fail' ? 1 : 2;
}

/**
 * The outline of a result, and of the rest as much as fits into `bytes`: what failed first, all in its order, with cut
 * texts and lists. What was about to be done is left out: it only matters for results that never came.
 */
export function shortEvidence(evidence: Evidence, bytes: number): Evidence {
  const numbered = evidence.stages.flatMap((stage, index) =>
    stage.stage === 'step' ? [] : [{ stage, index, rank: rank(stage) }],
  );
  const chosen: { stage: Stage; index: number }[] = [];
  let left = bytes;
  for (const { stage, index, rank } of numbered.sort((a, b) => a.rank - b.rank || a.index - b.index)) {
    const short = cut(stage) as Stage;
    const weight = rank === 0 ? 0 : bytesOf(short);
    if (weight > left) break;
    left -= weight;
    chosen.push({ stage: short, index });
  }
  const stages = chosen.sort((a, b) => a.index - b.index).map(({ stage }) => stage);
  const document = evidence.document === undefined ? undefined : '';
  return { hello: cut(evidence.hello) as Evidence['hello'], stages, document };
}

/**
 * As many findings as fit into `bytes`, at least one, causes first. Where one is left out a further one says how many:
 * nothing that is declared or known stands for them.
 */
export function shortOutcome(outcome: Outcome, bytes: number): Outcome {
  if (outcome.status !== 'pass' && outcome.status !== 'fail') return outcome;
  const causes = decisiveOf(outcome.findings);
  const ordered = [...causes, ...outcome.findings.filter(({ decisive }) => !decisive)];
  let left = bytes;
  const count = ordered.findIndex((finding, index) => {
    left -= bytesOf(finding);
    return left < 0 && index > 0;
  });
  if (count < 0) return outcome;
  const kept = ordered.slice(0, count);
  return { ...outcome, findings: [...kept, leftOut(ordered.length - count, causes.length > count)] };
}
