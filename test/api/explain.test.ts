import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { explain } from '../../src/api/explain.ts';
import { gate } from '../../src/gate/gate.ts';
import { documentJson } from '../../src/report/document-files.ts';
import { runDocument } from '../../src/report/finished-document.ts';
import { reportJson } from '../../src/report/json.ts';
import { matrixText } from '../../src/report/terminal/text.ts';
import { withDistinctNames } from '../../src/run/subject.ts';
import { documentOf } from '../fixtures/documents.ts';
import { mixedRun, quickRun } from '../fixtures/scenes.ts';

let cwd = '';

beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'explain-'));
  const mixed = mixedRun();
  const single = reportJson(mixed, 0, gate(mixed), { json: join(cwd, 'report.json') });
  writeFileSync(join(cwd, 'report.json'), single);
  const run = quickRun();
  mkdirSync(join(cwd, 'run'));
  mkdirSync(join(cwd, 'moved'));
  const cases = run.artifacts.map((_, artifact) => {
    const own = gate({
      targets: run.targets,
      results: run.results.filter((result) => result.cell.artifact === artifact),
    });
    const json = join(cwd, 'run', `${artifact}.json`);
    const text = reportJson(run, artifact, own, { json });
    // The last one has no file at the place that the collection names, nor beside it.
    if (artifact === 0) writeFileSync(join(cwd, 'moved', '0.json'), text);
    if (artifact === 1) writeFileSync(json, text);
    return { artifact, verdict: own, json, markdown: '' };
  });
  const collection = documentJson(runDocument(run, gate(run), cases));
  writeFileSync(join(cwd, 'all.json'), collection);
  writeFileSync(join(cwd, 'moved', 'all.json'), collection);
  const write = (name: string, text: string): void => writeFileSync(join(cwd, name), text);
  write('empty.json', '');
  write('text.json', 'root:x:0:0:secret');
  write('cut.json', single.slice(0, 500));
  write('comma.json', single.replace('"targets": [', '"targets": [,'));
  write('bent.json', single.replace('"status": "fail"', '"status": "maybe"'));
  write('validator.json', '{"schema_version": "validator.v0.4"}');
  write('other.json', '{"schema_version": "something\\u001b[2J"}');
  write('list.json', '[]');
  write('no-kernels.json', JSON.stringify({ ...JSON.parse(single), targets: [] }));
});

afterAll(() => rmSync(cwd, { recursive: true }));

function explainText(report: string, part: { artifact?: string; kernel?: string } = {}): Promise<string> {
  return explain({ report, ...part, cwd, env: {}, width: 90 });
}

describe('a report', () => {
  test('without a kernel lists what did not pass', async () => {
    expect(await explainText('report.json')).toMatch(
      /^conn\.bpf\.o: 0 of 4 kernels pass\n {2}FAIL {2}ubuntu-20\.04-5\.4: /,
    );
  });

  test.each(['debian-12-6.1', '6.1', '6.1.0-56-cloud-amd64'])('a kernel may be called %s', async (kernel) => {
    expect(await explainText('report.json', { kernel })).toMatch(/^conn\.bpf\.o on debian-12-6\.1: FAIL at load\n/);
  });

  test.each(['conn.bpf.o', '/src/conn.bpf.o'])('its object may be called %s', async (artifact) => {
    expect(await explainText('report.json', { artifact, kernel: '5.4' })).toMatch(
      /^conn\.bpf\.o on ubuntu-20\.04-5\.4: /,
    );
  });
});

describe('a run with several objects', () => {
  test('lists the objects', async () => {
    expect(await explainText('all.json')).toMatch(
      /^3 objects, 2 of them pass everywhere\n {2}FAIL {2}unlink\.bpf\.o: /,
    );
  });

  test.each(['unlink', 'unlink.bpf.o', '/src/unlink.bpf.o'])('reports about %s', async (artifact) => {
    expect(await explainText('all.json', { artifact, kernel: '7.3' })).toMatch(
      /^unlink\.bpf\.o on debian-13-7\.3: FAIL at load\n/,
    );
    expect(await explainText('all.json', { artifact })).toMatch(
      /explain all\.json --artifact unlink\.bpf\.o --kernel debian-13-7\.3\n$/,
    );
  });

  test('finds reports that were moved together', async () => {
    expect(await explainText('moved/all.json', { artifact: 'simple-pass', kernel: '6.1' })).toMatch(/: PASS\n/);
  });
});

test.each([
  ['https://host.example/r.json', {}, /^https:\S+: only files of this machine are read, no addresses; fetch it first/],
  ['missing.json', {}, /^missing\.json: there is no such file; name the file that "bpfcompat test --out FILE" wrote$/],
  ['run', {}, /^run: it is a directory; /],
  ['/dev/zero', {}, /^\/dev\/zero: it is a pipe or a device; /],
  ['empty.json', {}, /^empty\.json.*: the file is empty; /],
  ['text.json', {}, /^text\.json[^r]*: this is not JSON; [^:]*$/],
  ['cut.json', {}, /^cut\.json(:\d+:\d+)?: this is not JSON; /],
  ['comma.json', {}, /^comma\.json(:\d+:\d+)?: this is not JSON; /],
  ['bent.json', {}, /^bent\.json:\d+:\d+: "targets\[0\]\.status" is not what a report has there; /],
  ['validator.json', {}, /^validator\.json: it is what the validator said in one guest; name the report/],
  [
    'other.json',
    {},
    /^other\.json: this is not a bpfcompat report: schema_version "something\\u001b\[2J" is not known; /,
  ],
  ['list.json', {}, /it has no schema_version; /],
  ['no-kernels.json', {}, /^no-kernels\.json: the report has no kernels; /],
  [
    'report.json',
    { kernel: 'debian-12-6.2' },
    /^kernel "debian-12-6\.2" is not in report\.json; did you mean "debian-12-6\.1"/,
  ],
  ['report.json', { kernel: 'x' }, /is not in report\.json; it has "ubuntu-20\.04-5\.4", .* and "debian-13-7\.3"$/],
  ['report.json', { artifact: 'a.o' }, /^artifact "a\.o": report\.json is about "conn\.bpf\.o"; /],
  ['all.json', { artifact: 'unlnk' }, /^artifact "unlnk" is not in all\.json/],
  ['all.json', { kernel: '6.1' }, /^all\.json has 3 objects; add artifact with "simple-pass\.bpf\.o", /],
  [
    'all.json',
    { artifact: 'simple-pass' },
    /^the report of "simple-pass\.bpf\.o" is neither at .* nor beside all\.json; /,
  ],
] as const)('%s %j: what is wrong and what to do', async (report, part, message) => {
  await expect(explainText(report, part)).rejects.toThrow(message);
});

test('objects of one file name are called by the ends of their paths, and found by them', async () => {
  const all = quickRun();
  const artifacts = all.artifacts.slice(0, 2).map((one, index) => ({
    ...one,
    basename: 'bpf_bpfel.o',
    name: 'bpf_bpfel',
    path: `/r/pkg/${index === 0 ? 'conn' : 'dns'}/bpf_bpfel.o`,
  }));
  const run = { ...all, artifacts, results: all.results.filter(({ cell }) => cell.artifact < 2) };
  const cases = artifacts.map((_, artifact) => {
    const json = join(cwd, `twin-${artifact}.json`);
    writeFileSync(json, reportJson(run, artifact, gate(run), { json }));
    return { artifact, verdict: gate(run), json, markdown: '' };
  });
  writeFileSync(join(cwd, 'twins.json'), documentJson(runDocument(run, gate(run), cases)));
  const text = await explainText('twins.json');
  expect(text).toContain('conn/bpf_bpfel.o');
  expect(text).toContain('dns/bpf_bpfel.o');
  expect(await explainText('twins.json', { artifact: 'dns/bpf_bpfel.o' })).toContain('bpf_bpfel.o');
  await expect(explainText('twins.json', { artifact: 'bpf_bpfel.o' })).rejects.toThrow(
    'several objects of twins.json; use "conn/bpf_bpfel.o" or "dns/bpf_bpfel.o"',
  );
  expect(matrixText(run, { width: 100, color: false })).toContain('dns/bpf_bpfel.o ');
  const subjects = withDistinctNames(artifacts.map((artifact) => ({ artifact })));
  const named = { ...run, artifacts: subjects.map(({ artifact }) => artifact) };
  const names = documentOf(named).cases.map(({ name }) => name);
  expect(names).toEqual(['conn/bpf_bpfel.o', 'dns/bpf_bpfel.o']);
});
