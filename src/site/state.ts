import type { DocumentCell } from '../report/document-cells.ts';
import { oneLine } from '../report/escape.ts';
import { cellTitle, SYMBOLS, type SymbolName, symbolsOf } from '../report/summary/symbols.ts';

/** How a cell looks in a grid: a short word that differs for every state, and a class for its color. */
const STATES = {
  pass: ['p', 'pass'],
  warning: ['w', 'warn'],
  loaded: ['l', 'load'],
  unloaded: ['u', 'none'],
  fail: ['f', 'FAIL'],
  tolerated: ['t', 'fail'],
  silent: ['e', 'error'],
  skipped: ['s', 'skip'],
  inferred: ['i', 'infer'],
  absent: ['a', '–'],
} as const satisfies Partial<Record<SymbolName, readonly [string, string]>>;

type StateName = keyof typeof STATES;

export interface CellState {
  readonly name: StateName;
  /** One letter, a class of the style sheet. */
  readonly mark: string;
  readonly word: string;
  /** In full. */
  readonly words: string;
}

function named(name: StateName): CellState {
  const [mark, word] = STATES[name];
  return { name, mark, word, words: SYMBOLS[name][1] };
}

/** @param cell undefined: not part of the run */
export function stateOf(cell: DocumentCell | undefined): CellState {
  const name = symbolsOf(cell).find((one): one is StateName => one in STATES);
  return named(name ?? 'absent');
}

/** What stands behind the word; nothing for a plain pass, which has nothing more to say. Plain text. */
export function titleOf(cell: DocumentCell, state: CellState): string | undefined {
  return state.name === 'pass' ? undefined : oneLine(cellTitle(cell), 300);
}

/** The states that occur, in the order of the table. */
export function legendOf(states: Iterable<CellState>): CellState[] {
  const used = new Set([...states].map(({ name }) => name));
  return (Object.keys(STATES) as StateName[]).filter((name) => used.has(name)).map(named);
}
