import { type DocumentCell, reasonOf } from '../document-cells.ts';
import { FIXUP_LEGEND, fixupWords } from '../fixups.ts';
import { passKind } from '../loaded-only.ts';
import { unseenText } from '../status-text.ts';

/** What a cell shows; every symbol has a shape and words of its own. */
export const SYMBOLS = {
  pass: ['✅', 'passes'],
  warning: ['🟡', 'passes, with a warning'],
  loaded: ['🔵', 'loads, nothing was attached'],
  unloaded: ['⚪', 'no program was loaded'],
  fail: ['❌', 'fails'],
  tolerated: ['🔶', 'fails, non-blocking (optional, expected or known)'],
  silent: ['⚠️', 'inconclusive (infrastructure)'],
  skipped: ['⏭️', 'not tested'],
  inferred: ['〰️', 'not tested, inferred from a kernel of the same class'],
  absent: ['–', 'not part of the run'],
  new: ['🆕', 'did not fail before'],
  fixups: ['🔧', FIXUP_LEGEND],
  flaky: ['🔁', 'has a result only on the second try'],
} as const satisfies Readonly<Record<string, readonly [symbol: string, words: string]>>;

export type SymbolName = keyof typeof SYMBOLS;

function passSymbol({ target, expected }: DocumentCell): SymbolName {
  const kind = passKind('pass', target.findings);
  if (kind === 'unloaded' || kind === 'loaded') return kind;
  return kind !== 'plain' || expected?.met === 'passed' ? 'warning' : 'pass';
}

/** What a cell is, the mark of its verdict first. */
export function symbolsOf(cell: DocumentCell | undefined): SymbolName[] {
  if (!cell) return ['absent'];
  const { target, tolerated, news } = cell;
  const flaky: SymbolName[] = target.retried_after === '' || target.status === 'infra_error' ? [] : ['flaky'];
  switch (target.status) {
    case 'pass':
      return [passSymbol(cell), ...(target.automatic_fixups > 0 ? (['fixups'] as const) : []), ...flaky];
    case 'fail':
      return [tolerated === undefined ? 'fail' : 'tolerated', ...(news === 'new' ? (['new'] as const) : []), ...flaky];
    case 'infra_error':
      return ['silent'];
    case 'skipped':
      return ['skipped'];
    case 'inferred':
      return ['inferred'];
  }
}

/** What stands behind the symbol when a mouse rests on it. Plain text. */
export function cellTitle(cell: DocumentCell | undefined): string {
  if (!cell) return SYMBOLS.absent[1];
  const { target, tolerated, expected } = cell;
  const fixups = target.automatic_fixups > 0 ? ` ${fixupWords(target.automatic_fixups)}` : '';
  if (expected?.met === 'passed') return `passes${fixups}, and ${expected.code} was expected`;
  if (target.status === 'pass') {
    const [warning] = target.findings;
    const detail = unseenText('pass', target.findings);
    const passes = detail === '' ? `${SYMBOLS.pass[1]}${fixups}` : `${detail}${fixups}`;
    return warning === undefined
      ? passes
      : fixups === '' && detail === ''
        ? warning.title
        : `${passes}; ${warning.title}`;
  }
  return tolerated === undefined ? reasonOf(target) : `${tolerated}: ${reasonOf(target)}`;
}

/** `✅ passes · ❌ fails`, of those that occur. */
export function legend(used: ReadonlySet<SymbolName>): string {
  const names = Object.keys(SYMBOLS) as SymbolName[];
  return names
    .filter((name) => used.has(name))
    .map((name) => SYMBOLS[name].join(' '))
    .join(' · ');
}
