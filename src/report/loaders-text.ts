import { padEnd, padStart, widthOf } from '../text/width.ts';
import { wrap } from '../text/wrap.ts';
import { terminal } from './escape.ts';
import { type Disagreement, disagreements, loaderName, loaderRows } from './loader-rows.ts';
import { loaderWord } from './loaders.ts';
import type { Style } from './style.ts';
import type { TargetView } from './view.ts';

const GAP = '  ';
const MAX_SAID = 300;

const distinct = (names: readonly string[]): string => [...new Set(names)].join(', ');

/** The same disagreement on several kernels, or of several versions of a library, is one line. */
function reasonLines(all: readonly { kernel: string; one: Disagreement }[], width: number): string[] {
  const found = new Map<string, { readonly loader: string; readonly kernel: string }[]>();
  for (const { kernel, one } of all) {
    const said = one.said === '' ? '' : ` (${terminal(one.said, MAX_SAID)})`;
    const why = [...one.maps, ...one.fixups.map((text) => `done for ${one.accepting.loader.name} alone: ${text}`)];
    const more = why.map((text) => `; ${terminal(text, MAX_SAID)}`).join('');
    const text = `${terminal(one.title)}${said}${more}`;
    found.set(text, [...(found.get(text) ?? []), { loader: loaderName(one.rejecting.loader), kernel }]);
  }
  return [...found].flatMap(([text, where]) => {
    const loaders = distinct(where.map(({ loader }) => loader));
    const kernels = distinct(where.map(({ kernel }) => kernel));
    const [first = '', ...rest] = wrap(`${loaders} on ${kernels}: ${text}`, width - 4);
    return [`  - ${first}`, ...rest.map((line) => `    ${line}`)];
  });
}

/** Loaders by kernels for one object, then why they differ; empty where only our libbpf was run. */
function objectLines(
  name: string,
  views: readonly TargetView[],
  kernels: readonly string[],
  width: number,
  paint: Style,
): string[] {
  const all = views.map(({ result }) => loaderRows(result));
  const head = all.find((rows) => rows.length > 0) ?? [];
  if (head.length === 0) return [];
  const labels = head.map(({ loader, decides }) => `${loaderName(loader)}${decides ? ' *' : ''}`);
  const cells = head.map((_, loader) => all.map((rows) => (rows[loader] ? loaderWord(rows[loader]) : '-')));
  const columns = kernels.map((kernel, index) =>
    Math.max(widthOf(kernel), ...cells.map((row) => (row[index] ?? '').length)),
  );
  const label = Math.max(...labels.map(widthOf));
  const line = (left: string, row: readonly string[]): string =>
    `  ${padEnd(left, label)}${row.map((text, index) => GAP + padStart(text, columns[index] ?? 0)).join('')}`;
  const differences = all.flatMap((rows, index) =>
    disagreements(rows).map((one) => ({ kernel: kernels[index] ?? '', one })),
  );
  return [
    ...['', paint.bold(name), paint.bold(line('', kernels))],
    ...labels.map((text, index) => line(text, cells[index] ?? [])),
    ...reasonLines(differences, width),
  ];
}

/**
 * What each loader made of each object, for a terminal.
 * @param names of the objects, escaped; `views[i]` and `kernels` are in the same order
 */
export function loadersText(
  names: readonly string[],
  views: readonly (readonly TargetView[])[],
  kernels: readonly string[],
  { width, paint }: { readonly width: number; readonly paint: Style },
): string[] {
  const lines = names.flatMap((name, index) => objectLines(name, views[index] ?? [], kernels, width, paint));
  if (lines.length === 0) return [];
  return ['', paint.bold('Loaders'), `  ${paint.dim('* decides')}`, ...lines];
}
