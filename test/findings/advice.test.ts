import { expect, test } from 'vitest';
import { makeFinding } from '../../src/classify/make-finding.ts';
import { matchLine } from '../../src/classify/rules/rule.ts';
import { VERIFIER_RULES } from '../../src/classify/rules.ts';
import { externTodo } from '../../src/findings/c-library.ts';
import { boundsTodo } from '../../src/findings/rejected-values.ts';
import { words } from '../../src/findings/words.ts';

test.each([
  ['memcmp', 'a loop over the bytes'],
  ['memset', '__builtin_memset'],
  ['strncasecmp', 'bpf_strncmp'],
  ['strlen', 'bpf_strlen'],
  ['strcasestr', 'bpf_strstr'],
  ['strtoull', 'a loop over the bytes'],
  ['clock_gettime', 'bpf_ktime_get_ns'],
  ['htons', 'bpf_htons'],
  ['get_nprocs', 'const volatile'],
] as const)('%s of the C library has something in its place', (symbol, instead) => {
  expect(externTodo(symbol, 'otherwise')).toContain(`In place of ${symbol} use `);
  expect(externTodo(symbol, 'otherwise')).toContain(instead);
});

test('a kernel function is to be marked, and of other names nothing is claimed', () => {
  expect(externTodo('bpf_ct_release', 'otherwise')).toContain('__ksym');
  for (const own of ['helper_in_other_file', 'strategy', 'stream_state', 'strict', 'timeout', 'free_slots']) {
    expect(externTodo(own, 'otherwise')).toBe('otherwise');
  }
  expect(externTodo(undefined, 'otherwise')).toBe('otherwise');
});

test('what may not be done under a lock is not either with preemption off, and global functions are named', () => {
  const args = { reason: 'locked', program: 'p' } as const;
  const finding = makeFinding({ code: 'VERIFIER_REJECTION', confidence: 'medium', phase: 'load', args });
  const { title, explanation, remediation } = words(finding);
  expect(`${title} ${explanation}`).toContain('preemption or interrupts are off');
  expect(remediation).toContain('has to be static there');
  for (const state of ['while holding a lock', 'with preemption disabled', 'with IRQs disabled']) {
    const found = matchLine(VERIFIER_RULES, `global function calls are not allowed ${state},`);
    expect(found?.rule.reason).toBe('locked');
  }
});

test.each([
  ['520', '128', '392 or below', '& 255'],
  ['16', '8', '8 or below', '& 7'],
] as const)('of %s bytes, %s at once leave offsets of %s', (available, size, last, mask) => {
  expect(boundsTodo(available, size)).toContain(last);
  expect(boundsTodo(available, size)).toContain(mask);
});

test.each([
  ['8', '8'],
  ['64', '1'],
  [undefined, '8'],
])('of %s bytes and %s at once no mask is said', (available, size) => {
  expect(boundsTodo(available, size)).toBeUndefined();
});
