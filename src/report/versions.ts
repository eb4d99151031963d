import type { RunReport } from '../model/report.ts';
import { table as textTable } from '../text/table.ts';
import { codeCell, md, terminal } from './escape.ts';
import { table as markdownTable } from './markdown-table.ts';
import { allRows, type VersionRow, versionRows } from './version-rows.ts';
import { CHANGE_WORDS, tally } from './version-words.ts';

/** Results in the order of the versions. */
function statusesOf({ baseline, between, current }: VersionRow): string[] {
  return [baseline || '-', ...between.map((status) => status || '-'), current];
}

function labelsOf({ baseline, between = [], current }: NonNullable<RunReport['versions']>): string[] {
  return [`Baseline ${md(baseline)}`, ...between.map(({ label }) => md(label)), `Current ${md(current)}`];
}

/** The table of the versions for a terminal; empty for a run of one. */
export function versionsText(run: RunReport, { width }: { readonly width: number }): string {
  const { versions } = run;
  if (versions === undefined) return '';
  const { all, shown } = allRows(run);
  const rows = shown.map((row) => [
    terminal(row.object, 200),
    row.profile,
    ...statusesOf(row),
    CHANGE_WORDS[row.change],
  ]);
  const between = (versions.between ?? []).map(({ label }) => label);
  const labels = [`BASELINE ${versions.baseline}`, ...between, `CURRENT ${versions.current}`];
  const head = ['OBJECT', 'KERNEL', ...labels, 'CHANGE'];
  const lines = rows.length === 0 ? [] : textTable([head, ...rows], { width: Math.max(40, width) });
  return `\n${[...lines, tally(all)].join('\n')}\n`;
}

/** The same for all objects of a run in Markdown. */
export function collectionVersionsMarkdown(run: RunReport): string[] {
  const { versions } = run;
  if (versions === undefined) return [];
  const { all, shown } = allRows(run);
  const rows = shown.map((row) => [
    ...[
      codeCell(row.object),
      codeCell(row.profile),
      ...statusesOf(row).map((status) => md(status)),
      CHANGE_WORDS[row.change],
    ],
  ]);
  const head = ['Object', 'Kernel', ...labelsOf(versions), 'Change'];
  return ['## Versions', '', ...(rows.length === 0 ? [] : [...markdownTable(head, rows), '']), `${tally(all)}.`, ''];
}

/** The same for one object in Markdown. */
export function versionsMarkdown(run: RunReport, artifact: number): string[] {
  const rows = versionRows(run, artifact);
  const { versions } = run;
  if (rows === undefined || versions === undefined) return [];
  const cells = rows.map((row) => [
    codeCell(row.profile),
    ...statusesOf(row).map((status) => md(status)),
    CHANGE_WORDS[row.change],
  ]);
  return [
    '## Versions',
    '',
    ...markdownTable(['Kernel', ...labelsOf(versions), 'Change'], cells),
    '',
    `${tally(rows)}.`,
    '',
  ];
}
