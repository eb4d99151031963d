import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { besideReports, type Io } from '../../src/cli/io.ts';
import { reportWords } from '../../src/cli/report-words.ts';
import { runCommand } from '../../src/cli/run-command.ts';
import { gate } from '../../src/gate/gate.ts';
import { inFlags } from '../../src/model/wording.ts';
import { reportJson } from '../../src/report/json.ts';
import { quickRun } from '../fixtures/scenes.ts';

let cwd = '';
const said = { out: '', err: '' };
const io = (): Io => ({
  out: (text) => {
    said.out += text;
  },
  err: (text) => {
    said.err += text;
  },
  env: {},
  cwd,
  terminalSize: () => undefined,
  width: () => 100,
  color: false,
  face: inFlags,
  terminalOut: false,
});

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'stdout-'));
  Object.assign(said, { out: '', err: '' });
  const run = quickRun();
  writeFileSync(join(cwd, 'r.json'), reportJson(run, 0, gate(run), { json: 'r.json' }));
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(cwd, { recursive: true });
});

const sides = ['compare', '--base-report', 'r.json', '--head-report', 'r.json'];

test('--out - is standard output, with nothing beside the document', async () => {
  const printed: string[] = [];
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation((text: unknown, ...rest: unknown[]) => {
    printed.push(String(text));
    for (const done of rest) if (typeof done === 'function') done();
    return true;
  });
  const code = await runCommand([...sides, '--out', '-'], io());
  spy.mockRestore();
  expect(code).toBe(0);
  expect(JSON.parse(printed.join(''))).toMatchObject({ schema_version: 'compat_diff.v0.1' });
  expect(said.out).toBe('');
  expect(said.err).toMatch(/^Compare JSON: /);
});

const isFailed = (one: { readonly status: string }): boolean => one.status === 'fail';

test('compare prints a table at a terminal, JSON elsewhere, and the summary line last in both', async () => {
  const run = quickRun();
  const of = (artifact: number) => reportJson(run, artifact, gate(run), { json: 'r.json' });
  const text = [0, 1, 2].map(of).find((one) => JSON.parse(one).targets.some(isFailed)) ?? '';
  writeFileSync(join(cwd, 'r.json'), text);
  const report = JSON.parse(text);
  const failed = report.targets.find(isFailed);
  Object.assign(failed, { status: 'pass', findings: [] });
  delete failed.classification;
  writeFileSync(join(cwd, 'good.json'), JSON.stringify(report));
  const words = ['compare', '--base-report', 'good.json', '--head-report', 'r.json'];
  expect(await runCommand(words, { ...io(), terminalOut: true })).toBe(0);
  expect(said.out).toContain('1 new failure');
  expect(said.out).toMatch(new RegExp(`^  ${failed.profile_id} +pass +fail +new failure$`, 'm'));
  expect(said.out).toMatch(new RegExp(`^  ${failed.profile_id}: new: `, 'm'));
  expect(said.out.trimEnd().split('\n').at(-1)).toMatch(/^Diff summary: .* required_regressions=\d+$/);
  said.out = '';
  expect(await runCommand(words, io())).toBe(0);
  const lines = said.out.trimEnd().split('\n');
  expect(lines.pop()).toMatch(/^Diff summary: /);
  expect(JSON.parse(lines.join('\n'))).toMatchObject({ schema_version: 'compat_diff.v0.1' });
});

test('a report over one of the two that are compared is rejected', async () => {
  const before = readFileSync(join(cwd, 'r.json'), 'utf8');
  expect(await runCommand([...sides, '--out', './r.json'], io())).toBe(1);
  expect(said.err).toMatch(/--out \.\/r\.json: .*r\.json is what --base-report names and would be replaced; choose/);
  expect(readFileSync(join(cwd, 'r.json'), 'utf8')).toBe(before);
});

test('text for people stays on standard output otherwise', () => {
  const face = io();
  const beside = (command: string, options: object) => besideReports(face, { command, options });
  expect(beside('test', { out: 'r.json', quiet: false })).toBe(face);
  expect(beside('test', { out: 'r.json', markdown: '-' }).out).toBe(face.err);
  expect(beside('check', { out: 'r.json', json: true }).out).toBe(face.err);
  // Their JSON is all that they print.
  expect(beside('kernels list', { json: true })).toBe(face);
});

test('what `check` writes where nothing is said is known of words that are wrong', () => {
  const places = ['bpfcompat-report/report.json', 'bpfcompat-report/report.md'];
  expect(reportWords(['check', 'a.bpf.o', '--nope']).reports).toEqual(places);
  expect(reportWords(['./a.bpf.o', '--out', 'x.json']).reports).toEqual(['x.json', places[1]]);
  expect(reportWords(['test', '--nope']).reports).toEqual([]);
});
