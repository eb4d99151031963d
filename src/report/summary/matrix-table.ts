import type { CheckCase } from '../document.ts';
import type { DocumentCell } from '../document-cells.ts';
import type { DocumentKernel } from '../document-kernels.ts';
import { html, htmlCode } from '../html.ts';
import { cellTitle, SYMBOLS, type SymbolName, symbolsOf } from './symbols.ts';

/** As many columns of one symbol as a summary page shows without scrolling. */
const MAX_COLUMNS = 12;
const PAGE_WIDTH = 900;
/** Characters of an object's name over its column. */
const MAX_NAME = 40;

export interface MatrixInput {
  readonly cases: readonly CheckCase[];
  readonly kernels: readonly DocumentKernel[];
  readonly cells: readonly DocumentCell[];
  /** Anchor of the block about a cell; undefined for a cell without one. */
  readonly anchor: (cell: DocumentCell) => string | undefined;
}

export interface Matrix {
  /** HTML lines, without a blank one inside of a table. */
  readonly lines: readonly string[];
  readonly used: ReadonlySet<SymbolName>;
}

type Lookup = (one: CheckCase, kernel: DocumentKernel) => DocumentCell | undefined;

function lookup(cells: readonly DocumentCell[]): Lookup {
  const rows = new Map<CheckCase, Map<string, DocumentCell>>();
  for (const cell of cells) {
    const row = rows.get(cell.one) ?? new Map<string, DocumentCell>();
    rows.set(cell.one, row.set(cell.target.profile_id, cell));
  }
  return (one, { id }) => rows.get(one)?.get(id);
}

function cellHtml(cell: DocumentCell | undefined, anchor: MatrixInput['anchor']): string {
  const symbol = symbolsOf(cell)
    .map((name) => SYMBOLS[name][0])
    .join('');
  const link = cell && anchor(cell);
  const shown = link === undefined ? symbol : `<a href="#user-content-${link}">${symbol}</a>`;
  return `<td align="center" title="${html(cellTitle(cell), 200)}">${shown}</td>`;
}

function kernelHead({ family, distro, name }: DocumentKernel): string {
  return `<th title="${html(name, 100)}">${html(family, 40)}${distro === '' ? '' : `<br><sub>${html(distro, 30)}</sub>`}</th>`;
}

function severalArchs(kernels: readonly DocumentKernel[]): boolean {
  return new Set(kernels.map(({ arch }) => arch)).size > 1;
}

/** A row of architectures over the kernels of a table, where the matrix has several. */
function archRow(all: readonly DocumentKernel[], kernels: readonly DocumentKernel[]): string[] {
  if (!severalArchs(all)) return [];
  const groups: { arch: string; count: number }[] = [];
  for (const { arch } of kernels) {
    const last = groups.at(-1);
    if (last?.arch === arch) last.count++;
    else groups.push({ arch, count: 1 });
  }
  const heads = groups.map(({ arch, count }) => `<th colspan="${count}">${html(arch || 'unknown', 20)}</th>`);
  return [`<tr><th rowspan="2">Object</th>${heads.join('')}</tr>`];
}

function caseLabel({ name, required }: CheckCase): string {
  return `<td nowrap>${htmlCode(name, 60)}${required ? '' : ' <i>optional</i>'}</td>`;
}

/** Objects as rows, kernels as columns. */
function wideTable(input: MatrixInput, kernels: readonly DocumentKernel[], find: Lookup): string[] {
  const archs = archRow(input.kernels, kernels);
  const heads = kernels.map(kernelHead).join('');
  const rows = input.cases.map((one) => {
    const label = caseLabel(one);
    if (one.targets.length === 0) {
      const why = one.error === '' ? 'it has no kernels' : 'could not start';
      return `<tr>${label}<td colspan="${kernels.length}">${SYMBOLS.silent[0]} ${why}</td></tr>`;
    }
    return `<tr>${label}${kernels.map((kernel) => cellHtml(find(one, kernel), input.anchor)).join('')}</tr>`;
  });
  return [
    '<table>',
    '<thead>',
    ...archs,
    `<tr>${archs.length > 0 ? '' : '<th>Object</th>'}${heads}</tr>`,
    '</thead>',
    '<tbody>',
    ...rows,
    '</tbody>',
    '</table>',
  ];
}

/** Kernels as rows, objects as columns. */
function tallTable({ cases, kernels, anchor }: MatrixInput, find: Lookup): string[] {
  const several = severalArchs(kernels);
  const rows = kernels.map((kernel) => {
    const label = `<td nowrap><b>${html(kernel.family, 40)}</b> ${html(kernel.distro, 30)}${several ? ` ${html(kernel.arch, 20)}` : ''}</td>`;
    return `<tr>${label}${cases.map((one) => cellHtml(find(one, kernel), anchor)).join('')}</tr>`;
  });
  return [
    '<table>',
    '<thead>',
    `<tr><th>Kernel</th>${cases.map(({ name }) => `<th>${htmlCode(name, MAX_NAME)}</th>`).join('')}</tr>`,
    '</thead>',
    '<tbody>',
    ...rows,
    '</tbody>',
    '</table>',
  ];
}

/** Whether the names of the objects fit side by side: pixels, as the page shows them. */
function fitsAbove(cases: readonly CheckCase[]): boolean {
  const width = cases.reduce((sum, { name }) => sum + 8 * Math.min(name.length, MAX_NAME) + 40, 150);
  return cases.length <= MAX_COLUMNS && width <= PAGE_WIDTH;
}

/** As few tables as possible, all of about the same width. */
function chunks(kernels: readonly DocumentKernel[]): (readonly DocumentKernel[])[] {
  const count = Math.ceil(kernels.length / MAX_COLUMNS);
  const width = Math.ceil(kernels.length / Math.max(1, count));
  return Array.from({ length: count }, (_, index) => kernels.slice(index * width, (index + 1) * width));
}

/**
 * Objects by kernels as HTML tables that fit the page: objects as rows, but kernels as rows where only the objects fit
 * side by side, and several tables where neither does.
 */
export function matrix(input: MatrixInput): Matrix {
  const { cases, kernels, cells } = input;
  const find = lookup(cells);
  const started = cases.filter(({ targets }) => targets.length > 0);
  const used = new Set(started.flatMap((one) => kernels.flatMap((kernel) => symbolsOf(find(one, kernel)))));
  if (kernels.length === 0 || cases.length === 0) return { lines: [], used: new Set() };
  const tall = kernels.length > MAX_COLUMNS && started.length === cases.length && fitsAbove(cases);
  if (tall) return { lines: tallTable(input, find), used };
  const parts = chunks(kernels);
  const lines = parts.flatMap((part, index) => [...(index > 0 ? [''] : []), ...wideTable(input, part, find)]);
  return { lines, used };
}
