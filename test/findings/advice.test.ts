import { expect, test } from 'vitest';
import { externTodo } from '../../src/findings/c-library.ts';
import { boundsTodo } from '../../src/findings/rejected-values.ts';

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
