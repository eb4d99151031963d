import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FORMAT_BEGINNINGS } from '../../src/report/formats.ts';
import { gcc } from '../../src/report/gcc.ts';
import { documentOf, mixedDocument, PLACE, placedRun, quickDocument } from '../fixtures/documents.ts';
import { hostileRun } from '../fixtures/scenes.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/formats.md'), 'utf8');
const TEXT = 'x\n::error::y\u001b[31m\nz.c:1:1: error: forged';
const linesOf = (text: string) => text.split('\n').filter((line) => line !== '');

/** The patterns of the problem matchers in docs/formats.md, as an editor reads them. */
const matchers = [...page.matchAll(/"regexp": ("\^.*")/g)].map(([, text = '']) => new RegExp(JSON.parse(text)));

test('a cause is one line at its source, whatever number of kernels it hits, with a note about what to do', () => {
  const [error = '', note = '', ...others] = linesOf(gcc(documentOf(placedRun(PLACE)), { workspace: '/src' }));
  expect(error).toMatch(
    /^bpf\/conn\.bpf\.c:53:7: error: conn.*; fails on .*5\.10.*6\.1.*6\.12.* \[bpfcompat: [A-Z_]+\]$/,
  );
  expect(note).toMatch(/^bpf\/conn\.bpf\.c:53:7: note: .* \[bpfcompat: [A-Z_]+\]$/);
  expect(others).toEqual([]);
});

test('without a line of the source it stands at the object; what has no result is reported, too', () => {
  const lines = linesOf(gcc(mixedDocument(), { workspace: '/' }));
  expect(lines.every((line) => /^[^:]+:\d+:\d+: (?:error|warning|note): \S.* \[bpfcompat: [A-Z_]+\]$/.test(line))).toBe(
    true,
  );
  expect(lines.some((line) => line.includes('inconclusive on') && line.includes('INFRA_ERROR'))).toBe(true);
});

test('nothing of an object or a guest begins a line of its own', () => {
  const lines = linesOf(gcc(documentOf(hostileRun(TEXT)), { workspace: '/' }));
  expect(lines.length).toBeGreaterThan(0);
  for (const line of lines) expect(line).toMatch(/: (?:error|warning|note): .* \[bpfcompat: [A-Z_]+\]$/);
});

test('the problem matchers of docs/formats.md read it, and an older report is known again', () => {
  const text = gcc(quickDocument(), { workspace: '/' });
  expect(text).toMatch(FORMAT_BEGINNINGS.gcc);
  expect('src/a.c:1:1: error: undeclared\n').not.toMatch(FORMAT_BEGINNINGS.gcc);
  // A quarter of a megabyte took a quarter of a minute.
  const before = process.cpuUsage();
  expect('a:1:1: error: x '.repeat(200_000)).not.toMatch(FORMAT_BEGINNINGS.gcc);
  expect(process.cpuUsage(before).user / 1e6).toBeLessThan(5);
  expect(matchers).toHaveLength(2);
  for (const line of linesOf(text)) for (const matcher of matchers) expect(line).toMatch(matcher);
});
