import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type BuildSiteOptions, buildSite } from '../../src/api/site.ts';
import { gate } from '../../src/gate/gate.ts';
import { createHost } from '../../src/host/create-host.ts';
import type { RunReport } from '../../src/model/report.ts';
import { documentJson } from '../../src/report/document-files.ts';
import { runDocument } from '../../src/report/finished-document.ts';
import { reportJson } from '../../src/report/json.ts';
import { PLACE, placedRun } from '../fixtures/documents.ts';
import { quickRun } from '../fixtures/scenes.ts';
import { at } from '../site/site-runs.ts';

let cwd = '';
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'site-'));
});
afterEach(() => rmSync(cwd, { recursive: true }));

function write(name: string, text: string): void {
  mkdirSync(dirname(join(cwd, name)), { recursive: true });
  writeFileSync(join(cwd, name), text);
}

function writeReport(name: string, run: RunReport, artifact = 0): void {
  const results = run.results.filter(({ cell }) => cell.artifact === artifact);
  write(name, reportJson(run, artifact, gate({ targets: run.targets, results }), { json: join(cwd, name) }));
}

/** A run of three objects: the collection, and the reports of its cases. */
function writeCollection(dir: string, run: RunReport): void {
  const cases = run.artifacts.map((_, artifact) => {
    const json = `${dir}/cases/${artifact}.json`;
    writeReport(json, run, artifact);
    const results = run.results.filter(({ cell }) => cell.artifact === artifact);
    return { artifact, verdict: gate({ targets: run.targets, results }), json: join(cwd, json), markdown: '' };
  });
  write(`${dir}/report.json`, documentJson(runDocument(run, gate(run), cases)));
}

const build = (more: Partial<BuildSiteOptions> = {}) =>
  buildSite({ inputs: ['reports'], out: 'public', ...more, cwd, env: {} });
const built = (path: string): string => readFileSync(join(cwd, 'public', path), 'utf8');
const tree = (): string[] => readdirSync(join(cwd, 'public'), { recursive: true, encoding: 'utf8' }).sort();

test('reports, a collection with the reports of its cases and other files: each run once', async () => {
  writeCollection('reports/a', at(quickRun(), 1));
  writeReport('reports/b.json', at(placedRun(PLACE), 2));
  writeReport('reports/again/b.json', at(placedRun(PLACE), 2));
  write('reports/package.json', '{"name":"x"}');
  write('reports/notes.json', 'no JSON at all');
  const result = await build();
  expect(result).toMatchObject({ runs: 2, notes: [] });
  expect(result.files).toBe(tree().filter((path) => /\.\w+$/.test(path) && !path.endsWith('.bpf.o')).length);
  expect(JSON.parse(built('index.json')).runs).toHaveLength(2);
  // With findings: the cases' own reports were found.
  expect(built('index.html')).toContain('What fails');
});

test('where a collection was moved without its cases, it is shown as it is', async () => {
  writeCollection('old', at(quickRun(), 1));
  write('reports/report.json', readFileSync(join(cwd, 'old/report.json'), 'utf8'));
  rmSync(join(cwd, 'old'), { recursive: true });
  expect(await build()).toMatchObject({ runs: 1, objects: 3 });
});

test('reports of one run without their collection are one run', async () => {
  writeCollection('reports', at(quickRun(), 1));
  rmSync(join(cwd, 'reports/report.json'));
  expect(await build()).toMatchObject({ runs: 1, objects: 3 });
  const [run] = JSON.parse(built('index.json')).runs;
  expect(run.status).toBe('fail');
  const { cases } = JSON.parse(built(`runs/latest/${run.run}.json`));
  for (const { report_json_path: file } of cases)
    expect(JSON.parse(built(`runs/latest/${file}`)).run.id).toBe(run.run_id);
});

test('a failure behind the pass of a file of the same name is noted', async () => {
  const failing = at(placedRun(PLACE, 2), 2);
  const inDirectory = (run: RunReport, dir: string): RunReport => ({
    ...run,
    artifacts: run.artifacts.map((one) => ({ ...one, path: `/src/${dir}/conn.bpf.o`, basename: 'conn.bpf.o' })),
  });
  const later = at(failing, 3);
  const passing = {
    ...later,
    results: later.results.map((one) => ({ ...one, outcome: { status: 'pass', findings: [] } as const })),
  };
  writeReport('reports/a.json', inDirectory(failing, 'a'));
  writeReport('reports/b.json', inDirectory(passing, 'b'));
  const { notes } = await build();
  expect(notes).toEqual([
    'conn: "/src/a/conn.bpf.o" fails on debian-11-5.10, and the newer result of "/src/b/conn.bpf.o", which has the same name, is shown; if they are two objects, test them in one run, which gives them names of their own',
  ]);
  // The same file, mended.
  writeReport('reports/b.json', inDirectory(passing, 'a'));
  expect((await build()).notes).toEqual([]);
});

test('the same again gives the same bytes; an older site is replaced', async () => {
  writeReport('reports/b.json', at(placedRun(PLACE), 2));
  await build();
  const before = tree().map((path) => [path, path.includes('.') && /\.(html|json|md)$/.test(path) ? built(path) : '']);
  await build({ inputs: ['reports/b.json', 'reports/*.json'] });
  expect(tree().map((path) => [path, /\.(html|json|md)$/.test(path) ? built(path) : ''])).toEqual(before);
  rmSync(join(cwd, 'reports/b.json'));
  writeReport('reports/c.json', at(placedRun(PLACE, 1), 9));
  await build();
  expect(built('index.html')).not.toContain('10:02');
  expect(readdirSync(cwd).sort()).toEqual(['public', 'reports']);
});

test('where the new site cannot take its place, the old one stays', async () => {
  writeReport('reports/b.json', at(placedRun(PLACE), 2));
  await build();
  const before = tree();
  const host = createHost({ env: {} });
  let moves = 0;
  const rename = async (from: string, to: string): Promise<void> => {
    if (++moves === 2) throw Object.assign(new Error('no'), { code: 'EIO' });
    await host.files.rename(from, to);
  };
  const failing = { ...host, files: { ...host.files, rename } };
  await expect(build({ host: failing })).rejects.toThrow(/public cannot be written \(EIO\)/);
  expect(tree()).toEqual(before);
  expect(readdirSync(cwd).toSorted()).toEqual(['public', 'reports']);
});

test('the site itself is not a report, wherever it lies', async () => {
  writeReport('reports/b.json', at(placedRun(PLACE), 2));
  await build({ out: 'reports/site' });
  expect(await build({ out: 'reports/site' })).toMatchObject({ runs: 1 });
});

test.each([
  ['a directory with other files', () => write('public/mine.txt', 'x'), /not a site of bpfcompat/],
  ['a file', () => write('public', 'x'), /is a file/],
  ['the reports', () => undefined, /lies in/],
])('%s is never replaced', async (what, prepare, message) => {
  writeReport('reports/b.json', at(placedRun(PLACE), 2));
  prepare();
  await expect(build(what === 'the reports' ? { out: 'reports' } : {})).rejects.toThrow(message);
  expect(readdirSync(join(cwd, 'reports'))).toEqual(['b.json']);
});

test('what somebody put into a site is not lost', async () => {
  writeReport('reports/b.json', at(placedRun(PLACE), 2));
  await build();
  write('public/CNAME', 'example.org');
  await expect(build()).rejects.toThrow(/CNAME.*move it to another directory/);
  expect(built('CNAME')).toBe('example.org');
});

test('a report that was cut is an error that names it, one that is not there too', async () => {
  writeReport('reports/b.json', at(placedRun(PLACE), 2));
  const text = readFileSync(join(cwd, 'reports/b.json'), 'utf8');
  write('reports/cut.json', text.slice(0, 2000));
  await expect(build()).rejects.toThrow(/^reports\/cut\.json:\d+:\d+: this is not JSON/);
  write('reports/cut.json', text.replace('"targets": [', '"targets": [7, '));
  await expect(build()).rejects.toThrow(/^reports\/cut\.json:\d+:\d+: "targets\[0\]"/);
  await expect(build({ inputs: ['none'] })).rejects.toThrow(/none: there is no such file or directory/);
  await expect(build({ inputs: ['*.nothing'] })).rejects.toThrow(/matches no file/);
  write('other.json', '{}');
  await expect(build({ inputs: ['other.json'] })).rejects.toThrow(/other.json: this is not a bpfcompat report/);
  rmSync(join(cwd, 'reports'), { recursive: true });
  mkdirSync(join(cwd, 'reports'));
  await expect(build()).rejects.toThrow(/has no report/);
});

test('a report whose values are nested without end is an error that names it', async () => {
  const nested = (depth: number): string => `, "x": ${'['.repeat(depth)}${']'.repeat(depth)} }`;
  writeReport('reports/b.json', at(placedRun(PLACE), 2));
  const text = readFileSync(join(cwd, 'reports/b.json'), 'utf8').replace(/\}\s*$/, '');
  write('reports/b.json', `${text}${nested(50)}`);
  await build();
  write('reports/b.json', `${text}${nested(100_000)}`);
  await expect(build()).rejects.toThrow(/^reports\/b\.json: its values are nested deeper than/);
});

test('the version comes from the call, else from the environment', async () => {
  writeReport('reports/b.json', at(placedRun(PLACE), 2));
  await buildSite({ inputs: ['reports'], out: 'public', cwd, env: { BPFCOMPAT_COMPATIBILITY_VERSION: 'v1/2' } });
  expect(built('latest.txt')).toBe('v1-2\n');
  await build({ label: 'main' });
  expect(readdirSync(join(cwd, 'public/runs'))).toEqual(['main']);
});
