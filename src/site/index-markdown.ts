import { code, codeCell, md } from '../report/escape.ts';
import { table } from '../report/markdown-table.ts';
import { runPath } from './elements.tsx';
import type { Site, SiteCell, SiteRun } from './site.ts';
import { siteHeadline, statusWord } from './verdict.ts';

function tally(cells: readonly SiteCell[]): string {
  const required = cells.filter(({ target, one }) => target.required && one.required);
  const passed = required.filter(({ target }) => target.status === 'pass').length;
  return `${passed}/${required.length - passed}`;
}

function classesOf(cells: readonly SiteCell[]): string {
  const counts = new Map<string, number>();
  for (const { target } of cells) {
    const name = target.classification_code;
    if (name !== '') counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].map(([name, count]) => `${md(name, 80)} ${count}`).join(', ');
}

function rowsOf(site: Site, run: SiteRun): string[][] {
  return run.document.cases.map(({ name, status }) => {
    const cells = run.cells.filter(({ object }) => object === name);
    const path = runPath(site.label, run);
    const links = [`[JSON](${path}.json)`, `[Markdown](${path}.md)`];
    return [codeCell(name, 80), codeCell(run.slug, 100), statusWord(status), tally(cells), classesOf(cells), ...links];
  });
}

/** All runs as a table, newest first. */
export function indexMarkdown(site: Site): string {
  const { status, text } = siteHeadline(site);
  const rows = site.runs.flatMap((run) => rowsOf(site, run));
  return [
    '# bpfcompat Compatibility',
    '',
    `**${statusWord(status)}**: ${md(text)} (version ${code(site.label, 80)})`,
    '',
    ...table(['Artifact', 'Run', 'Status', 'Required pass/fail', 'Failure classes', 'JSON', 'Markdown'], rows),
    '',
  ].join('\n');
}
