import { expect, test } from 'vitest';
import { classify } from '../../src/classify/classify.ts';
import type { StageOf } from '../../src/model/evidence.ts';
import { findingFacts } from '../../src/report/finding-facts.ts';
import * as fx from '../fixtures/evidence.ts';

type Relocation = StageOf<'core'>['relocations'][number];

const relocation = (access: string, part: Partial<Relocation> = {}): Relocation => ({
  program: 'handle_exec',
  insn: 3,
  kind: 'byte_off',
  access,
  present: false,
  ...part,
});

function first(log: string, relocations: Relocation[], libbpf = '', symbols: StageOf<'symbol'>[] = []) {
  const outcome = classify({
    evidence: fx.evidence([
      fx.open(),
      { stage: 'core', relocations, dropped: 0 },
      fx.rejected('handle_exec', log, { errno: -22, log: libbpf }),
      fx.loadFailed(),
      ...symbols,
      fx.exit({ code: 2 }),
    ]),
    attachMode: 'disabled',
    programs: [],
    validationMode: '',
    functionalTests: [],
  });
  if (outcome.status !== 'fail' || !outcome.findings[0]) throw new Error('no finding');
  return outcome.findings[0];
}

const named = 'failed to resolve CO-RE relocation <byte_off> [77] struct inet_sock.freebind (0:14 @ offset 792.2)\n';
const bare = '7: (85) call unknown#195896080\ninvalid func unknown#195896080\n';

test('the access is the subject, and libbpf confirms it', () => {
  expect(
    first(named, [
      relocation('struct inet_sock.freebind'),
      relocation('struct inet_sock.other'),
      relocation('struct inet_sock.asked', { kind: 'field_exists' }),
      relocation('struct inet_sock.here', { present: true }),
      relocation('struct inet_sock.elsewhere', { program: 'another' }),
    ]),
  ).toMatchObject({
    code: 'CORE_RELOCATION_FAILURE',
    confidence: 'high',
    subject: 'struct inet_sock.freebind',
    args: { reason: 'field_missing', program: 'handle_exec' },
    also: ['struct inet_sock.other'],
  });
});

test('a log without a name is read by its instruction', () => {
  const relocations = [relocation('struct a.x', { insn: 2 }), relocation('struct a.y', { insn: 7 })];
  expect(first(bare, relocations)).toMatchObject({ confidence: 'high', subject: 'struct a.y', also: ['struct a.x'] });
  expect(first(bare, [relocation('struct a.x', { insn: 2 })]).subject).toBe('struct a.x');
});

test.each([
  ['byte_off', 'struct a.x', 'field_missing'],
  ['type_size', 'struct a', 'type_missing'],
  ['target_type_id', 'struct a', 'type_missing'],
  ['enumval_value', 'enum e::E_GONE', 'enum_missing'],
])('<%s> %s is %s', (kind, access, reason) => {
  const log = `failed to resolve CO-RE relocation <${kind}> [77] ${access}\n`;
  expect(first(log, [relocation(access, { kind })])).toMatchObject({ subject: access, args: { reason } });
  expect(first(log, [])).toMatchObject({ confidence: 'medium', args: { reason } });
});

test('a field of a type that is known to be absent', () => {
  const log = 'failed to resolve CO-RE relocation <byte_off> [77] struct a.x (0:1 @ offset 8)\n';
  const requests = relocation('struct a', { kind: 'type_exists' });
  expect(first(log, [relocation('struct a.x'), requests]).args['reason']).toBe('type_missing');
});

test('members that may be what is missing are named, of the very member', () => {
  const symbol = (name: string, near: string[]): StageOf<'symbol'> => ({
    stage: 'symbol',
    program: 'handle_exec',
    name,
    kind: 'member',
    near,
    variants: [],
    kallsyms: [],
    btf: false,
    btf_module: '',
    traceable: null,
    blacklisted: null,
    category: null,
  });
  const field = relocation('struct inet_sock___old.freebind');
  const log = 'failed to resolve CO-RE relocation <byte_off> [77] struct inet_sock___old.freebind (0:14 @ offset 8)\n';
  const near = ['inet_flags (unsigned long)', 'inet_daddr (__be32)'];
  const found = first(log, [field], '', [
    symbol('inet_sock.freebind2', ['other (int)']),
    symbol('inet_sock.freebind', near),
  ]);
  expect(found.args).toMatchObject({ reason: 'field_missing', near: near.join(', ') });
  expect(findingFacts(found).more).toEqual([`Members that it may be on this kernel: ${near.join(', ')}.`]);
});

test('a field that is there with another width', () => {
  const warning =
    "libbpf: prog 'handle_exec': relo #3: insn #7 (LDX/ST/STX) accesses field incorrectly. Make sure ...\n";
  const found = first(named, [relocation('struct inet_sock.freebind', { present: true })], warning);
  expect(found).toMatchObject({ confidence: 'high', args: { reason: 'mem_size' } });
});

test('without the list nothing is certain', () => {
  expect(first(bare, [])).toMatchObject({
    code: 'CORE_RELOCATION_FAILURE',
    confidence: 'medium',
    subject: 'handle_exec',
  });
});

test('what libbpf says above the number of a relocation is why it gave up on it', () => {
  const log = (words: string): string =>
    `prog 'handle_exec': relo 3 at insn #0 ${words}\nprog 'handle_exec': relo #0: failed to relocate: -EINVAL\n`;
  const reason = (words: string) => first('', [relocation('struct a.x[1]')], log(words)).args['reason'];
  expect(reason("can't be applied to array access")).toBe('array_element');
  expect(reason("can't be satisfied for bitfield")).toBe('bitfield');
  expect(reason('is fine')).toBe('fatal');
});
