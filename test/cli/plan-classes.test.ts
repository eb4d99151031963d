import { expect, test } from 'vitest';
import { differsText } from '../../src/cli/plan-classes.ts';
import type { KernelGroup } from '../../src/index.ts';

const group = (more: Partial<KernelGroup> = {}): KernelGroup => ({
  ...{ sample: 'debian-12-6.1', kernels: ['debian-12-6.1'], known: true, differs: [] },
  ...more,
});
const differs = ['a', 'b', 'c', 'd'].map((name) => ({ kind: 'function', name }) as const);

test.each<[string, KernelGroup, KernelGroup | undefined]>([
  ['', group(), undefined],
  ['function a, function b, function c and 1 more', group({ differs }), group()],
  ['nothing is known of it', group({ known: false }), group()],
  ['nothing is known of that one', group(), group({ known: false })],
  ['architecture or guest', group(), group()],
])('a class differs in: %s', (words, own, above) => {
  expect(differsText(own, above)).toBe(words);
});
