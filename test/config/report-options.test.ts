import { describe, expect, test } from 'vitest';
import { parseArgs as parseArgsAnyWords } from '../../src/config/parse-args.ts';
import { inFlagWords } from '../in-flag-words.ts';
import { usageErrorOf } from './expect-usage-error.ts';

const parseArgs = inFlagWords(parseArgsAnyWords);

const TEST = ['test', '--artifact', 'a.bpf.o', '--quick', '--out', 'r.json'];
const errorOf = (argv: readonly string[]): string => usageErrorOf(() => parseArgs(argv)).message;

describe('test', () => {
  test('--baseline and --fail-on', () => {
    expect(parseArgs([...TEST, '--baseline', 'main.json', '--fail-on', 'Regression'])).toMatchObject({
      options: { baseline: 'main.json', failOn: 'regression' },
    });
    expect(parseArgs(TEST)).toMatchObject({ options: { baseline: '', failOn: undefined } });
  });

  test('a policy that is not known', () => {
    expect(errorOf([...TEST, '--fail-on', 'regresion'])).toBe(
      '--fail-on "regresion" is not known; did you mean "regression"? use any, required, regression or never',
    );
    expect(errorOf([...TEST, '--fail-on', 'x'])).toMatch(/is not known; use any, required, /);
    expect(errorOf([...TEST, '--fail-on-regression', '--fail-on', 'x'])).toMatch(/is not known; /);
  });

  test.each([TEST, ['suite', '--suite', 's.yaml']])('--fail-on-regression says the same in one word', (...command) => {
    const options = { failOn: 'regression' };
    expect(parseArgs([...command, '--fail-on-regression'])).toMatchObject({ options });
    expect(parseArgs([...command, '--fail-on-regression', '--fail-on', 'regression'])).toMatchObject({ options });
    expect(errorOf([...command, '--fail-on-regression', '--fail-on', 'any'])).toBe(
      '--fail-on-regression and --fail-on any contradict each other; remove one of them',
    );
  });
});

describe('compare', () => {
  const both = ['compare', '--base-report', 'a.json', '--head-report', 'b.json'];

  test('two reports', () => {
    expect(parseArgs(both)).toMatchObject({
      command: 'compare',
      options: {
        sides: { kind: 'reports', base: 'a.json', head: 'b.json' },
        out: '',
        markdown: '',
        failOnRegression: false,
      },
    });
    expect(parseArgs([...both, '--fail-on-regression'])).toMatchObject({ options: { failOnRegression: true } });
  });

  test('two versions of the history', () => {
    const argv = ['compare', '--artifact-name', 'x', '--base-version', '1', '--head-version', '2', '--workdir', 'w'];
    expect(parseArgs(argv)).toMatchObject({
      options: {
        sides: { kind: 'history', artifactName: 'x', baseVersion: '1', headVersion: '2', workdir: 'w' },
      },
    });
  });

  test.each([
    [['compare'], /^--base-report is missing; add it, for example --base-report main\.json/],
    [['compare', '--base-report', 'a.json'], /^--head-report is missing; /],
    [[...both, '--out', 'x', '--markdown', 'x'], /^--out and --markdown are the same file "x"; /],
    [[...both, '--artifact-name', 'x'], /^reports are named by --base-report and --head-report or found by/],
    [['compare', '--artifact-name', 'x'], /^--base-version is missing; /],
    [['compare', '--artifact-name', 'x', '--base-version', '1'], /^--head-version is missing; /],
    [['compare', '--head-version', '1'], /^--artifact-name is missing; /],
    [[...both, 'a.json'], /^unexpected argument "a\.json"/],
    [[...both, '--head', 'x'], /did you mean "--head-report"/],
  ])('%j', (argv, message) => {
    expect(errorOf(argv)).toMatch(message);
  });
});

test('report-summary', () => {
  expect(parseArgs(['report-summary', '--report', 'r.json'])).toMatchObject({
    options: { report: 'r.json', maxTargets: 25, maxFailures: 10 },
  });
  expect(errorOf(['report-summary'])).toMatch(/^--report is missing; /);
  expect(errorOf(['report-summary', '--report', 'r', '--max-targets', '0'])).toMatch(/^--max-targets must be/);
});
