import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { withConsequences } from '../../src/classify/follows.ts';
import { makeFinding } from '../../src/classify/make-finding.ts';
import { compareReports } from '../../src/compare/compare.ts';
import { words } from '../../src/findings/words.ts';
import type { Finding } from '../../src/model/finding.ts';
import { readObject } from '../../src/object/read-object.ts';
import { findingJson } from '../../src/report/json-finding.ts';
import { findingsLines, savedFindingsLines } from '../../src/report/markdown-finding.ts';
import { recordedRun } from '../../src/report/recorded.ts';
import type { SavedFinding } from '../../src/report/saved-report.ts';
import { matrixText } from '../../src/report/terminal/text.ts';
import { example, fixture } from '../e2e/support/places.ts';
import { result, runReport, target } from '../fixtures/run.ts';

function factsOf(path: string) {
  const read = readObject(readFileSync(path));
  if (!read.ok) throw new Error('no object');
  return read;
}

const behavior = factsOf(example('behavior-expect'));

const rejectedMap = (subject: string): Finding =>
  makeFinding({
    code: 'MAP_CREATE_FAILED',
    confidence: 'high',
    phase: 'map',
    subject,
    args: { map: subject, reason: 'refused' },
  });

const unattached = (program: string): Finding =>
  makeFinding({
    code: 'ATTACH_TARGET_NOT_FOUND',
    confidence: 'high',
    phase: 'attach',
    subject: 'sched_switch_gone',
    args: { program, function: 'sched_switch_gone', reason: 'tracepoint' },
  });

const unmet = (expectedOf: string, kind = 'map'): Finding =>
  makeFinding({
    code: 'FUNCTIONAL_TEST_FAILURE',
    confidence: 'high',
    phase: 'functional',
    subject: 't',
    args: {
      test: 't',
      reason: 'expectation',
      kind,
      expected_of: expectedOf,
      wanted: 'key=7 min=3',
      seen: 'found=false',
    },
  });

test('a rejected map names the programs that use it, and no others', () => {
  const facts = factsOf(fixture('lacks_map_and_kfunc'));
  const [counts, later, unowned] = withConsequences(['counts', 'later', 'other'].map(rejectedMap), facts);
  expect(counts?.args).toMatchObject({ users: 'bad' });
  expect(later?.args).toMatchObject({ users: 'uses_map' });
  expect(words(later as Finding).explanation).toContain('It is used by program uses_map.');
  expect(unowned?.args).not.toHaveProperty('users');
});

test('of many programs that use a map a few are named', () => {
  const finding = rejectedMap('m');
  const many = { ...finding, args: { ...finding.args, users: 'a, b, c, d, e, f, g' } };
  expect(words(many).explanation).toContain('It is used by programs a, b, c, d, e and 2 more.');
});

test('an expectation of a map follows from the only program that could fill it, where that is not attached', () => {
  const [root, follower] = withConsequences([unattached('count_switch'), unmet('switches')], behavior);
  expect(root).toEqual(unattached('count_switch'));
  expect(findingJson(follower as Finding).because).toEqual({
    code: 'ATTACH_TARGET_NOT_FOUND',
    subject: 'sched_switch_gone',
  });
  expect(words(follower as Finding).explanation).toContain(
    'It follows from ATTACH_TARGET_NOT_FOUND (sched_switch_gone): program count_switch, which alone uses what is looked at, is not attached.',
  );
});

test.each<[string, Finding, Finding]>([
  ['another program fills the map', unattached('drop_marked'), unmet('switches')],
  ['nothing uses it', unattached('count_switch'), unmet('elsewhere')],
  ['the program was run and needs no attachment', unattached('count_switch'), unmet('count_switch', 'run')],
  ['the finding is about the load', { ...unattached('count_switch'), phase: 'load' }, unmet('switches')],
])('where %s nothing is claimed', (_, root, follower) => {
  expect(withConsequences([root, follower], behavior)).toEqual([root, follower]);
  expect(findingJson(follower).because).toBeUndefined();
});

test('what an unmet expectation follows from makes the failure and stands before it', () => {
  const warning = { ...unattached('count_switch'), decisive: false };
  const other = { ...rejectedMap('elsewhere'), decisive: true };
  const reported = withConsequences([other, { ...unmet('switches'), decisive: true }, warning], behavior);
  expect(reported.map(({ code, decisive }) => [code, decisive])).toEqual([
    ['ATTACH_TARGET_NOT_FOUND', true],
    ['FUNCTIONAL_TEST_FAILURE', true],
    ['MAP_CREATE_FAILED', true],
  ]);
  // A warning that was made a cause says so; what is a cause by itself does not.
  expect(reported.map(({ args }) => args['decides_for'])).toEqual(['FUNCTIONAL_TEST_FAILURE', undefined, undefined]);
  const required = withConsequences(
    [
      { ...warning, decisive: true },
      { ...unmet('switches'), decisive: true },
    ],
    behavior,
  );
  expect(required[0]?.args).not.toHaveProperty('decides_for');
});

test('an older report that has the root as a warning knows the failure', () => {
  const before = [unattached('count_switch'), { ...unmet('switches'), decisive: true }];
  const recorded = (findings: readonly Finding[]) => {
    const outcome = { status: 'fail', failedStage: 'functional', findings } as const;
    const targets = [target('debian-13-7.3')];
    return recordedRun(runReport({ targets, results: [result({ artifact: 0, target: 0 }, outcome)] }), 0);
  };
  const now = recorded(withConsequences(before, behavior));
  const { summary, profiles } = compareReports(recorded(before), now);
  expect(summary).toMatchObject({ newFailures: 0, knownFailures: 1, requiredRegressions: 0, changedCauses: 0 });
  expect(profiles[0]).toMatchObject({ newCauses: [], clearedCauses: [] });
  // An attach that was not a cause and is one now is new all the same.
  const required = recorded(before.map((finding) => ({ ...finding, decisive: true })));
  expect(compareReports(now, required).summary).toMatchObject({ newFailures: 1 });
});

test('of two attaches to one target that fail, what follows from one is reported once', () => {
  const twin = { ...unattached('count_switch'), args: { ...unattached('count_switch').args, program: 'drop_marked' } };
  const reported = withConsequences([unattached('count_switch'), twin, unmet('switches')], behavior);
  expect(reported.filter(({ phase }) => phase === 'functional')).toHaveLength(1);
  expect(reported.filter(({ phase }) => phase === 'attach')).toHaveLength(2);
});

describe('in reports a consequence is one line under its root', () => {
  const findings = withConsequences([unattached('count_switch'), { ...unmet('switches'), decisive: true }], behavior);
  const run = runReport({
    targets: [target('debian-13-7.3')],
    results: [result({ artifact: 0, target: 0 }, { status: 'fail', failedStage: 'functional', findings })],
  });

  test('on a terminal', () => {
    const text = matrixText(run, { width: 200, color: false });
    expect(text).toMatch(/^ {4}caused by it: .* \[FUNCTIONAL_TEST_FAILURE t\]$/m);
    expect(text.match(/^ {2}x /gm)).toHaveLength(1);
  });

  test('in Markdown, of a run and of a saved report', () => {
    const saved = findings.map((one) => ({ ...findingJson(one), also: [] })) as unknown as SavedFinding[];
    for (const lines of [findingsLines(findings), savedFindingsLines(saved, [])]) {
      expect(lines.filter((line) => line.startsWith('- '))).toHaveLength(1);
      expect(lines.at(-1)).toMatch(/^ {2}- Caused by it: \*\*FUNCTIONAL_TEST_FAILURE\*\* `t`: /);
    }
  });
});
