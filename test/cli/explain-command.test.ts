import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { gate } from '../../src/gate/gate.ts';
import { reportJson } from '../../src/report/json.ts';
import { mixedRun } from '../fixtures/scenes.ts';
import { runIn } from './run-in.ts';

let cwd = '';

beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'explain-'));
  writeFileSync(join(cwd, 'report.json'), reportJson(mixedRun(), 0, gate(mixedRun()), { json: 'report.json' }));
});

afterAll(() => rmSync(cwd, { recursive: true }));

const run = (...argv: string[]) => runIn(cwd, ['explain', ...argv], true);

test('the list and the story end with 0, whatever they tell', async () => {
  const list = await run('report.json', '--no-color');
  expect(list).toMatchObject({ exitCode: 0, err: '' });
  expect(list.out).toMatch(/^conn\.bpf\.o: 0 of 4 kernels pass\n/);
  const story = await run('report.json', '--kernel', '6.1', '--no-color');
  expect(story).toMatchObject({ exitCode: 0, err: '' });
  expect(story.out).toMatch(/^conn\.bpf\.o on debian-12-6\.1: FAIL at load\n/);
});

test('colour where the terminal has it', async () => {
  expect((await run('report.json')).out).toContain('\u001b[1m');
});

test.each([
  [[], /^bpfcompat: 'explain' needs a report; write bpfcompat explain report\.json\n$/],
  [['a.json', 'b.json'], /^bpfcompat: unexpected argument "b\.json"; 'explain' takes one report\n$/],
  [['none.json'], /^bpfcompat: none\.json: there is no such file; /],
  [['report.json', '--kernl', '6.1'], /did you mean "--kernel"/],
])('%j ends with 1 and says what to do', async (argv, message) => {
  const { exitCode, out, err } = await run(...argv);
  expect([exitCode, out]).toEqual([1, '']);
  expect(err).toMatch(message);
});
