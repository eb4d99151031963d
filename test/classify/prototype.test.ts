import { expect, test } from 'vitest';
import { makeFinding } from '../../src/classify/make-finding.ts';
import { explainContext, explainSignature, explainTrampoline } from '../../src/classify/prototype.ts';
import type { StageOf } from '../../src/model/evidence.ts';
import * as fx from '../fixtures/evidence.ts';

const PROBE = { program: 'probe', section: 'fexit/inet_csk_accept' };
const SOCK = { type: 'struct sock *', name: 'sk' };
const AUX = { type: 'struct bpf_prog_aux *', name: 'aux' };

function guest(
  name: string,
  parameters: StageOf<'symbol'>['parameters'],
  near: readonly string[] = [],
  release = '6.1.0-56',
) {
  const evidence = fx.evidence([
    {
      stage: 'symbol',
      name,
      kind: 'function',
      program: 'probe',
      kallsyms: [{ type: 'T', module: '' }],
      variants: [],
      btf: true,
      btf_module: '',
      traceable: true,
      blacklisted: null,
      category: null,
      near: [...near],
      parameters,
    },
  ]);
  return {
    ...evidence,
    hello: { ...evidence.hello, kernel: { ...evidence.hello.kernel, release, machine: 'x86_64' } },
  };
}

function signature(near: readonly string[], parameters = [SOCK, AUX]) {
  const args = { ...PROBE, function: 'scx_bpf_kick_cpu', reason: 'proto' } as const;
  const finding = makeFinding({ code: 'KFUNC_SIGNATURE_MISMATCH', confidence: 'medium', phase: 'load', args });
  return explainSignature(finding, guest('scx_bpf_kick_cpu', parameters, near)).args;
}

test('an argument that the kernel fills in itself is a fault of its BTF, unless a second function has it', () => {
  expect(signature([])).toMatchObject({
    reason: 'kernel_btf',
    prototype: 'scx_bpf_kick_cpu(struct sock *sk, struct bpf_prog_aux *aux)',
  });
  expect(signature(['scx_bpf_kick_cpu_impl'])['reason']).toBe('proto');
  expect(signature([], [SOCK])).toMatchObject({ reason: 'proto', prototype: 'scx_bpf_kick_cpu(struct sock *sk)' });
});

function trampoline(count: number, release: string) {
  const args = { ...PROBE, function: 'many', reason: 'trampoline' } as const;
  const finding = makeFinding({ code: 'TRAMPOLINE_UNSUPPORTED', confidence: 'medium', phase: 'attach', args });
  return explainTrampoline(
    finding,
    guest(
      'many',
      Array.from({ length: count }, () => SOCK),
      [],
      release,
    ),
  ).args;
}

test('more arguments than a trampoline hands over are counted', () => {
  expect(trampoline(8, '6.1.0')).toMatchObject({ reason: 'many_arguments', count: '8', limit: '6', since: '6.6' });
  expect(trampoline(6, '6.1.0')['reason']).toBe('trampoline');
  expect(trampoline(8, '6.12.1')['reason']).toBe('trampoline');
});

function context(section: string, offset: string, parameters = [SOCK, { type: 'int', name: 'flags' }]) {
  const args = { program: 'probe', section, offset, size: '8', reason: 'ctx_access' } as const;
  const finding = makeFinding({ code: 'VERIFIER_REJECTION', confidence: 'medium', phase: 'load', args });
  return explainContext(finding, guest('inet_csk_accept', parameters));
}

test('a read behind the arguments of a traced function says what the function takes', () => {
  expect(context('fexit/inet_csk_accept', '32')).toMatchObject({
    group: 'program',
    args: {
      reason: 'traced_arguments',
      prototype: 'inet_csk_accept(struct sock *sk, int flags)',
      count: '2',
      value: '5',
      result: '3',
    },
  });
  expect(context('fentry/inet_csk_accept', '16').args).toMatchObject({ reason: 'traced_arguments', value: '3' });
  expect(context('fentry/inet_csk_accept', '16').args).not.toHaveProperty('result');
});

test.each([
  ['an argument it has', 'fexit/inet_csk_accept', '16', undefined],
  ['no traced function', 'tc', '32', undefined],
  ['structures by value, which count otherwise', 'fexit/inet_csk_accept', '32', [{ type: 'struct path', name: 'p' }]],
] as const)('%s: nothing is added', (_, section, offset, parameters) => {
  expect(context(section, offset, parameters && [...parameters]).args['reason']).toBe('ctx_access');
});
