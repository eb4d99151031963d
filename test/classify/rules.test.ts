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
