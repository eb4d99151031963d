import { type Evidence, firstStage, stagesOf } from '../model/evidence.ts';
import type { Finding } from '../model/finding.ts';
import { withArgs } from './make-finding.ts';
import { parseVerifierLog } from './verifier-log.ts';

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
  const written = new RegExp(`^\\d+: \\([0-9a-f]{2}\\) r${base} [-+*&|^<>/]*= `);
  const at = above.findLastIndex((line) => written.test(line));
  const before = lastAccess(above.slice(0, at + 1));
  return before?.above.length === at ? before : undefined;
}

/** The structure that a register points to, by the last state that the log shows of it. */
function structOf({ base, above }: Load): string | undefined {
  const state = new RegExp(`\\bR${base}(?:_\\w+)?=(?:\\w+_)?ptr_(?!or_null_)(\\w+)`);
  const line = above.findLast((text) => new RegExp(`\\bR${base}(?:_\\w+)?=`).test(text));
  return state.exec(line ?? '')?.[1];
}

/**
 * Whether the loader placed an access, or may have: its instruction has a CO-RE relocation, or one on the way to it that may
 * have added the offset.
 */
function isPlaced({ insn }: Load, program: string, evidence: Evidence): boolean {
  if (firstStage(evidence, 'open')?.core_relocations === 0) return false;
  const stages = stagesOf(evidence, 'core');
  if (stages.length === 0 || stages.some(({ dropped }) => dropped > 0)) return true;
  const own = stages.flatMap(({ relocations }) => relocations.filter((one) => one.program === program));
  return own.some((one) => one.insn <= insn && one.insn > insn - NEAR);
}

/**
 * A member of a kernel structure that is read at the offset of the build: the program has no CO-RE relocation there, so that
 * the structure of this kernel was never asked for.
 */
export function explainFixedOffset(finding: Finding, log: string, evidence: Evidence): Finding {
  const { reason = '', program = '' } = finding.args;
  if (finding.code !== 'VERIFIER_REJECTION' || !MISPLACED.has(reason)) return finding;
  const { lines } = parseVerifierLog(log);
  const access = lastAccess(lines.slice(0, lines.lastIndexOf(finding.evidence?.text ?? '')));
  // What is no pointer was read out of a structure one load before.
  const beyond = reason === 'beyond_struct';
  const read = beyond ? access : access && loadOf(access);
  const struct = beyond ? (finding.args['struct'] ?? finding.args['holder']) : read && structOf(read);
  if (!read || struct === undefined || isPlaced(read, program, evidence)) return finding;
  return withArgs<'VERIFIER_REJECTION'>(finding, { reason: 'fixed_offset', struct }, { confidence: 'high' });
}
