import type { Finding } from '../model/finding.ts';
import { withArgs } from './make-finding.ts';
import { parseVerifierLog } from './verifier-log.ts';

/** Helpers after which no pointer into the packet counts any more (`bpf_helper_changes_pkt_data`, net/core/filter.c). */
const MOVES_PACKET =
  /^bpf_(?:skb_(?:vlan_push|vlan_pop|store_bytes|change_(?:proto|head|tail)|pull_data|adjust_room|set_tunnel_key)|clone_redirect|l[34]_csum_replace|xdp_(?:adjust_(?:head|meta|tail)|pull_data)|msg_(?:pull|push|pop)_data|lwt_(?:push_encap|seg6_\w+)|store_hdr_opt|reserve_hdr_opt|load_hdr_opt|sk_skb_\w+)$/;
/** Helpers and kfuncs that take an object away from the program that hands it over. */
const TAKES_AWAY = /^bpf_(?:ringbuf_(?:submit|discard)\w*|\w+_release\w*|\w+_put)$/;
/** What it gives is a number for the verifier until it is converted. */
const ARENA = 'bpf_arena_alloc_pages';
const PACKET = /^pkt(?:_meta|_end)?$/;
const OBJECT = /^(?:mem|alloc_mem|ringbuf_mem|sock\w*|tcp_sock|trusted_ptr_\w*|ptr_\w*)$/;
const INSN = /^\d+: \([0-9a-f]{2}\) (?<text>[^;]*)/;
/** What a pointer is declared with that is set on other paths only. */
const NULL_MADE = /^[rw]\d+ = 0$/;
/** What the compiler makes of a member behind NULL, where it knows from a check that the pointer is NULL. */
const BEHIND_NULL = /^[rw]\d+ = \d{1,4}$/;
const NULL_CHECK = /^if r\d+ [!=]= 0x0 goto /;
const CALL = /^call (?<name>\w+)(?:#\d+)?/;

/** A register or a place on the stack, as states of the log name it: `R6`, `fp-8`. */
type Place = string;

interface Loss {
  readonly kind: 'stale_packet' | 'released' | 'arena_pointer' | 'null_path';
  /** The call that took the pointer away; absent where none did. */
  readonly call?: string;
}

function stateOf(line: string, place: Place): string | undefined {
  return new RegExp(`\\b${place}(?:_[rwP]+)?=(\\w+)\\(`).exec(line)?.[1];
}

/** Where the value of `place` came from when `text` wrote it; undefined when the instruction made it again. */
function sourceOf(text: string, place: Place): Place | undefined {
  const register = place.startsWith('R') ? `r${place.slice(1)}` : undefined;
  if (register !== undefined) {
    const copied = new RegExp(`^${register} = r(\\d+)\\b`).exec(text)?.[1];
    if (copied !== undefined) return `R${copied}`;
    const loaded = new RegExp(`^${register} = \\*\\(u64 \\*\\)\\(r10 (-\\d+)\\)`).exec(text)?.[1];
    if (loaded !== undefined) return `fp${loaded}`;
    return new RegExp(`^${register} = `).test(text) ? undefined : place;
  }
  const spilled = new RegExp(`^\\*\\(u64 \\*\\)\\(r10 ${place.slice(2)}\\) = r(\\d+)\\b`).exec(text)?.[1];
  return spilled === undefined ? place : `R${spilled}`;
}

/** The instruction makes the pointer NULL, or the address of a member behind it right after a check for NULL. */
function isNull(text: string, above: readonly string[]): boolean {
  if (NULL_MADE.test(text)) return true;
  const before = above.findLast((line) => INSN.test(line)) ?? '';
  return BEHIND_NULL.test(text) && NULL_CHECK.test(INSN.exec(before)?.groups?.['text'] ?? '');
}

/**
 * The call that took a pointer away which the verifier no longer takes for one, from the path the log shows: followed
 * back, the value was a pointer before the call, and nothing else made it a number since.
 */
function lossOf(log: string, cause: string): Loss | undefined {
  const register = /^R(\d+) (?:invalid mem access|type=(?:inv|scalar) )/.exec(cause)?.[1];
  if (register === undefined) return undefined;
  const { lines } = parseVerifierLog(log);
  let place: Place = `R${register}`;
  let loss: Loss | undefined;
  // The instruction that was rejected may write the register that it reads through.
  const end = Math.max(0, lines.lastIndexOf(cause));
  const rejected = lines.slice(0, end).findLastIndex((line) => INSN.test(line));
  for (let at = rejected - 1; at >= 0; at--) {
    const line = lines[at] ?? '';
    const state = stateOf(line, place);
    if (loss && state !== undefined) {
      if ((loss.kind === 'stale_packet' ? PACKET : OBJECT).test(state)) return loss;
      if (state === 'scalar' || state === 'inv') loss = undefined;
    }
    const text = INSN.exec(line)?.groups?.['text']?.trim();
    if (text === undefined) continue;
    const call = CALL.exec(text)?.groups?.['name'];
    if (call !== undefined) {
      if (MOVES_PACKET.test(call)) loss = { kind: 'stale_packet', call };
      else if (TAKES_AWAY.test(call)) loss = { kind: 'released', call };
      else if (place === 'R0') return call === ARENA ? { kind: 'arena_pointer', call } : undefined;
      continue;
    }
    const source = sourceOf(text, place);
    if (source === undefined) return isNull(text, lines.slice(0, at)) ? { kind: 'null_path' } : undefined;
    place = source;
  }
  return undefined;
}

/** A number that was a pointer, or NULL: what made it one is the cause, and no kernel memory is meant. */
export function explainLostPointer(finding: Finding, log: string): Finding {
  const { reason = '' } = finding.args;
  if (finding.code !== 'VERIFIER_REJECTION' || !['invalid_mem_access', 'type_mismatch'].includes(reason))
    return finding;
  const loss = lossOf(log, finding.evidence?.text ?? '');
  if (!loss) return finding;
  return withArgs<'VERIFIER_REJECTION'>(finding, { reason: loss.kind, call: loss.call }, { confidence: 'high' });
}
