// What `make test` runs: every stage in order, also after one failed, and a closing line with totals. It fails when a
// stage failed, and when a test on real kernels was skipped, was not found or did not run.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { guestProblems, readResults } from './test-results.mjs';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const results = 'build/test-results';
rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });

function vitest(name, reporter, ...args) {
  const report = `${results}/${name}.json`;
  return {
    name,
    report,
    command: 'node_modules/.bin/vitest',
    args: ['run', `--reporter=${reporter}`, '--reporter=json', `--outputFile=${report}`, ...args],
  };
}

const stages = [
  { name: 'types', command: 'node_modules/.bin/tsc', args: ['--noEmit'] },
  { name: 'lint', command: 'node_modules/.bin/biome', args: ['check', '.'] },
  { name: 'unused', command: 'node_modules/.bin/knip', args: ['--no-progress'] },
  { name: 'validator', command: 'make', args: ['--no-print-directory', '-C', 'validator-c', 'check'] },
  vitest('unit', 'default'),
  { name: 'docs', command: process.execPath, args: ['scripts/docs-site/build.mjs'] },
  vitest('browser', 'default', '--config', 'vitest.browser.config.ts'),
  vitest('fuzz', 'default', '--config', 'vitest.fuzz.config.ts'),
  vitest('guests', 'verbose', '--config', 'vitest.guests.config.ts'),
];

let passed = 0;
let failed = 0;
let skipped = 0;
const problems = [];

/** Where there is no browser (Ubuntu packages none), pictures are not made: reported here, and an alarm in CI. */
function browserIsMissing() {
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  const dirs = (process.env.PATH ?? '').split(':');
  return !names.some((name) => dirs.some((dir) => existsSync(`${dir}/${name}`)));
}

for (const stage of stages) {
  if (stage.name === 'browser' && browserIsMissing()) {
    const reported = 'browser: not run, there is no chromium or google-chrome here (scripts/setup.sh test)';
    console.log(`\n== ${reported}`);
    if (process.env.CI) problems.push(reported);
    continue;
  }
  console.log(`\n== ${stage.name}: ${stage.command} ${stage.args.join(' ')}`);
  const started = Date.now();
  const { status, signal, error } = spawnSync(stage.command, stage.args, { stdio: 'inherit' });
  if (signal === 'SIGINT' || signal === 'SIGTERM') process.exit(1);
  const ok = status === 0;
  if (!ok) problems.push(`${stage.name}: ${error?.message ?? (signal ? `ended by ${signal}` : `exit code ${status}`)}`);
  if (stage.report === undefined) {
    if (ok) passed += 1;
    else failed += 1;
  } else {
    const counts = readResults(stage.report);
    passed += counts.passed;
    failed += counts.failed;
    skipped += counts.notRun.length;
    if (stage.name === 'guests') problems.push(...guestProblems(counts));
    else if (counts.passed === 0) problems.push(`${stage.name}: no test ran`);
  }
  console.log(`== ${stage.name}: ${ok ? 'ok' : 'FAILED'} after ${((Date.now() - started) / 1000).toFixed(1)} s`);
}

for (const problem of problems) console.error(`problem: ${problem}`);
if (problems.length > 0 && failed === 0) failed = problems.length;
console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exit(failed > 0 ? 1 : 0);
