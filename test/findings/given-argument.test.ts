import { expect, test } from 'vitest';
import { givenTodo, givenWords } from '../../src/findings/given-argument.ts';
import { offeredTo } from '../../src/findings/helper-places.ts';

const facts = (args: Record<string, string>) =>
  ({ subject: 'probe', confidence: 'medium', decisive: true, args }) as const;

test('an argument is reported by what it is and what the call takes', () => {
  const args = {
    argument: '1',
    given: 'ctx',
    expected: 'fp, pkt, pkt_meta, map_value, mem',
    callee: 'bpf_get_current_comm',
  };
  expect(givenWords(facts(args))).toBe(
    'Argument 1 of bpf_get_current_comm is the context, where it takes the stack, the packet, a map value, memory that a helper gave.',
  );
  expect(givenTodo(facts(args))).toContain('local variable or of a map value');
  expect(givenTodo(facts({ expected: 'fp' }))).toContain('nothing else');
  expect(givenTodo(facts({ expected: 'sock_common, sock, tcp_sock' }))).toContain('skb->sk');
  expect(givenTodo(facts({ expected: 'trusted_ptr_, rcu_ptr_' }))).toContain('bpf_get_current_task_btf');
});

test('nothing is said of an argument that the log does not describe', () => {
  expect(givenWords(facts({ given: 'ctx' }))).toBeUndefined();
  expect(givenTodo(facts({}))).toBeUndefined();
  expect(givenTodo(facts({ expected: 'something_new' }))).toBeUndefined();
});

test('helpers are known by the programs that kernels offer them to', () => {
  expect(offeredTo('bpf_setsockopt')).toContain('sockops');
  // The verifier says of both: cannot use bpf_spin_lock yet.
  expect(offeredTo('bpf_spin_lock')).toMatch(/none to socket filters, kprobes, /);
  expect(offeredTo('bpf_redirect_map')).toBe('XDP programs');
  expect(offeredTo('bpf_skb_load_bytes')).toContain('socket filter');
  expect(offeredTo('bpf_map_lookup_elem')).toBeUndefined();
});
