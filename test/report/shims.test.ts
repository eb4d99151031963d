import { expect, test } from 'vitest';
import type { Shim } from '../../src/model/evidence.ts';
import { shimsJson, shimsMarkdown, shimsNote } from '../../src/report/shims.ts';
import { evidence, open } from '../fixtures/evidence.ts';

const shims: Shim[] = [
  { kind: 'map_size', subject: 'counts', detail: 'max_entries 0 became 4096', errno: 0 },
  { kind: 'rodata', subject: 'a|b`', detail: '<b>', errno: -34 },
];
const given = evidence([open({ shims })]);

test('the JSON report lists what was done, and why something was not', () => {
  expect(JSON.parse(JSON.stringify(shimsJson(given)))).toEqual([
    { kind: 'map_size', subject: 'counts', detail: 'max_entries 0 became 4096' },
    { kind: 'rodata', subject: 'a|b`', detail: '<b>', errno: 'ERANGE' },
  ]);
});

test('a line of text, and one of Markdown with the names escaped', () => {
  expect(shimsNote(given)).toBe('loaded with: counts (max_entries 0 became 4096), a|b` (<b>, not done: ERANGE)');
  const markdown = shimsMarkdown(given) ?? '';
  expect(markdown).toMatch(/^- Loaded with: `counts` \(max/);
  expect(markdown).not.toContain('<b>');
});

test('an object that was loaded as it is has nothing to say', () => {
  for (const plain of [undefined, evidence([open()]), evidence([open({ shims: [] })])]) {
    expect([shimsJson(plain), shimsNote(plain), shimsMarkdown(plain)]).toEqual([undefined, undefined, undefined]);
  }
});

test('values, targets and switches are said to be such', () => {
  const requests = [
    { kind: 'rodata', subject: 'pid', detail: '12', errno: 0 },
    { kind: 'attach_target', subject: 'on_read', detail: 'vfs_read', errno: 0 },
    { kind: 'autoload', subject: 'old', detail: 'off', errno: 0 },
  ];
  expect(shimsNote(evidence([open({ shims: requests })]))).toBe(
    'loaded with: pid (set to 12), on_read (attach target vfs_read), old (autoload off)',
  );
});

test('long lists are cut', () => {
  const many = Array.from({ length: 30 }, (_, i) => ({ ...shims[0], subject: `m${i}` }) as Shim);
  const note = shimsNote(evidence([open({ shims: many })]));
  expect(note).toMatch(/m19 \(max_entries 0 became 4096\) and 10 more$/);
});
