import type { Finding } from '../model/finding.ts';
import { compareVersions } from '../model/kernel-range.ts';
import type { ProgramFacts } from '../object/programs.ts';
import { helper } from './helpers.ts';

/** bpf_for_each_map_elem, bpf_timer_set_callback, bpf_find_vma, bpf_loop, bpf_user_ringbuf_drain. */
const TAKE_CALLBACKS = [164, 170, 180, 181, 209];

const BPF_LOOP = 181;

/** A program that is too complex although it has bpf_loop: another one is no way out. */
export function withLoops(finding: Finding, program: ProgramFacts | undefined): Finding {
  if (finding.code !== 'VERIFIER_COMPLEXITY' || !program?.helpers.has(BPF_LOOP)) return finding;
  return { ...finding, args: { ...finding.args, loops: 'bpf_loop' } };
}

/** A kernel without callbacks lacks the helper that takes one, too, and that may be the newer of both. */
export function withCallback(finding: Finding, program: ProgramFacts | undefined): Finding {
  if (finding.code !== 'UNSUPPORTED_INSTRUCTION' || finding.args['reason'] !== 'callback' || !program) return finding;
  let newest: { readonly name: string; readonly since: string } | undefined;
  for (const id of TAKE_CALLBACKS) {
    const known = program.helpers.has(id) ? helper(id) : undefined;
    if (known && (!newest || compareVersions(newest.since, known.since) < 0)) newest = known;
  }
  return newest ? { ...finding, args: { ...finding.args, helper: newest.name, since: newest.since } } : finding;
}
