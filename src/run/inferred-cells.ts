import type { Cell, CellResult, Outcome, Target } from '../model/cell.ts';
import { notRunResult } from './not-run-result.ts';

/** A cell that is not run: another kernel has the same of everything that matters to its object. */
export interface InferredCell extends Cell {
  /** Position of the kernel that is tested for it. */
  readonly sample: number;
  /** Build that the classes took the sample for; undefined: it was not known. */
  readonly release?: string | undefined;
  /** The user lets a pass that is inferred count. */
  readonly accepted: boolean;
}

function outcomeOf({ sample, release, accepted }: InferredCell, tested: CellResult | undefined, from: string): Outcome {
  const verdict = tested?.outcome.status;
  const build = tested?.kernel?.release;
  // Facts of a directory may be those of an earlier build: then it is not known what the tested one stands for.
  if (release !== undefined && build !== undefined && release !== build) {
    const reason = `not tested: ${from} is ${build}, and its facts are of ${release}; remove ${from}.facts, and it is made again`;
    return { status: 'skipped', reason };
  }
  if (verdict === 'pass' || verdict === 'fail') {
    // A failure is never one of a kernel that no one saw failing.
    return { status: 'inferred', inference: { from, verdict, accepted: accepted && verdict === 'pass' } };
  }
  const reason = `not tested: ${from || sample} stands for it, and has no result`;
  return { status: 'skipped', reason };
}

/** The results of a run with those of cells that were not run, cell by cell in the order of the matrix. */
export function withInferred(
  observed: readonly CellResult[],
  inferred: readonly InferredCell[],
  targets: readonly Target[],
): CellResult[] {
  const results = inferred.map((own) => {
    const { artifact, target, sample } = own;
    const tested = observed.find(({ cell }) => cell.artifact === artifact && cell.target === sample);
    return notRunResult({ artifact, target }, outcomeOf(own, tested, targets[sample]?.profile.id ?? ''));
  });
  return [...observed, ...results].sort((a, b) => a.cell.artifact - b.cell.artifact || a.cell.target - b.cell.target);
}
