import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CompareRequest, compare } from '../../src/api/compare.ts';
import { reportSummary } from '../../src/api/report-summary.ts';
import { gate } from '../../src/gate/gate.ts';
import type { RunReport } from '../../src/model/report.ts';
import { documentJson } from '../../src/report/document-files.ts';
import { runDocument } from '../../src/report/finished-document.ts';
import { reportJson } from '../../src/report/json.ts';
import { quickRun } from '../fixtures/scenes.ts';

let cwd = '';
const write = (name: string, text: string): void => writeFileSync(join(cwd, name), text);

function verdictOf(run: RunReport, artifact: number) {
  return gate({ targets: run.targets, results: run.results.filter(({ cell }) => cell.artifact === artifact) });
}

/** A directory with a run of all three objects: their reports, the collection, and what a run directory has. */
function writeRun(dir: string, run: RunReport): void {
  mkdirSync(join(cwd, dir, 'reports'), { recursive: true });
  const cases = run.artifacts.map((_, artifact) => {
    const json = join(cwd, dir, 'reports', `${artifact}.json`);
    const verdict = verdictOf(run, artifact);
    writeFileSync(json, reportJson(run, artifact, verdict, { json }));
    return { artifact, verdict, json, markdown: '' };
  });
  write(`${dir}.json`, documentJson(runDocument(run, gate(run), cases)));
  const records = run.artifacts.map(({ name }, index) => ({
    artifact_name: name,
    json_report_path: join(cwd, dir, 'reports', `${index}.json`),
  }));
  write(join(dir, 'metadata.json'), JSON.stringify(records));
}

beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'compare-'));
  const run = quickRun();
  writeRun('base', run);
  // Later, the second object got what the first one had before, and the third one is gone.
  const results = run.results.flatMap((result) =>
    result.cell.artifact === 0 ? [result, { ...result, cell: { ...result.cell, artifact: 1 } }] : [],
  );
  writeRun('head', { ...run, artifacts: run.artifacts.slice(0, 2), results });
  mkdirSync(join(cwd, 'empty'));
  mkdirSync(join(cwd, 'bent'));
  write('bent/metadata.json', '{}');
  mkdirSync(join(cwd, 'lost'));
  write('lost/metadata.json', JSON.stringify({ json_report_path: '/no/such/report.json' }));
  write('cut.json', '{');
});

afterAll(() => rmSync(cwd, { recursive: true }));

const request = (base: string, head: string, more: Partial<CompareRequest> = {}) =>
  compare({ base, head, ...more, cwd, env: {} });

test('two reports: the documents are written, and are the same as those returned', async () => {
  const files = { out: 'new/diff.json', markdown: 'new/diff.md' };
  const { json, markdown, summary, paths } = await request('base/reports/1.json', 'head/reports/1.json', files);
  expect(summary).toMatchObject({ total: 4, improved: 1, fixed: 1, regressed: 0 });
  expect(readFileSync(paths.json, 'utf8')).toBe(json);
  expect(readFileSync(join(cwd, 'new/diff.md'), 'utf8')).toBe(markdown);
  expect(JSON.parse(json)).toMatchObject({
    schema_version: 'compat_diff.v0.1',
    generated_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    base: { path: 'base/reports/1.json', summary_status: 'fail' },
  });
});

test('reports about objects of other names are compared all the same', async () => {
  expect((await request('base/reports/0.json', 'base/reports/1.json')).summary.requiredRegressions).toBe(1);
});

describe.each([
  ['base.json', 'head.json'],
  ['base', 'head'],
  ['base', 'head.json'],
])('%s and %s', (base, head) => {
  test('object by object', async () => {
    const { json, summary } = await request(base, head);
    const document = JSON.parse(json);
    expect(document).toMatchObject({ schema_version: 'compat_diff_collection.v0.1', base: { path: base } });
    expect(document.cases.map(({ name, change }: { name: string; change: string }) => [name, change])).toEqual([
      ['simple-pass', 'compared'],
      ['unlink', 'compared'],
      ['half-attached-on-purpose', 'removed'],
    ]);
    expect(summary).toMatchObject({ total: 8, fixed: 1 });
  });
});

test('what the head no longer tests is named; an object that the base does not have may fail like any other', async () => {
  expect((await request('base.json', 'head.json')).noLongerTested).toEqual(['half-attached-on-purpose']);
  const { summary, noLongerTested } = await request('head.json', 'base.json');
  expect(noLongerTested).toEqual([]);
  const older = (await request('base/reports/1.json', 'base/reports/1.json')).summary;
  expect(older.requiredNewFailures).toBe(0);
  const document = JSON.parse(readFileSync(join(cwd, 'base/reports/2.json'), 'utf8'));
  const failing = document.targets.filter(
    (one: { status: string; required: boolean }) => one.required && one.status === 'fail',
  );
  expect(summary.requiredNewFailures).toBe(summary.requiredRegressions + failing.length);
});

test('a collection whose reports are gone is compared by what it says itself', async () => {
  const text = readFileSync(join(cwd, 'base.json'), 'utf8').replaceAll(`${cwd}/base/reports/`, '/gone/');
  write('alone.json', text);
  const { summary } = await request('head.json', 'alone.json');
  expect(summary).toMatchObject({ requiredRegressions: 1, newFailures: 1 });
});

test.each([
  ['none.json', 'head.json', /^base none\.json: there is no such file; /],
  ['base.json', 'cut.json', /^head cut\.json/],
  ['empty', 'head', /^base empty: it has no metadata\.json; name a run directory/],
  ['bent', 'head', /^base bent: its metadata\.json is not that of a run; /],
  ['lost', 'head', /^base lost: its report "\/no\/such\/report\.json" is gone; /],
  ['base/reports/2.json', 'head', /^base\/reports\/2\.json and head have no object in common; /],
])('%s and %s: what is wrong and what to do', async (base, head, message) => {
  await expect(request(base, head)).rejects.toThrow(message);
});

test('report-summary takes the report of one object', async () => {
  expect(await reportSummary({ report: 'base/reports/1.json', cwd, env: {} })).toMatch(
    /^# bpfcompat Compatibility Gate/,
  );
  await expect(reportSummary({ report: 'base.json', cwd, env: {} })).rejects.toThrow(
    /several objects; name the report/,
  );
});
