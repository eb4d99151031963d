import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createHost } from '../../src/host/create-host.ts';
import { writeAudit } from '../../src/runtime/audit.ts';
import { sha256 } from '../../src/runtime/canonical.ts';
import type { Selection } from '../../src/runtime/decision.ts';
import { DEBIAN_12, probeOf } from '../fixtures/runtime-lab.ts';

let workdir = '';
beforeEach(() => {
  workdir = mkdtempSync(join(tmpdir(), 'audit-'));
});
afterEach(() => rmSync(workdir, { recursive: true }));

const bounds = (maxBytes: string, maxFiles: string) => ({
  BPFCOMPAT_RUNTIME_DECISIONS_MAX_BYTES: maxBytes,
  BPFCOMPAT_RUNTIME_DECISIONS_MAX_FILES: maxFiles,
});
const write = (nth: number, env: Readonly<Record<string, string>> = {}) =>
  writeAudit(createHost({ env }), workdir, {
    operation: 'select',
    status: 'none',
    selection: { decision_id: `dec_${sha256(`${nth}`)}`, artifact_name: 'conn' } as Selection,
    probe: probeOf(DEBIAN_12),
  });
const streams = (): string[] => readdirSync(join(workdir, 'registry')).filter((name) => name.endsWith('.jsonl'));
const idsOf = (names: readonly string[]): string[] =>
  names.flatMap(lines).map((line) => JSON.parse(line).decision_id as string);
const newest = (count: number): string[] =>
  Array.from({ length: count }, (_, at) => `dec_${sha256(`${30 - count + at}`)}`);
const traces = (): string[] => readdirSync(join(workdir, 'runtime-audit/decisions'));
const lines = (name: string): string[] =>
  readFileSync(join(workdir, 'registry', name), 'utf8')
    .split('\n')
    .slice(0, -1);

test.each([
  ['0', []],
  ['1', ['runtime_decisions.1.jsonl']],
  ['3', ['runtime_decisions.3.jsonl', 'runtime_decisions.2.jsonl', 'runtime_decisions.1.jsonl']],
])('the trail keeps the newest decisions and %s older files, each decision with its trace', async (files, older) => {
  for (let nth = 0; nth < 30; nth++) expect(await write(nth, bounds('1000', files))).toHaveProperty('audit');
  const all = [...older, 'runtime_decisions.jsonl'];
  expect(streams().sort()).toEqual([...all].sort());
  const ids = idsOf(all);
  expect(ids.length).toBeLessThan(30);
  expect(ids).toEqual(newest(ids.length));
  expect(traces().sort()).toEqual(ids.map((id) => `${id}-select.json`).sort());
});

test('fewer files than before take the others and their traces away', async () => {
  for (let nth = 0; nth < 29; nth++) await write(nth, bounds('500', '9'));
  expect(streams().length).toBe(10);
  await write(29, bounds('1', '1'));
  const ids = idsOf(['runtime_decisions.1.jsonl', 'runtime_decisions.jsonl']);
  expect([streams().length, ids]).toEqual([2, newest(ids.length)]);
  expect(traces().length).toBe(ids.length);
});

test('a decision that was made again keeps its trace as long as a newer file speaks of it', async () => {
  for (const nth of [0, 0, 1, 2]) await write(nth, bounds('1', '2'));
  expect(idsOf(streams()).sort()).toEqual([0, 1, 2].map((nth) => `dec_${sha256(`${nth}`)}`).sort());
  expect(traces().length).toBe(3);
});

test.each([
  ['0 is never', { BPFCOMPAT_RUNTIME_DECISIONS_MAX_BYTES: '0' }],
  ['a word is the default', { BPFCOMPAT_RUNTIME_DECISIONS_MAX_BYTES: 'few' }],
  ['without any it is 64 MiB', {}],
])('%s', async (_what, env) => {
  for (let nth = 0; nth < 12; nth++) await write(nth, env);
  expect([streams(), traces().length]).toEqual([['runtime_decisions.jsonl'], 12]);
});

test('many at once lose nothing', async () => {
  await Promise.all(Array.from({ length: 8 }, (_, nth) => write(nth)));
  expect([traces().length, lines('runtime_decisions.jsonl').length]).toEqual([8, 8]);
});
