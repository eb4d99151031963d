import type { CellResult } from '../../../src/index.ts';

/** What the object `witness` saw from inside its guest. */
export interface Testimony {
  /** The guest's wall clock in seconds since 1970. */
  readonly clock: number;
  /** 64 random bits of the kernel. */
  readonly random: string;
  /** Id of its own map; the kernel counts every map there ever was. */
  readonly mapId: number;
  /** How often the map it pins in bpffs was written to before. */
  readonly runs: number;
  /** cgroups below the root: one is made for this very object. */
  readonly cgroups: number;
}

const MARK = '__seen__';
const DIGITS = 16;
/** The name of the program that gets overwritten. */
export const UNWRITTEN = `${MARK}${[...'012345'].map((digit) => digit.repeat(DIGITS)).join('')}`;

/** The name under which the marked program was about to be attached. */
export function markedName(result: CellResult): string {
  for (const stage of result.evidence?.stages ?? []) {
    if (stage.stage === 'step' && stage.phase === 'attach' && stage.subject.startsWith(MARK)) return stage.subject;
  }
  throw new Error(`no marked program was attached: ${JSON.stringify(result.outcome)}`);
}

/** Reads what a witness wrote over that name. */
export function testimony(result: CellResult): Testimony {
  const name = markedName(result);
  if (name === UNWRITTEN) throw new Error('the witness wrote nothing');
  const field = (index: number): string => name.slice(MARK.length + index * DIGITS, MARK.length + (index + 1) * DIGITS);
  const number = (index: number): number => Number.parseInt(field(index), 16);
  return { clock: number(0), random: field(1), mapId: number(2), runs: number(3), cgroups: number(4) };
}
