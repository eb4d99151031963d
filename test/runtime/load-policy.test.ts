import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decideLoad, type LoadFacts, readLoadPolicy } from '../../src/runtime/load-policy.ts';

const FACTS: LoadFacts = {
  agent: 'edge-1',
  tenant: 'acme',
  project: 'probe',
  artifact: 'conn',
  profile: 'debian-12-6.1',
  programTypes: ['kprobe', 'tracepoint'],
  attachKinds: ['kprobe'],
  kernel: '5.15.0-91-generic',
  verified: true,
};

function decide(rules: string, { version = 'v0.1', facts = {} as Partial<LoadFacts>, head = '' } = {}) {
  const text = `schema_version: agent_load_policy.${version}\n${head}rules: [${rules}]\n`;
  return decideLoad(readLoadPolicy({ file: 'p.yaml', text }, 'agent'), { ...FACTS, ...facts });
}

const allows = (rule: string, facts: Partial<LoadFacts> = {}): boolean =>
  decide(`{name: r, action: allow, ${rule}}`, { facts }).allowed;

test('nothing said, nothing allowed', () => {
  expect(decide('')).toMatchObject({ allowed: false, action: 'deny', rule_name: '' });
  expect(decide('', { head: 'default_action: allow\n' }).allowed).toBe(true);
});

test.each<[string, boolean]>([
  ['artifacts: [CONN]', true],
  ['artifacts: ["co*"]', true],
  ['artifacts: ["c?nn"]', true],
  ['artifacts: [other]', false],
  ['agents: ["edge-*"]', true],
  ['tenants: [acme], projects: [other]', false],
  ['program_types: [kprobe, tracepoint]', true],
  ['program_types: [kprobe]', false],
  ['attach_kinds: [kprobe]', true],
  ['kernel_min: "5.15"', true],
  ['kernel_min: "5.15.1"', false],
  ['kernel_min: "5.4"', true],
  ['kernel_max: "5.15"', true],
  ['kernel_max: "5.10"', false],
  ['require_verified_history: true', true],
])('{%s} allows: %s', (rule, allowed) => {
  expect(allows(rule)).toBe(allowed);
});

test.each(['">=5.15"', 'newest', '"5.15-generic"', 'v6'])('kernel_min %s is no bound', (bound) => {
  expect(() => allows(`kernel_min: ${bound}`)).toThrow(/p\.yaml.*kernel_min.*numbers such as 5\.15/s);
});

test('what was not seen could be there: a deny of one kind holds, whatever else allows', () => {
  const rules = 'default_action: allow\nrules: [{name: d, action: deny, attach_kinds: [kprobe]}]\n';
  const policy = readLoadPolicy({ file: 'p', text: `schema_version: agent_load_policy.v0.2\n${rules}` }, 'agent');
  expect(decideLoad(policy, { ...FACTS, attachKinds: [] })).toMatchObject({ allowed: false, rule_name: 'd' });
  expect(decideLoad(policy, { ...FACTS, attachKinds: ['tracepoint'] }).allowed).toBe(true);
});

test('types that were not seen are not allowed by a rule about types', () => {
  expect(allows('program_types: ["*"]', { programTypes: [] })).toBe(false);
  expect(allows('require_verified_history: true', { verified: false })).toBe(false);
});

describe('two rules', () => {
  const rules = '{name: a, action: allow}, {name: d, action: deny, program_types: [kprobe]}';

  test('v0.1: the first one, with a warning where it hides a deny', () => {
    expect(decide(rules)).toMatchObject({
      allowed: true,
      rule_name: 'a',
      warnings: [expect.stringContaining('comes before d')],
    });
  });

  test('v0.2: any deny', () => {
    expect(decide(rules, { version: 'v0.2' })).toMatchObject({ allowed: false, rule_name: 'd' });
  });
});

test.each([
  ['{name: a, action: allow, unknown: 1}', /unknown/],
  ['{name: a, action: maybe}', /allow or deny/],
  ['{name: a, action: allow}, {name: a, action: deny}', /a/],
])('the rules %s are rejected with their place', (rules, message) => {
  expect(() => decide(rules)).toThrow(message);
  expect(() => decide(rules)).toThrow(/p\.yaml:\d+:\d+/);
});

test('no pattern and no text make it slow, and a star matches all', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[ab*?]{1,40}$/), fc.stringMatching(/^[ab]{0,60}$/), (pattern, text) => {
      const regex = new RegExp(`^${pattern.replace(/\*+/g, '.*').replaceAll('?', '.')}$`);
      const expected = (pattern.match(/\*/g)?.length ?? 0) < 4 ? regex.test(text) : undefined;
      const seen = allows(`artifacts: ["${pattern}"]`, { artifact: text });
      if (expected !== undefined) expect(seen).toBe(expected);
    }),
    { numRuns: 300 },
  );
  const started = performance.now();
  allows(`artifacts: ["${'*a'.repeat(100)}b"]`, { artifact: 'a'.repeat(4000) });
  expect(performance.now() - started).toBeLessThan(1000);
});
