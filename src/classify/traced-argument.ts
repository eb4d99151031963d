import { type Evidence, stagesOf } from '../model/evidence.ts';

/** An argument of a traced function that a program takes for a structure that it is not on this kernel. */
export interface Misread {
  /** Counted from 0. */
  readonly argument: number;
  /** Structure whose members the program reads, without `struct`. */
  readonly struct: string;
}

const INSN = /^(?<number>\d+): \([0-9a-f]{2}\) (?<text>[^;]*)/;
const LOAD = /^r(?<to>\d+) = \*\(u64 \*\)\(r(?<from>\d+) \+(?<offset>\d+)\)/;
const THROUGH = /\*\(u\d+ \*\)\(r(?<base>\d+) [+-]\d+\)/;
const COPY = /^r(?<to>\d+) = r(?<from>\d+)\s*$/;
const WRITTEN = /^[rw](?<to>\d+) /;
/** Bytes of one argument in the context of a traced function. */
const SLOT = 8;
const SCRATCH = ['0', '1', '2', '3', '4', '5'];

/** What a register holds: the context, or an argument by its number. */
type Held = 'context' | number;

/** Structures that relocated instructions of a program read, by the instruction. */
function structsRead(evidence: Evidence, program: string): ReadonlyMap<number, string> {
  const found = new Map<number, string>();
  for (const { relocations } of stagesOf(evidence, 'core')) {
    for (const { program: owner, insn, access } of relocations) {
      const struct = /^struct (\w+?)(?:___\w+)?[.[]/.exec(access)?.[1];
      if (owner === program && struct !== undefined && insn !== undefined) found.set(insn, struct);
    }
  }
  return found;
}

/** What a register gets, from what the others hold; undefined when it is nothing that is followed. */
function written(text: string, held: ReadonlyMap<string, Held>): Held | undefined {
  const copy = COPY.exec(text)?.groups;
  if (copy) return held.get(copy['from'] ?? '');
  const load = LOAD.exec(text)?.groups;
  return load && held.get(load['from'] ?? '') === 'context' ? Number(load['offset']) / SLOT : undefined;
}

/**
 * Follows the path that a verifier log shows from the context to the first member that is read through an argument whose
 * type is another one.
 * @param types what the kernel's function takes, as `struct inode *`
 */
export function misreadArgument(
  lines: readonly string[],
  types: readonly string[],
  program: string,
  evidence: Evidence,
): Misread | undefined {
  const read = structsRead(evidence, program);
  const held = new Map<string, Held>([['1', 'context']]);
  for (const line of lines) {
    const { number, text = '' } = INSN.exec(line)?.groups ?? {};
    if (number === undefined) continue;
    const argument = held.get(THROUGH.exec(text)?.groups?.['base'] ?? '');
    const struct = read.get(Number(number));
    if (typeof argument === 'number' && struct !== undefined) {
      const type = types[argument];
      if (type !== undefined && type !== `struct ${struct} *`) return { argument, struct };
    }
    if (text.startsWith('call ')) for (const register of SCRATCH) held.delete(register);
    const to = WRITTEN.exec(text)?.groups?.['to'];
    if (to === undefined) continue;
    const next = written(text.trim(), held);
    if (next === undefined) held.delete(to);
    else held.set(to, next);
  }
  return undefined;
}
