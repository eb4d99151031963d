import type { ReasonOf } from '../findings/findings.ts';
import type { Evidence, StageOf } from '../model/evidence.ts';
import type { Finding } from '../model/finding.ts';
import { explainLostPointer } from './lost-pointer.ts';
import { withArgs } from './make-finding.ts';
import { openedProgram } from './reported-programs.ts';
import { parseVerifierLog } from './verifier-log.ts';

/** Bytes of `struct __sk_buff` where `data`, `data_end` and `data_meta` are. */
const PACKET_FIELDS: ReadonlySet<string> = new Set(['76', '80', '140']);
/** Helpers with a string that has to stand in memory that nobody can write. */
const CONSTANT_STRINGS: ReadonlySet<string> = new Set(['bpf_snprintf', 'bpf_strncmp']);
/** How far above the cause the words stand that say what was accessed. */
const NEAR = 3;
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
 * What a refusal is about where its words alone leave it open: the instruction that the verifier stood at, the lines
 * above the cause and the type of the program tell.
 */
export function explainRejection(
  finding: Finding,
  stage: StageOf<'program'>,
  log: string,
  evidence: Evidence,
): Finding {
  if (finding.code !== 'VERIFIER_REJECTION') return finding;
  const place = placeOf(log, finding.evidence?.text ?? '');
  const callee = /^call (\w+)#/.exec(place.insn)?.[1];
  const reason = finerReason(finding, place, openedProgram(evidence, stage.name)?.type ?? '', callee);
  const named = callee !== undefined && finding.args['function'] === undefined ? { callee } : {};
  return explainLostPointer(withArgs<'VERIFIER_REJECTION'>(finding, { ...named, ...reason }), log);
}

function finerReason(
  { args, evidence }: Finding,
  { insn, above }: Place,
  type: string,
  callee: string | undefined,
): { readonly reason?: ReasonOf<'VERIFIER_REJECTION'> } {
  switch (args['reason']) {
    case 'unset_register':
      return evidence?.text.startsWith('R0 ') && insn === 'exit' ? { reason: 'no_result' } : {};
    case 'ctx_access':
      if (STORE.test(insn)) return { reason: 'ctx_write' };
      return type === 'socket_filter' && PACKET_FIELDS.has(args['offset'] ?? '') ? { reason: 'packet_access' } : {};
    case 'out_of_bounds':
      return above.some((line) => line.startsWith('invalid access to packet')) ? { reason: 'packet_bounds' } : {};
    case 'type_mismatch':
      return /^R3 type=\w+ +expected=map_value$/.test(evidence?.text ?? '') && CONSTANT_STRINGS.has(callee ?? '')
        ? { reason: 'const_string' }
        : {};
    default:
      return {};
  }
}
