import { expect, test } from 'vitest';
import { makeFinding } from '../../src/classify/make-finding.ts';
import { withOwnLimits } from '../../src/classify/own-limits.ts';

const program = { features: new Map([['indirect_call', 3]] as const), maps: [] };

function said(args: { readonly reason: 'opcode' | 'callback'; readonly opcode?: string; readonly class?: string }) {
  const finding = makeFinding({ code: 'UNSUPPORTED_INSTRUCTION', confidence: 'medium', phase: 'load', args });
  const { code, args: found } = withOwnLimits(finding, program);
  return `${code} ${found['reason']}`;
}

test.each([
  [{ reason: 'opcode', opcode: '8d' }, 'VERIFIER_REJECTION indirect_call'],
  [{ reason: 'callback' }, 'VERIFIER_REJECTION indirect_call'],
  // The kernel stopped at another instruction, which it does not know.
  [{ reason: 'opcode', opcode: 'e5' }, 'UNSUPPORTED_INSTRUCTION opcode'],
] as const)('of a program that calls through a pointer %j is %s', (args, expected) => {
  expect(said(args)).toBe(expected);
});
