import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadRun } from '../../src/api/load-run.ts';
import { createHost } from '../../src/host/create-host.ts';

const dir = mkdtempSync(join(tmpdir(), 'load-run-'));
afterAll(() => rmSync(dir, { recursive: true }));
const host = createHost({ env: {} });

const rejected = { profile_id: 'k', status: 'fail', classification_code: 'VERIFIER_REJECTION' };
const cause = { code: 'VERIFIER_REJECTION', reason: 'null-deref' };
const finding = { ...cause, decisive: true, title: 'own report', args: {}, group: 'program', confidence: 'high' };

function collection(target: object): void {
  const one = { name: 'conn', artifact: 'conn.bpf.o', run_id: 'r1', report_json_path: 'reports/conn.json' };
  const document = { schema_version: 'bpfcompat_suite.v0.1', status: 'pass', cases: [{ ...one, targets: [target] }] };
  writeFileSync(join(dir, 'main.json'), JSON.stringify(document));
}

beforeAll(() => {
  mkdirSync(join(dir, 'reports'));
  const report = {
    ...{ schema_version: 'v0.1', run: { id: 'r1' }, artifact: { path: 'conn.bpf.o', basename: 'conn.bpf.o' } },
    targets: [{ ...rejected, findings: [finding] }],
  };
  writeFileSync(join(dir, 'reports/conn.json'), JSON.stringify(report));
});

const read = async () => (await loadRun(host, dir, 'main.json', '--baseline')).cases[0]?.report.targets[0];

test('a report that says something else than the collection does not speak for it', async () => {
  collection({ profile_id: 'k', status: 'pass' });
  expect(await read()).toMatchObject({ status: 'pass', causes: [] });
});

test('a collection that says why is asked alone', async () => {
  collection({ ...rejected, causes: [{ ...cause, title: 'collection' }] });
  expect(await read()).toMatchObject({ status: 'fail', causes: [{ title: 'collection' }] });
});

test('a collection that does not say why has it from the report of the case', async () => {
  collection(rejected);
  expect(await read()).toMatchObject({ status: 'fail', causes: [{ title: 'own report' }] });
});
