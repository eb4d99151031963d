import type { ProfileDiff } from '../model/comparison.ts';
import type { RunReport } from '../model/report.ts';
import { fileNames } from './names.ts';

/** What became of an object on a kernel from one version to the next. */
export type VersionChange = 'same' | 'regression' | 'improvement' | 'other_causes' | 'inconclusive' | 'new_object';

export interface VersionRow {
  readonly profile: string;
  /** Status; empty where the version lacks the object. */
  readonly baseline: string;
  /** Status in each of the versions between; empty where one lacks the object. */
  readonly between: readonly string[];
  readonly current: string;
  readonly change: VersionChange;
}

function changeOf({ change, inconclusive, failure }: ProfileDiff): VersionChange {
  if (inconclusive) return 'inconclusive';
  // A failure for a further cause is a regression, too.
  if (change === 'regressed' || failure === 'new') return 'regression';
  if (change === 'improved') return 'improvement';
  return change === 'unchanged' ? 'same' : 'other_causes';
}

/** Kernels of one object in the order of the run; undefined for a run of one version. */
export function versionRows(run: RunReport, artifact: number): VersionRow[] | undefined {
  if (run.versions === undefined) return undefined;
  const diffs = run.baseline?.[artifact]?.profiles;
  return run.targets.map(({ profile: { id } }, target): VersionRow => {
    const diff = diffs?.find(({ profile }) => profile === id);
    const own = run.results.find(({ cell }) => cell.artifact === artifact && cell.target === target);
    const current = own?.outcome.status ?? '';
    const between = (run.versions?.between ?? []).map(({ statuses }) => statuses[artifact]?.[id] ?? '');
    if (diff === undefined) return { profile: id, baseline: '', between, current, change: 'new_object' };
    return { profile: id, baseline: diff.base?.status ?? '', between, current, change: changeOf(diff) };
  });
}

/** Kernels that are the same in all are left out of a table with more rows. */
const MAX_ROWS = 60;

/** Rows of all objects, and those that a table shows. */
export function allRows(run: RunReport) {
  const names = fileNames(run.artifacts);
  const all = run.artifacts.flatMap((_, artifact) =>
    (versionRows(run, artifact) ?? []).map((row) => ({ ...row, object: names[artifact] ?? '' })),
  );
  const isSame = ({ change, between, current }: VersionRow): boolean =>
    change === 'same' && between.every((status) => status === '' || status === current);
  return { all, shown: all.length <= MAX_ROWS ? all : all.filter((row) => !isSame(row)) };
}
