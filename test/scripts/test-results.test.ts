import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';

const SCRIPT = new URL('../../scripts/test-results.mjs', import.meta.url).href;
const dir = mkdtempSync(join(tmpdir(), 'test-results-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

type Tests = Record<string, 'passed' | 'failed' | 'pending' | 'todo'>;

/** What `make test` would make of a report with these tests. */
function judge(files: Tests[] | string): { passed: number; failed: number; problems: string[] } {
  const path = join(dir, 'report.json');
  const testResults = (typeof files === 'string' ? [] : files).map((tests) => ({
    status: Object.keys(tests).length === 0 ? 'failed' : 'passed',
    assertionResults: Object.entries(tests).map(([fullName, status]) => ({ fullName, status })),
  }));
  writeFileSync(path, typeof files === 'string' ? files : JSON.stringify({ testResults }));
  const code = `const { guestProblems, readResults } = await import(${JSON.stringify(SCRIPT)});
    const counts = readResults(${JSON.stringify(path)});
    console.log(JSON.stringify({ passed: counts.passed, failed: counts.failed, problems: guestProblems(counts) }));`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
    encoding: 'utf8',
    cwd: fileURLToPath(new URL('.', import.meta.url)),
  });
  return JSON.parse(stdout);
}

const ALL: Tests = {
  'loads on debian-11-5.10': 'passed',
  'loads on debian-12-6.1': 'passed',
  'loads on debian-13-6.12': 'passed',
  'loads on debian-13-7.3': 'passed',
};

test('is content when every kernel series was booted', () => {
  expect(judge([ALL])).toEqual({ passed: 4, failed: 0, problems: [] });
});

test('complains about a test that was skipped or left to do', () => {
  const { problems } = judge([{ ...ALL, 'loads on debian-13-7.0': 'pending', later: 'todo' }]);
  expect(problems).toEqual([
    'real-guest test did not run: loads on debian-13-7.0',
    'real-guest test did not run: later',
  ]);
});

test('does not take 6.12 for 6.1, nor a failed test for a booted kernel', () => {
  const { 'loads on debian-12-6.1': _, ...rest } = ALL;
  expect(judge([{ ...rest, 'loads on debian-13-7.3': 'failed' }])).toEqual({
    passed: 2,
    failed: 1,
    problems: ['no passed real-guest test names a kernel of series 6.1, 7.3'],
  });
});

test('counts a file that could not be loaded, and a report that is not there, as failures', () => {
  expect(judge([ALL, {}]).failed).toBe(1);
  const broken = judge('not json');
  expect(broken.failed).toBe(1);
  expect(broken.problems).toContain('no test on a real guest passed');
});
