import type { ReasonOf } from '../findings/findings.ts';
import type { Evidence, StageOf } from '../model/evidence.ts';
import type { Finding } from '../model/finding.ts';
import { accessesMap, packetReason } from './accessed-register.ts';
import { isNull, standsIn } from './kfunc-argument.ts';
import { explainLostPointer } from './lost-pointer.ts';
import { recode, withArgs } from './make-finding.ts';
import { openedProgram } from './reported-programs.ts';
import { parseVerifierLog } from './verifier-log.ts';

/** Bytes of `struct __sk_buff` where `data`, `data_end` and `data_meta` are. */
const PACKET_FIELDS: ReadonlySet<string> = new Set(['76', '80', '140']);
/** Helpers with a string that has to stand in memory that no one can write. */
const CONSTANT_STRINGS: ReadonlySet<string> = new Set(['bpf_snprintf', 'bpf_strncmp']);
/** Operators that compute with the bits of a pointer. */
const BITS = /^[rw]\d+ (?:&|\||\^|<<|>>|s>>|\*|\/|%)= /;
/** Contexts of traced functions have 8 bytes for each argument. */
const PART_OF_ARGUMENT = /^func '\S+' (?:size \d+ must be 8|offset \d+ is not multiple of 8)$/;
/** Objects on the stack that do not fit where they are. */
const NO_PLACE = /^cannot pass in \w+ at an offset=/;
/** An access that the kernel measured, right above the words that reject it. */
const MEASURED = /^invalid access to [^,]+, \w+_size=(?<available>\d+) off=(?<offset>-?\d+) size=(?<size>\d+)/;
/** Why an argument does not fit what a global function takes. */
const BAD_ARGUMENT =
  /^invalid (?:indirect )?(?:access|read)|^R\d+ (?:type=|(?:min|max) value|offset is)|^At .* expected/;
/** Bytes of a tracepoint record that only the kernel may read. */
const RECORD_HEADER = 8;
/** How far above the cause the words stand that say what was accessed. */
const NEAR = 3;
/** And how far what a register holds, in characters. */
const NEAR_TEXT = 65_536;
/** Kernel functions are printed with the number of their type, helpers with one of a few hundred. */
const KFUNC_CALL = /^call \w+#\d{4,}$/;
/** Memory with a size beside it: the program says how much it is. */
const SIZED = /^\S+ \S+ memory, len pair leads to invalid memory access$/m;
const STORE = /^(?:lock )?\*\(u\d+ \*\)\(r\d+ [+-]\d+\) (?:=|\+=|\|=|&=|\^=) /;

interface Place {
  /** The instruction the verifier stood at, as it prints it; empty when the log shows none. */
  readonly insn: string;
  /** Lines right above the cause. */
  readonly above: readonly string[];
}

function placeOf(log: string, cause: string): Place {
  const { lines } = parseVerifierLog(log);
  const at = lines.lastIndexOf(cause);
  const before = at < 0 ? lines : lines.slice(0, at);
  const found = before.findLast((line) => /^\d+: \([0-9a-f]{2}\)/.test(line)) ?? '';
  return {
    insn: found.replace(/^\d+: \([0-9a-f]{2}\) /, '').replace(/\s*;.*$/, ''),
    above: before.slice(-NEAR),
  };
}

/**
 * What a rejection is about where its words alone leave it open: the instruction that the verifier stood at, the lines
 * above the cause and the type of the program show.
 */
export function explainRejection(
  finding: Finding,
  stage: StageOf<'program'>,
  log: string,
  evidence: Evidence,
): Finding {
  if (finding.code === 'UNSUPPORTED_GLOBAL_FUNCTION') return explainCaller(finding, stage, log);
  const place = placeOf(log, finding.evidence?.text ?? '');
  const callee = /^call (\w+)#/.exec(place.insn)?.[1];
  if (finding.code !== 'VERIFIER_REJECTION') return explainMap(finding, callee);
  const reason = finerReason(finding, place, openedProgram(evidence, stage.name)?.type ?? '', callee, log);
  const named = callee !== undefined && finding.args['function'] === undefined ? { callee } : {};
  return explainLostPointer(
    withArgs<'VERIFIER_REJECTION'>(finding, { ...named, ...reason, ...acquiredBy(finding, log) }),
    log,
  );
}

/** Older kernels call themselves misconfigured where a tail call gets a map that has no programs; newer ones do not name it. */
function explainMap(finding: Finding, callee: string | undefined): Finding {
  if (callee !== 'bpf_tail_call') return finding;
  const misconfigured =
    finding.code === 'VERIFIER_INTERNAL' && / misconfigured verifier/.test(finding.evidence?.text ?? '');
  const args = { reason: 'map', helper: callee } as const;
  if (misconfigured) return recode(finding, 'MAP_PROG_INCOMPATIBLE', { args });
  return finding.code === 'MAP_PROG_INCOMPATIBLE' ? withArgs<'MAP_PROG_INCOMPATIBLE'>(finding, args) : finding;
}

/** A global function that is fine, and a caller whose argument is not: the line above says what is wrong with it. */
function explainCaller(finding: Finding, stage: StageOf<'program'>, log: string): Finding {
  const text = finding.evidence?.text ?? '';
  const wrong = text.startsWith('Caller passes invalid args') ? placeOf(log, text).above.at(-1) : undefined;
  if (wrong === undefined || !BAD_ARGUMENT.test(wrong)) return finding;
  return recode(finding, 'VERIFIER_REJECTION', { subject: stage.name, args: { reason: 'caller_argument', wrong } });
}

/** The call that acquired what is not released, by the number of its instruction. */
function acquiredBy({ args, evidence }: Finding, log: string): { readonly acquired?: string } {
  const insn = args['reason'] === 'reference' ? /alloc_insn=(\d+)/.exec(evidence?.text ?? '')?.[1] : undefined;
  const call = insn === undefined ? undefined : new RegExp(`^${insn}: \\(85\\) call (\\w+)#`, 'm').exec(log)?.[1];
  return call === undefined ? {} : { acquired: call };
}

/** A number in a register was added to the pointer that the instruction goes through: an index, known on this path. */
function isIndexed(insn: string, log: string, cause: string): boolean {
  const base = /\(r(\d+) /.exec(insn)?.[1];
  if (base === undefined) return false;
  const before = log.slice(0, log.lastIndexOf(cause)).slice(-NEAR_TEXT);
  const written = [...before.matchAll(new RegExp(`^\\d+: \\(\\w\\w\\) r${base} (\\+?)= (r?)`, 'gm'))].at(-1);
  return written?.[1] === '+' && written[2] === 'r';
}

/** Right below, the kernel says that the memory is given with its size, as to a helper. */
function isSized(log: string, cause: string): boolean {
  return SIZED.test(log.slice(log.lastIndexOf(cause)));
}

/** What the kernel measured of an access. */
function measured(above: readonly string[]): Finer {
  const { available, offset, size } = above.map((line) => MEASURED.exec(line)?.groups).findLast(Boolean) ?? {};
  return { available, offset, size };
}

/** Not even the smallest index fits, so that none is to blame; a negative offset comes from a subtraction. */
function pastEnd(text: string, above: readonly string[]): Finer {
  const { available, offset, size } = measured(above);
  if (!/ min value is outside of /.test(text) || offset === undefined || offset.startsWith('-')) return {};
  // Kernels before 6.8 have no words of their own for a size that may be zero.
  if (size === '0') return { reason: 'zero_size' };
  return { reason: 'past_end', available, offset, size };
}

/** The words about the place stand above those about the state, which say nothing then. */
function misplaced(above: readonly string[]): Finer {
  const wrong = above.find((line) => NO_PLACE.test(line));
  return wrong === undefined ? {} : { reason: 'stack_object', wrong };
}

/** What a kernel function is given in place of an object, where the log shows it. */
function given(log: string, cause: string): Finer {
  const reason = standsIn(log, cause);
  return reason === undefined ? {} : { reason };
}

interface Finer {
  readonly reason?: ReasonOf<'VERIFIER_REJECTION'>;
  readonly offset?: string | undefined;
  readonly size?: string | undefined;
  readonly available?: string | undefined;
  readonly wrong?: string | undefined;
}

function finerReason(
  { args, evidence }: Finding,
  { insn, above }: Place,
  type: string,
  callee: string | undefined,
  log: string,
): Finer {
  switch (args['reason']) {
    case 'btf_access':
      if (accessesMap(insn, log, evidence?.text ?? '')) return { reason: 'map_structure' };
      return evidence?.text.startsWith('cannot access ptr member ') ? { reason: 'pointer_part' } : {};
    case 'unset_register':
      return evidence?.text.startsWith('R0 ') && insn === 'exit' ? { reason: 'no_result' } : {};
    case 'ctx_access':
      if (STORE.test(insn)) return { reason: 'ctx_write' };
      if (above.some((line) => PART_OF_ARGUMENT.test(line))) return { reason: 'argument_width' };
      if (type === 'tracepoint' && Number(args['offset']) < RECORD_HEADER) return { reason: 'record_header' };
      return type === 'socket_filter' && PACKET_FIELDS.has(args['offset'] ?? '') ? { reason: 'packet_access' } : {};
    case 'packet_bounds':
      if (BITS.test(insn) && type !== 'cgroup_sockopt') return { reason: 'pointer_bits' };
      return { reason: packetReason(type, insn, log, evidence?.text ?? '') };
    case 'out_of_bounds':
      if (above.some((line) => line.startsWith('invalid access to packet'))) {
        return { reason: packetReason(type, insn, log, evidence?.text ?? '') };
      }
      if (KFUNC_CALL.test(insn) && !isSized(log, evidence?.text ?? '')) {
        return { reason: 'kfunc_memory', ...measured(above) };
      }
      return {
        ...measured(above),
        ...(isIndexed(insn, log, evidence?.text ?? '') ? {} : pastEnd(evidence?.text ?? '', above)),
      };
    case 'iterator_unset':
    case 'iterator_begun':
    case 'dynptr_unset':
    case 'dynptr_taken':
      return misplaced(above);
    case 'foreign_memory':
      // Kernel functions want what they work on, and no memory of the program.
      if (!KFUNC_CALL.test(insn)) return isNull(log, evidence?.text ?? '') ? { reason: 'null_argument' } : {};
      return { reason: standsIn(log, evidence?.text ?? '') ?? 'untrusted_pointer' };
    case 'ctx_modified':
      // A helper reads through what it is given: nothing that the compiler moved.
      return callee === undefined ? {} : { reason: 'context_address' };
    case 'untrusted_pointer':
    case 'null_check':
      return KFUNC_CALL.test(insn) ? given(log, evidence?.text ?? '') : {};
    case 'not_acquired':
      return /^bpf_ringbuf_(?:submit|discard)_dynptr$/.test(callee ?? '') ? { reason: 'dynptr_kind' } : {};
    case 'locked':
      return callee === 'bpf_spin_lock' ? { reason: 'two_locks' } : {};
    case 'reference':
      return callee === 'bpf_tail_call' ? { reason: 'held_tail_call' } : {};
    case 'type_mismatch':
      return /^R3 type=\w+ +expected=map_value$/.test(evidence?.text ?? '') && CONSTANT_STRINGS.has(callee ?? '')
        ? { reason: 'const_string' }
        : {};
    default:
      return {};
  }
}
