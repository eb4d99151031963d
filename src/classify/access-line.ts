import type { SourceLocation } from '../model/finding.ts';
import type { ObjectFacts } from '../object/facts.ts';
import { linesOfProgram } from '../object/lines.ts';
import type { ProgramFacts } from '../object/programs.ts';

/** Instructions between one that takes the place of a field and the line that reads it: further off is another read. */
const NEAR = 64;

/**
 * The line of an access to a field or an enumerator. The compiler may take a place before the line that needs it, and
 * the line table then has the statement before: one close by that names the field is meant, the next before an earlier.
 * @param at the line that the table has
 * @param access libbpf's words: `struct task_struct.mm`, `enum bpf_cmd::BPF_PROG_LOAD = 5`
 */
export function accessLine(
  at: SourceLocation,
  access: string,
  program: ProgramFacts,
  facts: ObjectFacts,
): SourceLocation {
  const name = /(?:\.|::)(\w+)(?:\[\d+\])*(?: = -?\d+)?$/.exec(access)?.[1];
  const { insn } = at;
  if (name === undefined || insn === undefined) return at;
  const word = new RegExp(`\\b${name}\\b`);
  if (word.test(at.text)) return at;
  const distance = (line: { readonly insn: number }): number => Math.abs(line.insn - insn);
  const naming = linesOfProgram(facts, program.layout).filter(
    (line) => line.function === at.function && line.line > 0 && distance(line) <= NEAR && word.test(line.text),
  );
  const found = naming.find((line) => line.insn > insn) ?? naming.at(-1);
  return found ? { ...found, insn, certainty: 'table' } : at;
}
