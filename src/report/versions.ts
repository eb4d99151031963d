import type { ProfileDiff } from '../model/comparison.ts';
import type { RunReport } from '../model/report.ts';
import { table as textTable } from '../text/table.ts';
import { codeCell, md, terminal } from './escape.ts';
import { table as markdownTable } from './markdown-table.ts';
import { fileNames } from './names.ts';

/** What became of an object on a kernel from one version to the next. */
type VersionChange = 'same' | 'regression' | 'improvement' | 'other_causes' | 'inconclusive' | 'new_object';

export interface VersionRow {
  readonly profile: string;
  /** Status; empty where the version lacks the object. */
  readonly baseline: string;
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

/** Each kernel of one object in both versions, in the order of the run; undefined for a run of one version. */
export function versionRows(run: RunReport, artifact: number): VersionRow[] | undefined {
  if (run.versions === undefined) return undefined;
  const diffs = run.baseline?.[artifact]?.profiles;
  return run.targets.map(({ profile: { id } }, target): VersionRow => {
    const diff = diffs?.find(({ profile }) => profile === id);
    const own = run.results.find(({ cell }) => cell.artifact === artifact && cell.target === target);
    const current = own?.outcome.status ?? '';
    if (diff === undefined) return { profile: id, baseline: '', current, change: 'new_object' };
    return { profile: id, baseline: diff.base?.status ?? '', current, change: changeOf(diff) };
  });
}

const WORDS: Readonly<Record<VersionChange, string>> = {
  same: '',
  regression: 'regression',
  improvement: 'improvement',
  other_causes: 'other causes',
  inconclusive: 'inconclusive',
  new_object: 'new object',
};

/** Kernels that are the same in both are left out of a table with more rows. */
const MAX_ROWS = 60;

/** `2 regressions, 1 improvement, 9 same`. */
function tally(rows: readonly VersionRow[]): string {
  const count = (change: VersionChange): number => rows.filter((row) => row.change === change).length;
  const parts = (['regression', 'improvement'] as const).map((change) => {
    const number = count(change);
    return `${number} ${change}${number === 1 ? '' : 's'}`;
  });
  const others = (['other_causes', 'inconclusive', 'new_object'] as const)
    .filter((change) => count(change) > 0)
    .map((change) => `${count(change)} ${WORDS[change]}`);
  return [...parts, ...others, `${count('same')} same`].join(', ');
}

/** Rows of all objects, and of those the ones that a table shows. */
function allRows(run: RunReport) {
  const names = fileNames(run.artifacts);
  const all = run.artifacts.flatMap((_, artifact) =>
    (versionRows(run, artifact) ?? []).map((row) => ({ ...row, object: names[artifact] ?? '' })),
  );
  return { all, shown: all.length <= MAX_ROWS ? all : all.filter(({ change }) => change !== 'same') };
}

/** The table of both versions for a terminal; empty for a run of one. */
export function versionsText(run: RunReport, { width }: { readonly width: number }): string {
  const { versions } = run;
  if (versions === undefined) return '';
  const { all, shown } = allRows(run);
  const rows = shown.map(({ object, profile, baseline, current, change }) => [
    ...[terminal(object, 200), profile, baseline || '-', current, WORDS[change]],
  ]);
  const head = ['OBJECT', 'KERNEL', `BASELINE ${versions.baseline}`, `CURRENT ${versions.current}`, 'CHANGE'];
  const lines = rows.length === 0 ? [] : textTable([head, ...rows], { width: Math.max(40, width) });
  return `\n${[...lines, tally(all)].join('\n')}\n`;
}

/** The same for all objects of a run in Markdown. */
export function collectionVersionsMarkdown(run: RunReport): string[] {
  const { versions } = run;
  if (versions === undefined) return [];
  const { all, shown } = allRows(run);
  const rows = shown.map(({ object, profile, baseline, current, change }) => [
    ...[codeCell(object), codeCell(profile), md(baseline || '-'), md(current), WORDS[change]],
  ]);
  const head = ['Object', 'Kernel', `Baseline ${md(versions.baseline)}`, `Current ${md(versions.current)}`, 'Change'];
  return ['## Versions', '', ...(rows.length === 0 ? [] : [...markdownTable(head, rows), '']), `${tally(all)}.`, ''];
}

/** The same for one object in Markdown. */
export function versionsMarkdown(run: RunReport, artifact: number): string[] {
  const rows = versionRows(run, artifact);
  const { versions } = run;
  if (rows === undefined || versions === undefined) return [];
  const cells = rows.map(({ profile, baseline, current, change }) => [
    ...[codeCell(profile), md(baseline || '-'), md(current), WORDS[change]],
  ]);
  return [
    '## Versions',
    '',
    ...markdownTable(
      ['Kernel', `Baseline ${md(versions.baseline)}`, `Current ${md(versions.current)}`, 'Change'],
      cells,
    ),
    '',
    `${tally(rows)}.`,
    '',
  ];
}

/** The block `versions` of a report; undefined for a run of one version. */
export function versionsJson(run: RunReport, artifact: number) {
  const rows = versionRows(run, artifact);
  if (rows === undefined) return undefined;
  return {
    ...run.versions,
    targets: rows.map(({ profile, baseline, current, change }) => ({
      profile_id: profile,
      baseline: baseline === '' ? undefined : baseline,
      current,
      change,
    })),
  };
}
