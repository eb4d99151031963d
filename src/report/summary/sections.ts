import type { CheckCase, CheckDocument } from '../document.ts';
import { type DocumentCause, kernelsText } from '../document-causes.ts';
import type { DocumentCell } from '../document-cells.ts';
import type { DocumentKernel } from '../document-kernels.ts';
import { code, codeCell, md } from '../escape.ts';
import { table } from '../markdown-table.ts';
import type { SavedFinding } from '../saved-report.ts';
import { plural } from '../style.ts';
import { durationText } from './heading.ts';

const MAX_WARNINGS = 50;

/** Lines between a folded heading and its end. */
export function folded(summary: string, body: readonly string[]): string[] {
  return body.length === 0 ? [] : [`<details><summary>${summary}</summary>`, '', ...body, '', '</details>', ''];
}

function names(all: readonly string[], max: number): string {
  const unique = [...new Set(all)];
  const shown = unique.slice(0, max).map((name) => codeCell(name, 60));
  return `${shown.join(', ')}${unique.length > max ? ` and ${unique.length - max} more` : ''}`;
}

/** The same cause in several objects once: what to do about it, in the order of the causes. */
export function causeTable(
  causes: readonly DocumentCause[],
  kernels: readonly DocumentKernel[],
  max: number,
): string[] {
  const groups = new Map<string, { finding: SavedFinding; group: DocumentCause[] }>();
  for (const cause of causes) {
    const { finding } = cause;
    const key = JSON.stringify([finding.code, finding.title, finding.remediation]);
    const before = groups.get(key)?.group ?? [];
    groups.set(key, { finding, group: [...before, cause] });
  }
  const all = [...groups.values()];
  const rows = all.slice(0, max).map(({ finding: { title, code: name, remediation }, group }) => {
    const objects = group.map(({ one }) => one.name);
    const cells = group.flatMap((cause) => cause.cells);
    return [md(title || name), names(objects, 5), md(kernelsText(kernels, cells, 12, 'short')), md(remediation, 400)];
  });
  if (rows.length === 0) return [];
  const rest = all.length - rows.length;
  return [
    ...table(['Why', 'Objects', 'Kernels', 'What to do'], rows),
    ...(rest > 0 ? ['', `${plural(rest, 'more cause')} ${rest === 1 ? 'stands' : 'stand'} in the report.`] : []),
    '',
  ];
}

/** What was reported although nothing was rejected. */
export function warningLines(
  cells: readonly DocumentCell[],
  causes: readonly DocumentCause[],
  kernels: readonly DocumentKernel[],
): string[] {
  const unexpected = cells
    .filter(({ expected }) => expected?.met === 'passed')
    .slice(0, MAX_WARNINGS)
    .map(({ one, target, expected }) => {
      const why = `${code(expected?.code ?? '', 60)} was expected (${md(expected?.reason ?? '', 400)})`;
      return `- ${code(one.name, 60)} passes on ${code(target.profile_id, 60)}, and ${why}: remove it from expectations`;
    });
  const reported = causes
    .filter(({ failed }) => !failed)
    .slice(0, MAX_WARNINGS)
    .map(({ one, finding, cells }) => {
      const { title, code: name, remediation } = finding;
      const where = md(kernelsText(kernels, cells, 12, 'short'));
      return `- ${code(one.name, 60)}: **${md(title || name)}** (${where}) ${md(remediation, 400)}`.trim();
    });
  return [...unexpected, ...reported];
}

/** What each object supports; lines for few objects, a table for many. */
export function supportLines(cases: readonly CheckCase[], max: number): string[] {
  const known = cases.filter(({ support }) => support !== '');
  const shown = known.slice(0, max);
  if (shown.length === 0) return [];
  const rows = shown.map(({ name, support }) => [codeCell(name, 60), md(support, 400)]);
  const rest = known.length - shown.length;
  return [...table(['Object', 'Kernels'], rows), ...(rest > 0 ? ['', `${rest} more stand in the report.`] : [])];
}

function secondsOf(values: readonly number[], combine: (values: readonly number[]) => number): string {
  return values.length === 0 ? '' : durationText(combine(values));
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Per kernel: how long the boot took and how long all results took together. */
export function timingLines(cells: readonly DocumentCell[], kernels: readonly DocumentKernel[]): string[] {
  const rows = kernels.map(({ id, name }) => {
    const own = cells.filter(({ target }) => target.profile_id === id);
    const timings = own.flatMap(({ target }) => target.timings ?? []);
    const releases = new Set(own.flatMap(({ target }) => target.host?.kernel || []));
    return [
      md(name),
      codeCell([...releases].join(' '), 100),
      `${own.length}`,
      secondsOf(
        timings.map(({ boot_ms: boot }) => boot).filter((ms) => ms > 0),
        (ms) => Math.max(...ms),
      ),
      secondsOf(
        timings.map(({ ask_ms: run }) => run),
        sum,
      ),
      secondsOf(
        timings.map(({ total_ms: total }) => total),
        sum,
      ),
    ];
  });
  if (rows.length === 0) return [];
  return table(['Kernel', 'Release', 'Objects', 'Boot (longest)', 'Run', 'All'], rows);
}

/** The accelerators of a run in words: `KVM`, `TCG`; empty when nothing was booted. */
export function acceleratorText(cells: readonly DocumentCell[]): string {
  const words = cells.flatMap(({ target }) => target.guest?.accel || []);
  return [...new Set(words)].map((word) => word.toUpperCase()).join(' and ');
}

/** What the guests were run with. */
export function environmentLines(cells: readonly DocumentCell[], { cases }: CheckDocument): string[] {
  const guests = cells.flatMap(({ target }) => target.guest ?? []);
  const each = (pick: (guest: (typeof guests)[number]) => string): string =>
    [...new Set(guests.map(pick).filter((word) => word !== ''))].map((word) => md(word, 200)).join(', ');
  const runs = [...new Set(cases.flatMap(({ report }) => report?.run.id ?? []))];
  const rows = [
    ['Accelerator', each(({ accel, accel_reason: why }) => (why === '' ? accel : `${accel} (${why})`))],
    ['QEMU', each(({ qemu_version: version }) => version)],
    ['Machine', each(({ qemu_version: version, machine }) => (version === '' ? machine : ''))],
    ['Lane', each(({ lane, isolation }) => [lane, isolation].filter((word) => word !== '').join(', '))],
    ['Sandbox', each(({ sandbox_layers: layers }) => layers.join(', '))],
    ['Run', names(runs, 3)],
  ].filter(([, value]) => value !== '');
  return rows.map(([name, value]) => `- ${name}: ${value}`);
}
