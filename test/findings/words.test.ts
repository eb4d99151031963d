import { describe, expect, test } from 'vitest';
import { ATTACH_RULES } from '../../src/classify/rules/attach.ts';
import { ERRNO_RULES } from '../../src/classify/rules/errno.ts';
import { LIBBPF_RULES, VERIFIER_RULES } from '../../src/classify/rules.ts';
import { FINDING_CODES, rollupOf } from '../../src/findings/findings.ts';
import { words } from '../../src/findings/words.ts';
import type { Finding, FindingCode } from '../../src/model/finding.ts';

function finding(code: FindingCode, args: Record<string, string>): Finding {
  return {
    code,
    rollup: rollupOf(code),
    group: 'kernel',
    location: undefined,
    also: [],
    confidence: 'low',
    decisive: true,
    phase: 'load',
    subject: 'on_exec',
    args,
    evidence: undefined,
  };
}

/** Codes with every reason that some rule gives them. */
const pairs = [
  ...FINDING_CODES.map((code) => [code, ''] as const),
  ...[...LIBBPF_RULES, ...VERIFIER_RULES, ...ERRNO_RULES, ...ATTACH_RULES].map(
    ({ code, reason }) => [code, reason] as const,
  ),
];

describe.each([...new Map(pairs.map((pair) => [pair.join('/'), pair])).values()])('%s/%s', (code, reason) => {
  const cases = [
    {},
    {
      program: 'on_exec',
      function: 'vfs_read',
      map: 'events',
      type: 'ringbuf',
      since: '5.8',
      errno: 'EINVAL',
      helper: 'bpf_loop',
    },
  ];

  test.each(cases)('reads well with args %o', (args) => {
    const { title, explanation, remediation } = words(finding(code, { ...args, ...(reason !== '' && { reason }) }));
    expect(title).toMatch(/^\S.*[^.\s]$/);
    expect(explanation).not.toBe('');
    for (const text of [title, explanation, remediation]) {
      expect(text).not.toMatch(/undefined|null\b.*\bobject|\[object|NaN| {2}|\?\?/);
    }
  });
});

test('of a thousand programs that no one requires, the remedy names a few', () => {
  const program = Array.from({ length: 1000 }, (_, index) => `p${index}`).join(', ');
  const args = { program, attach_passed: '0', attach_attempted: '1000' };
  const { remediation } = words({ ...finding('ATTACH_TARGET_NOT_FOUND', args), decisive: false });
  expect(remediation).toMatch(/programs: \[\{name: p0, .*\{name: p7, attach: \{required: true\}\}\], and 992 more$/);
});

test('a ring buffer that cannot be made speaks of the perf buffer', () => {
  for (const code of ['UNSUPPORTED_MAP_TYPE', 'MAP_CREATE_FAILED'] as const) {
    expect(words(finding(code, { map: 'events', type: 'ringbuf' })).remediation).toMatch(/perf buffer/i);
  }
});

test.each([
  [
    'tcp_v4_conect',
    'tcp_v4_connect, tcp_v4_do_rcv',
    { everywhere: '2' },
    'Did you mean tcp_v4_connect? If not: the function',
  ],
  ['vfs_reed', 'vfs_readv, vfs_read', {}, 'Did you mean vfs_read?'],
  // Some kernel of the run has it: no slip, but a function that was renamed or removed.
  ['tcp_v4_conect', 'tcp_v4_connect', { existsOn: 'debian-11-5.10' }, 'The function was renamed'],
  ['do_unlinkat', 'filename_unlinkat, io_unlinkat', { everywhere: '2' }, 'The function was renamed'],
] as const)('the advice for %s begins with the name that was meant, where one is', (name, near, args, beginning) => {
  const reported = {
    program: 'p',
    section: `kprobe/${name}`,
    function: name,
    near,
    reason: 'renamed_or_removed',
    ...args,
  };
  const { remediation } = words(finding('ATTACH_TARGET_NOT_FOUND', reported));
  expect(remediation.startsWith(beginning)).toBe(true);
});
