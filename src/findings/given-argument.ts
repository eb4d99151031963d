import type { Facts } from './entry.ts';

/** How the verifier calls what a register holds, and how people do; the first row that fits counts. */
const KINDS: readonly (readonly [kind: RegExp, words: string])[] = [
  [/^fp$/, 'the stack'],
  [/^ctx$/, 'the context'],
  [/^(?:inv|scalar)/, 'a number'],
  [/^pkt_end$/, 'the end of the packet'],
  [/^pkt/, 'the packet'],
  [/^map_value/, 'a map value'],
  [/^map_key/, 'a map key'],
  [/^map_ptr$/, 'a map'],
  [/^func$/, 'a function'],
  [/sock/, 'a socket'],
  [/ptr_\w*$/, 'a kernel object'],
  [/mem|buf/, 'memory that a helper gave'],
];

function kindOf(word: string): string {
  return KINDS.find(([kind]) => kind.test(word))?.[1] ?? word;
}

/** `the stack, a map value`, of `fp, map_value, map_value`. */
function listOf(kinds: string): string {
  return [...new Set(kinds.split(/,\s*/).filter(Boolean).map(kindOf))].join(', ');
}

/** What to pass, by what the call takes; the first row that fits counts. */
const TODO: readonly (readonly [takes: RegExp, todo: string])[] = [
  [/^fp$/, 'Pass the address of a local variable (or NULL, where the helper allows that): it takes nothing else.'],
  [
    /\bfp\b/,
    'Pass the address of a local variable or of a map value, and copy between that and what is meant (fields of the context one by one, kernel memory with bpf_probe_read_kernel, the packet with bpf_skb_load_bytes or bpf_xdp_load_bytes).',
  ],
  [/^map_value/, 'Pass an address in a map value that was looked up and checked for NULL.'],
  [
    /sock/,
    'Pass a socket: skb->sk or ctx->sk, or what bpf_sk_lookup_tcp or bpf_skc_to_tcp_sock gave, checked for NULL.',
  ],
  [/^ctx/, 'Pass the context of the program as it came, and no copy or member of it.'],
  [
    /ptr_/,
    'Pass a kernel object that the verifier knows as one: an argument of a fentry, tp_btf, LSM or struct_ops program, or what bpf_get_current_task_btf, bpf_skc_to_... or an acquiring kfunc gave.',
  ],
  [/^func/, 'Pass a static function of the program.'],
];

type Given = Facts<'given' | 'expected' | 'argument' | 'callee'>;

/** Which argument is of which kind, and what the call takes; undefined where the log does not say. */
export function givenWords({ args }: Given): string | undefined {
  const { given, expected, argument, callee } = args;
  if (given === undefined || expected === undefined) return undefined;
  const call = callee === undefined ? 'the call' : callee;
  return `Argument ${argument ?? '?'} of ${call} is ${kindOf(given)}, where it takes ${listOf(expected)}.`;
}

/** What to pass instead; undefined where nothing is known of the call. */
export function givenTodo({ args }: Given): string | undefined {
  const { expected } = args;
  return expected === undefined ? undefined : TODO.find(([takes]) => takes.test(expected))?.[1];
}
