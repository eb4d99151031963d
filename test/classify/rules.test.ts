import { describe, expect, test } from 'vitest';
import { attachRule } from '../../src/classify/attach.ts';
import { ATTACH_RULES } from '../../src/classify/rules/attach.ts';
import { ERRNO_RULES } from '../../src/classify/rules/errno.ts';
import { matchLine, type TextRule } from '../../src/classify/rules/rule.ts';
import { LIBBPF_RULES, VERIFIER_RULES } from '../../src/classify/rules.ts';

const named = (rules: readonly TextRule[]) =>
  rules.map((rule, index) => [`${index} ${rule.code}/${rule.reason}`, rule] as const);

describe.each([
  ['libbpf', LIBBPF_RULES],
  ['verifier', VERIFIER_RULES],
])('%s rules', (_name, rules) => {
  test.each(named(rules))('%s knows its example, and no earlier rule does', (_rule, rule) => {
    expect(matchLine(rules, rule.example.text)?.rule).toBe(rule);
  });

  test.each(named(rules))('%s gives its subject', (_rule, rule) => {
    if (rule.subject === undefined || rule.subject === 'none') return;
    expect(matchLine(rules, rule.example.text)?.args[rule.subject]).toBeTruthy();
  });

  test('a name is never a cause', () => {
    for (const line of [
      "prog 'lsm_verifier_permission_denied': BPF program load failed: -EACCES",
      "map 'failed_to_find_valid_kernel_BTF': failed to pin: -EPERM",
      "prog 'infinite_loop': created",
      'Validating unknown_opcode() func#1...',
    ]) {
      expect(matchLine(rules, line)).toBeUndefined();
    }
  });
});

test.each(ERRNO_RULES.map((rule, index) => [`${index} ${rule.code}/${rule.reason}`, rule] as const))(
  'errno rule %s knows its example, and no earlier rule does',
  (_name, rule) => {
    expect(ERRNO_RULES.find(({ when }) => when(rule.example))).toBe(rule);
  },
);

test.each(ATTACH_RULES.map((rule, index) => [`${index} ${rule.code}/${rule.reason}`, rule] as const))(
  'attach rule %s knows its example, and no earlier rule does',
  (_name, rule) => {
    expect(attachRule(rule.example)?.rule).toBe(rule);
  },
);

test.each([
  ['cannot relocate non func ptr priv', 'struct_ops_pointer'],
  // An address that is not one of an instruction.
  ['invalid target program offset 12', 'struct_ops_pointer'],
  ['cannot find prog at shdr_idx 3 to relocate func ptr init', 'struct_ops_program'],
  ['prog on_init is not struct_ops BPF program', 'struct_ops_program'],
])('struct_ops: %s', (words, reason) => {
  const found = matchLine(LIBBPF_RULES, `struct_ops reloc ops: ${words}`);
  expect(found).toMatchObject({ rule: { reason }, args: { map: 'ops' } });
});

test.each([
  ['uprobe//bin/x', "prog 'p': section 'uprobe//bin/x' missing ':function[+offset]' specification"],
  ['uretprobe//bin/x:f+4', "prog 'p': uretprobes do not support offset specification"],
  ['kprobe/:f', 'kprobe name is invalid: :f'],
])('libbpf cannot take SEC("%s") apart', (section, line) => {
  const rejection = { errno: -22, section, method: 'auto', lines: [line], release: '6.1.0', error: '' };
  expect(attachRule(rejection)?.rule.reason).toBe('section_form');
});

test('a return value that the verifier knows by its bounds alone is none that the program returns', () => {
  const smin = (words: string) =>
    matchLine(VERIFIER_RULES, `At program exit the register R0 has ${words} should have been in [0, 1]`)?.args['smin'];
  expect(smin('smin=-1 smax=-1')).toBe('-1');
  expect(smin('smin=-1 smax=-12')).toBeUndefined();
  expect(smin('smin=0 smax=255')).toBeUndefined();
});
