import type { RunReport } from '../model/report.ts';
import { table as textTable } from '../text/table.ts';
import { codeCell, md, terminal } from './escape.ts';
import { table as markdownTable } from './markdown-table.ts';
import { allRows, CHANGE_WORDS, tally, versionRows } from './version-rows.ts';

/** The table of both versions for a terminal; empty for a run of one. */
export function versionsText(run: RunReport, { width }: { readonly width: number }): string {
  const { versions } = run;
  if (versions === undefined) return '';
  const { all, shown } = allRows(run);
  const rows = shown.map(({ object, profile, baseline, current, change }) => [
    ...[terminal(object, 200), profile, baseline || '-', current, CHANGE_WORDS[change]],
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
    ...[codeCell(object), codeCell(profile), md(baseline || '-'), md(current), CHANGE_WORDS[change]],
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
    ...[codeCell(profile), md(baseline || '-'), md(current), CHANGE_WORDS[change]],
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
