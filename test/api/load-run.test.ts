import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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

test('a collection that says why is read alone', async () => {
  collection({ ...rejected, causes: [{ ...cause, title: 'collection' }] });
  expect(await read()).toMatchObject({ status: 'fail', causes: [{ title: 'collection' }] });
});

test('a collection that does not say why has it from the report of the case', async () => {
  collection(rejected);
  expect(await read()).toMatchObject({ status: 'fail', causes: [{ title: 'own report' }] });
});

describe('a run directory', () => {
  const report = {
    ...{ schema_version: 'v0.1', run: { id: 'r1' }, artifact: { path: 'conn.bpf.o', basename: 'conn.bpf.o' } },
    targets: [{ profile_id: 'k', status: 'pass' }],
  };
  const load = (record: object) => {
    mkdirSync(join(dir, 'run'), { recursive: true });
    writeFileSync(join(dir, 'run/metadata.json'), JSON.stringify(record));
    return loadRun(host, dir, 'run', '--baseline');
  };

  test('has its own report before the one in the checkout', async () => {
    writeFileSync(join(dir, 'reports/r.json'), JSON.stringify({ ...report, targets: [{ ...rejected }] }));
    mkdirSync(join(dir, 'run'), { recursive: true });
    writeFileSync(join(dir, 'run/r.json'), JSON.stringify(report));
    expect((await load({ json_report_path: 'reports/r.json', run_id: 'r1' })).cases[0]?.report.targets).toMatchObject([
      { status: 'pass' },
    ]);
    rmSync(join(dir, 'run/r.json'));
  });

  test('is about no other run', async () => {
    await expect(load({ json_report_path: 'reports/conn.json', run_id: 'r2' })).rejects.toThrow(
      /reports\/conn\.json is not the report of this run any more/,
    );
  });

  test('names no file outside of the repository', async () => {
    const outside = mkdtempSync(join(tmpdir(), 'load-run-outside-'));
    writeFileSync(join(outside, 'r.json'), JSON.stringify(report));
    await expect(load({ json_report_path: join(outside, 'r.json') })).rejects.toThrow(/lies outside of/);
    rmSync(outside, { recursive: true });
  });
});
