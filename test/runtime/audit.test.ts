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

const host = createHost({ env: {} });
const write = (nth: number, maxStream: number) =>
  writeAudit(
    host,
    workdir,
    {
      operation: 'select',
      status: 'none',
      selection: { decision_id: `dec_${sha256(`${nth}`)}`, artifact_name: 'conn' } as Selection,
      probe: probeOf(DEBIAN_12),
    },
    maxStream,
  );
const traces = (): string[] => readdirSync(join(workdir, 'runtime-audit/decisions'));
const lines = (name: string): string[] =>
  readFileSync(join(workdir, 'registry', name), 'utf8')
    .split('\n')
    .slice(0, -1);

test('the trail keeps the newest decisions, each with its trace, and does not grow for ever', async () => {
  for (let nth = 0; nth < 30; nth++) expect(await write(nth, 2000)).toHaveProperty('audit');
  const kept = [...lines('runtime_decisions.1.jsonl'), ...lines('runtime_decisions.jsonl')];
  const ids = kept.map((line) => JSON.parse(line).decision_id);
  expect(ids.length).toBeLessThan(20);
  expect(ids).toEqual(Array.from({ length: ids.length }, (_, at) => `dec_${sha256(`${30 - ids.length + at}`)}`));
  expect(traces().sort()).toEqual(ids.map((id) => `${id}-select.json`).sort());
});

test('many at once lose nothing', async () => {
  await Promise.all(Array.from({ length: 8 }, (_, nth) => write(nth, 1e6)));
  expect([traces().length, lines('runtime_decisions.jsonl').length]).toEqual([8, 8]);
});
