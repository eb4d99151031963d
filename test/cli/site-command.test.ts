import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { gate } from '../../src/gate/gate.ts';
import { reportJson } from '../../src/report/json.ts';
import { mixedRun } from '../fixtures/scenes.ts';
import { runIn } from './run-in.ts';

let cwd = '';

beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'site-command-'));
  writeFileSync(join(cwd, 'report.json'), reportJson(mixedRun(), 0, gate(mixedRun()), { json: 'report.json' }));
});

afterAll(() => rmSync(cwd, { recursive: true }));

const run = (...argv: string[]) => runIn(cwd, ['site', 'build', ...argv]);

test('the site is written, and where it begins is reported', async () => {
  const { exitCode, out, err } = await run('--in', 'report.json', '--out', 'public/site');
  expect([exitCode, err]).toEqual([0, '']);
  expect(out).toMatch(/^Site: public\/site\/index\.html \(1 run, 1 object, 4 kernels; \d+ files\)\n$/);
  expect(existsSync(join(cwd, 'public/site/index.html'))).toBe(true);
});

test.each([
  [['--out', 'x'], /--in/],
  [['--in', 'report.json'], /--out/],
  [['--in', 'none', '--out', 'x'], /none: there is no such file or directory/],
])('%j names what is wrong', async (argv, message) => {
  const { exitCode, err } = await run(...argv);
  expect(exitCode).toBe(1);
  expect(err).toMatch(message);
  expect(existsSync(join(cwd, 'x'))).toBe(false);
});
