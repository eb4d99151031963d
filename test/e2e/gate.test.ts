import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { bpfcompat, type CliEnd } from './support/cli.ts';
import { example } from './support/places.ts';
import { scratchDir } from './support/scratch.ts';

// One object that passes everywhere, and one whose function is gone on 7.3: the same release before and after.
const scratch = scratchDir();
const KERNELS = 'debian-12-6.1,debian-13-7.3';
const GONE = 'debian-13-7.3';

/** A copy beside the suites of these tests: a suite takes nothing from outside of its root. */
function copied(name: string): string {
  const file = basename(example(name));
  copyFileSync(example(name), join(scratch, file));
  return file;
}

function request(object: string, name: string, ...more: string[]): Promise<CliEnd> {
  const what = ['--artifact', example(object), '--kernels', KERNELS, '--artifact-name', 'conn', '--offline', '--quiet'];
  const version = ['--artifact-version', name, '--out', `${name}.json`];
  return bpfcompat(['test', ...what, ...version, ...more], { cwd: scratch });
}

const run = (...args: string[]): Promise<CliEnd> => bpfcompat(args, { cwd: scratch });
const json = (file: string) => JSON.parse(readFileSync(join(scratch, file), 'utf8'));

describe('a release that loses a kernel', () => {
  let worse: CliEnd;
  let same: CliEnd;
  beforeAll(async () => {
    await request('simple-pass', 'v1');
    worse = await request(
      'fentry-unlink',
      'v2',
      '--baseline',
      'v1.json',
      '--fail-on',
      'regression',
      '--markdown',
      'v2.md',
    );
    same = await request('fentry-unlink', 'v3', '--baseline', 'v2.json', '--fail-on', 'regression');
  });

  test('fails while the failure is new, and passes once the baseline has it', () => {
    expect(worse).toMatchObject({ code: 2, stdout: expect.stringContaining(`required ${GONE}: failed at load`) });
    expect(same).toMatchObject({ code: 0, stdout: expect.stringContaining(`known required ${GONE}: failed at load`) });
    expect(json('v2.json').baseline).toMatchObject({ path: 'v1.json', summary: { new_failures: 1 } });
    expect(json('v3.json')).toMatchObject({
      gate: { fail_on: 'regression', exit_code: 0 },
      baseline: { summary: { new_failures: 0, known_failures: 1 } },
    });
    expect(readFileSync(join(scratch, 'v2.md'), 'utf8')).toContain('## Against the baseline');
  });

  test('compare finds the reports by file, run directory and version, and says the same', async () => {
    const line = /^Diff summary: profiles=2 changed=1 improved=0 regressed=1 required_regressions=1\n$/m;
    const dir = json('v1.json').paths.run_dir;
    for (const sides of [
      ['--base-report', 'v1.json', '--head-report', 'v2.json'],
      ['--base-report', dir, '--head-report', json('v2.json').paths.run_dir],
      ['--artifact-name', 'conn', '--base-version', 'v1', '--head-version', 'v2'],
    ]) {
      const end = await run('compare', ...sides, '--fail-on-regression', '--out', 'diff.json');
      expect(end).toMatchObject({ code: 2, stdout: expect.stringMatching(line) });
    }
    expect(await run('compare', '--base-report', 'v2.json', '--head-report', 'v1.json')).toMatchObject({ code: 0 });
  });

  test('a report that a later run wrote over is not compared as the version that it was', async () => {
    copyFileSync(join(scratch, 'v1.json'), join(scratch, 'kept.json'));
    copyFileSync(join(scratch, 'v2.json'), join(scratch, 'v1.json'));
    const versions = ['--artifact-name', 'conn', '--base-version', 'v1', '--head-version', 'v2'];
    expect(await run('compare', ...versions, '--fail-on-regression')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /--base-version: the history has .*v1\.json as the report of run \S+, and there is/,
      ),
    });
    copyFileSync(join(scratch, 'kept.json'), join(scratch, 'v1.json'));
  });

  test('the history has all three runs, and notices when one is gone', async () => {
    expect((await run('history', 'list')).stdout.match(/@v\d status=\w+ required=\d\/\d/g)).toEqual([
      '@v3 status=pass required=1/1',
      '@v2 status=fail required=1/1',
      '@v1 status=pass required=2/0',
    ]);
    expect(await run('history', 'verify')).toMatchObject({ code: 0, stdout: expect.stringMatching(/verified=3/) });
    const file = join(scratch, '.bpfcompat/registry/artifact_versions.jsonl');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.slice(0, text.lastIndexOf('\n', text.length - 2) + 1));
    expect(await run('history', 'verify')).toMatchObject({ code: 1, stdout: expect.stringMatching(/history was cut/) });
    writeFileSync(file, text);
  });

  test('report-summary is Markdown', async () => {
    const end = await run('report-summary', '--report', 'v2.json', '--max-targets', '1');
    expect(end).toMatchObject({ code: 0, stdout: expect.stringContaining('1 more targets stand in the report.') });
    expect(end.stdout).toMatch(/^# bpfcompat Compatibility Gate\n/);
  });
});

const DECLARED: readonly (readonly [manifest: string, code: number, said: string])[] = [
  ['expectations: [{expect: fail, kernels: ">=7.0", code: ATTACH_TARGET_NOT_FOUND, reason: renamed}]', 0, 'expected'],
  ['expectations: [{expect: fail, kernels: ">=6.0", code: ATTACH_TARGET_NOT_FOUND, reason: renamed}]', 0, 'unexpected'],
  ['expectations: [{expect: fail, kernels: ">=7.0", code: MISSING_BTF, reason: wrong}]', 2, 'MISSING_BTF was expected'],
  ['min_kernel: "7.4"', 1, 'requires no kernel of this run'],
  ['min_kernel: 5.10', 2, 'required debian-13-7.3'],
  ['fail_on: never', 0, 'required debian-13-7.3'],
];

describe('what a manifest declares and promises', () => {
  test.each(DECLARED.slice(2, 4))('of one object: %s', async (manifest, code, said) => {
    writeFileSync(join(scratch, 'compat.yaml'), `${manifest}\n`);
    const end = await request('fentry-unlink', 'm', '--manifest', 'compat.yaml');
    expect(end).toMatchObject({ code, stdout: expect.stringContaining(said) });
  });

  test('of the cases of a suite, and the same said by the case itself', async () => {
    const object = copied('fentry-unlink');
    const cases = DECLARED.flatMap(([manifest], index) => {
      writeFileSync(join(scratch, `compat-${index}.yaml`), `${manifest}\n`);
      return [
        `{name: manifest-${index}, artifact: ${object}, manifest: compat-${index}.yaml}`,
        `{name: case-${index}, artifact: ${object}, ${manifest}}`,
      ];
    });
    const text = `name: declared\ndefaults: {kernels: [${GONE}]}\ncases:\n${cases.map((one) => `  - ${one}\n`).join('')}`;
    writeFileSync(join(scratch, 'declared.yaml'), text);
    const end = await run('suite', '--suite', 'declared.yaml', '--offline', '--quiet', '--out', 'declared.json');
    expect(end.code, end.stdout + end.stderr).toBe(2);
    const reported: { exit_code: number; reasons: string[] }[] = json('declared.json').cases;
    // On the one kernel that runs here nothing passes, so that nothing passes unexpectedly.
    const said = DECLARED.map(
      ([manifest, code, words]) => [code, manifest.includes('6.0') ? 'expected' : words] as const,
    );
    expect(reported.map(({ exit_code: code }) => code)).toEqual(said.flatMap(([code]) => [code, code]));
    for (const [index, { reasons }] of reported.entries()) {
      expect(reasons.join('\n')).toContain(said[Math.floor(index / 2)]?.[1]);
    }
  });
});

test('a suite that loses a kernel: new once, known from then on, by the old document alone', async () => {
  const suite = (files: string, more = '', gone = ''): void => {
    const head = `name: agent\ndefaults: {kernels: [${KERNELS}], report_dir: reports${more}}\ncases:\n`;
    const line = (name: string, object: string): string => `  - {name: ${name}, artifact: ${copied(object)}}\n`;
    writeFileSync(join(scratch, 'suite.yaml'), `${head}${line('conn', 'simple-pass')}${line('files', files)}${gone}`);
  };
  const go = (out: string, ...more: string[]): Promise<CliEnd> =>
    run('suite', '--suite', 'suite.yaml', '--offline', '--no-color', '--out', out, ...more);

  suite('simple-pass', '', `  - {name: old, artifact: ${copied('simple-pass')}, kernels: [debian-12-6.1]}\n`);
  expect((await go('s1.json')).code).toBe(0);
  suite('fentry-unlink');
  const worse = await go('s2.json', '--baseline', 's1.json', '--fail-on', 'regression', '--markdown', 's2.md');
  expect(worse.code, worse.stderr).toBe(2);
  expect(worse.stdout).toMatch(/^Against s1\.json: 1 new failure\nAs before: conn\nOnly in the baseline: old$/m);
  expect(worse.stdout).toMatch(/^ {2}new failure: debian-13-7\.3: pass -> fail/m);
  expect(readFileSync(join(scratch, 's2.md'), 'utf8')).toMatch(/UNSUPPORTED_ATTACH_TYPE \*\*new\*\* \|/);
  expect(json('s2.json')).toMatchObject({
    baseline: { path: 's1.json', summary: { new_failures: 1 }, removed_cases: ['old'] },
    cases: [{ status: 'pass' }, { status: 'fail', baseline: { summary: { new_failures: 1 } } }],
  });

  // From here on the suite says so itself; the reports that s2.json names are written over by each run.
  suite('fentry-unlink', ', baseline: s2.json, fail_on: regression');
  for (const out of ['s3.json', 's4.json']) {
    const end = await go(out);
    expect(end.code, end.stderr).toBe(0);
    expect(end.stdout).toMatch(
      /^Against the baseline: 1 known failure\nKnown failures only: files \(1\)\nAs before: conn$/m,
    );
  }
  expect((await go('s5.json', '--fail-on', 'required')).code).toBe(2);
  const twice = await run('compare', '--base-report', 's2.json', '--head-report', 's4.json');
  expect(twice.stdout).toMatch(/^Diff summary: profiles=4 changed=0 improved=0 regressed=0/m);
});

test('regression without anything to compare with', async () => {
  const end = await request('simple-pass', 'x', '--fail-on', 'regression');
  expect(end).toMatchObject({ code: 1, stderr: expect.stringMatching(/--fail-on regression needs an older report/) });
});
