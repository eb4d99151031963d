import { type Evidence, firstStage } from '../model/evidence.ts';
import type { Finding } from '../model/finding.ts';
import { grouped, oncePer } from '../model/once-per.ts';
import type { ObjectFacts } from '../object/facts.ts';
import type { ProgramFacts } from '../object/programs.ts';
import { withArgs } from './make-finding.ts';
import { stateOf } from './register-state.ts';
import { failedProgram } from './reported-programs.ts';
import { parseVerifierLog, verifierText } from './verifier-log.ts';

/** Rejections that follow from a member that is read at the wrong place. */
const MISPLACED: ReadonlySet<string> = new Set(['beyond_struct', 'invalid_mem_access']);
const INSN = /^(?<number>\d+): \([0-9a-f]{2}\) (?<text>[^;]*)/;
const THROUGH = /\*\(u\d+ \*\)\(r(?<base>\d+) [+-]\d+\)/;

/** Instructions within which an offset is added before it is used. */
const NEAR = 8;

interface Load {
  readonly insn: number;
  /** The register whose pointer it goes through. */
  readonly base: string;
  /** Lines of the log above it. */
  readonly above: readonly string[];
}

/** The access that the log ends with, and the instructions down to it from where its pointer was loaded. */
function lastAccess(lines: readonly string[]): Load | undefined {
  const at = lines.findLastIndex((line) => THROUGH.test(INSN.exec(line)?.groups?.['text'] ?? ''));
  const { number, text = '' } = INSN.exec(lines[at] ?? '')?.groups ?? {};
  const base = THROUGH.exec(text)?.groups?.['base'];
  return base === undefined ? undefined : { insn: Number(number), base, above: lines.slice(0, at) };
}

/** The load that gave the pointer of an access; undefined when it came from somewhere else. */
function loadOf({ base, above }: Load): Load | undefined {
  const written = new RegExp(`^\\d+: \\([0-9a-f]{2}\\) r${base} \\S*= `);
  const at = above.findLastIndex((line) => written.test(line));
  const before = lastAccess(above.slice(0, at + 1));
  return before?.above.length === at ? before : undefined;
}

/** The structure that the pointer of a load points to. */
function structOf({ base, above }: Load): string | undefined {
  return /^(?:\w+_)?ptr_(?!or_null_)(\w+)/.exec(stateOf(base, above.join('\n')) ?? '')?.[1];
}

const coreByFunction = oncePer((facts: ObjectFacts) => grouped(facts.core, ({ fn }) => `${fn}`));

/** `file` of `struct file___old.f_inode`. */
function rootOf(access: string): string | undefined {
  return access.split(/[ .[]/, 2)[1]?.split('___', 1)[0];
}

/**
 * Whether the loader placed an access, or may have: its function has a CO-RE relocation on the way to it, or one of the same
 * structure, whose offset may be added from far. The guest lists each kind of access once, so that only the object knows.
 */
function isPlaced(
  insn: number,
  struct: string,
  evidence: Evidence,
  facts: ObjectFacts,
  program: ProgramFacts,
): boolean {
  const part = program.layout.parts.findLast(({ start }) => start <= insn);
  const at = insn - (part?.start ?? 0);
  if (!part || at >= (facts.functions[part.fn]?.insns ?? 0)) return true;
  // Not all of them were read.
  if ((firstStage(evidence, 'open')?.core_relocations ?? 0) > facts.core.length) return true;
  const own = coreByFunction(facts).get(`${part.fn}`) ?? [];
  return own.some((one) => (one.insn <= at && one.insn > at - NEAR) || rootOf(one.access) === struct);
}

/**
 * A member of a kernel structure that is read at the offset of the build: the program has no CO-RE relocation there, so that
 * the structure of this kernel was never asked for.
 */
export function withFixedOffset(
  finding: Finding,
  evidence: Evidence,
  facts: ObjectFacts,
  program: ProgramFacts | undefined,
): Finding {
  const { reason = '' } = finding.args;
  if (finding.code !== 'VERIFIER_REJECTION' || !MISPLACED.has(reason) || !program) return finding;
  const stage = failedProgram(evidence, program.name);
  const { lines } = parseVerifierLog(stage ? verifierText(stage) : '');
  const access = lastAccess(lines.slice(0, Math.max(0, lines.lastIndexOf(finding.evidence?.text ?? ''))));
  // What is no pointer was read out of a structure one load before.
  const beyond = reason === 'beyond_struct';
  const read = beyond ? access : access && loadOf(access);
  const struct = beyond ? (finding.args['struct'] ?? finding.args['holder']) : read && structOf(read);
  // Registers are numbers for the verifier wherever they are.
  if (!read || struct === undefined || struct === 'pt_regs' || isPlaced(read.insn, struct, evidence, facts, program))
    return finding;
  // A pointer to no structure (void *, char *) is a number wherever its member is.
  const confidence = beyond ? 'high' : finding.confidence;
  return withArgs<'VERIFIER_REJECTION'>(finding, { reason: 'fixed_offset', struct }, { confidence });
}
