import type { Target } from '../../model/cell.ts';
import { cutMiddle, padEnd, padStart, widthOf } from '../../text/width.ts';
import { terminal } from '../escape.ts';
import { FIXUP_MARK } from '../fixups.ts';
import { byVendor } from '../kernel-order.ts';
import { INFERRED_MARK } from '../legend.ts';
import { type PassKind, passKind } from '../loaded-only.ts';
import { fileNames, shortNames } from '../names.ts';
import type { Style } from '../style.ts';
import type { TargetView } from '../view.ts';
import type { TerminalCase } from './cases.ts';

const GAP = '  ';

const PASS_TEXTS: Readonly<Record<PassKind, string>> = {
  ...{ unloaded: 'none', loaded: 'load', partly: 'warn', warned: 'warn', plain: 'pass' },
};

/** The word of a cell and how it is painted. @param declared as what it is, a failure is declared */
function mark(
  view: TargetView,
  paint: Style,
  declared: boolean,
): { readonly text: string; readonly painted: (text: string) => string } {
  switch (view.outcome.status) {
    case 'pass': {
      const fixups = view.fixups > 0 ? FIXUP_MARK : '';
      if (declared) return { text: `XPASS${fixups}`, painted: paint.warn };
      const kind = passKind('pass', view.findings) ?? 'plain';
      return { text: `${PASS_TEXTS[kind]}${fixups}`, painted: kind === 'plain' ? paint.good : paint.warn };
    }
    case 'fail':
      if (declared) return { text: 'xfail', painted: paint.dim };
      return { text: 'FAIL', painted: paint.bad };
    case 'skipped':
      return { text: 'skip', painted: paint.dim };
    case 'inferred':
      return { text: INFERRED_MARK, painted: paint.dim };
    case 'infra_error':
      return { text: 'ERR', painted: paint.warn };
  }
}

/** Positions of the kernels that fit beside the names, block by block. */
function blocks(columnWidths: readonly number[], room: number): number[][] {
  const all: number[][] = [];
  let used = Number.POSITIVE_INFINITY;
  for (const [index, width] of columnWidths.entries()) {
    if (used + GAP.length + width > room) {
      all.push([]);
      used = 0;
    }
    all.at(-1)?.push(index);
    used += GAP.length + width;
  }
  return all;
}

/** Cases by kernels, in blocks that fit beside the names; the kernels of one vendor stand together. */
export function matrixLines(
  cases: readonly TerminalCase[],
  targets: readonly Target[],
  width: number,
  paint: Style,
): string[] {
  const kernels = shortNames(targets).map((name, i) => (targets[i]?.required ? name : `(${name})`));
  const names = fileNames(cases).map((name) => terminal(name, 200));
  const cellOf = (row: number, i: number) => {
    const { views = [], declared } = cases[row] ?? {};
    const view = views[i];
    return view && mark(view, paint, declared?.fails(i) === true || declared?.passes(i) === true);
  };
  const lengths = cases.flatMap(({ views }, row) => views.map((_, i) => cellOf(row, i)?.text.length ?? 0));
  const longest = Math.max(4, ...lengths);
  const columns = kernels.map((name) => Math.max(widthOf(name), longest));
  const order = byVendor([...targets.keys()], (index) => {
    const { arch = '', distro = '', kernelFamily = '' } = targets[index]?.profile ?? {};
    return { arch, vendor: distro, family: kernelFamily };
  });
  const room = width - columns.reduce((sum, column) => sum + GAP.length + column, 0);
  // Whole names where everything fits into one block, else a third of the line.
  const nameWidth = Math.min(Math.max(...names.map(widthOf), 6), Math.max(12, Math.floor(width / 3), room));
  const lines: string[] = [];
  for (const places of blocks(
    order.map((index) => columns[index] ?? 0),
    width - nameWidth,
  )) {
    const block = places.flatMap((at) => order[at] ?? []);
    if (lines.length > 0) lines.push('');
    const head = block.map((i) => GAP + padStart(kernels[i] ?? '', columns[i] ?? 0)).join('');
    lines.push(paint.bold(`${' '.repeat(nameWidth)}${head}`));
    for (const [row, name] of names.entries()) {
      const cells = block.map((i) => {
        const cell = cellOf(row, i);
        return cell ? GAP + ' '.repeat((columns[i] ?? 0) - cell.text.length) + cell.painted(cell.text) : '';
      });
      lines.push(`${padEnd(cutMiddle(name, nameWidth), nameWidth)}${cells.join('')}`);
    }
  }
  return lines;
}
