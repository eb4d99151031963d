import { expect, test } from 'vitest';
import { type LoadedRun, matchCases } from '../../src/api/load-run.ts';
import { suiteBaseline, worstOf } from '../../src/api/suite-verdicts.ts';
import type { RunStatus } from '../../src/model/report.ts';
import type { SuiteCaseReport } from '../../src/model/suite.ts';

function ended(status: RunStatus, exitCode: 0 | 1 | 2, required = true): SuiteCaseReport {
  const paths = { artifact: '/a.o', manifest: '', matrix: '', json: '', markdownPath: '' };
  return { name: status, required, status, exitCode, error: '', answer: undefined, ...paths };
}

const pass = ended('pass', 0);
const fail = ended('fail', 2);
const error = ended('error', 1);

test.each([
  ['nothing but passes', [pass, pass], 'pass', 0],
  ['a failure', [pass, fail], 'fail', 2],
  ['a failure that was seen is worse than an error', [fail, error], 'fail', 2],
  ['an error', [pass, ended('fail', 0), error], 'error', 1],
  ['an optional case decides nothing', [pass, ended('error', 1, false), ended('fail', 2, false)], 'pass', 0],
  ['a failure that nobody gates on', [pass, ended('fail', 0)], 'fail', 0],
  ['and one that somebody does', [ended('fail', 0), fail], 'fail', 2],
] as const)('%s', (_what, cases, status, exitCode) => {
  expect(worstOf(cases)).toMatchObject({ status, exitCode });
});

test('an older run: cases are found by name, else by the file of their object; the others are gone', () => {
  const report = { path: 'old.json', runId: 'r', summaryStatus: 'pass', targets: [] };
  const old: LoadedRun = {
    ...report,
    kind: 'collection',
    cases: ['conn', 'files', 'old'].map((name) => ({ name, artifact: `/old/${name}.bpf.o`, report })),
  };
  const cases = [
    { name: 'conn', artifact: '/build/other.bpf.o' },
    { name: 'renamed', artifact: '/build/files.bpf.o' },
  ];
  expect(suiteBaseline(old, cases).baseline).toEqual({
    path: 'old.json',
    runId: 'r',
    summaryStatus: 'pass',
    gone: ['old'],
  });
  expect(suiteBaseline(undefined, cases)).toEqual({});
});

test('a new case about an object of an older one that is still there is held against nothing', () => {
  const report = { path: 'old.json', runId: 'r', summaryStatus: 'pass', targets: [] };
  const conn = { name: 'conn', artifact: '/b/conn.bpf.o', report };
  const other = { ...conn, name: 'other', artifact: '/b/o.o' };
  const old: LoadedRun = { ...report, kind: 'collection', cases: [conn, other] };
  const fresh = { name: 'conn-events', path: '/b/conn.bpf.o' };
  expect(matchCases(old, [{ name: 'conn', path: '/b/conn.bpf.o' }, fresh])).toEqual([conn, undefined]);
  // Where the old name is gone, the case was renamed.
  expect(matchCases(old, [fresh, { name: 'other', path: '/b/o.o' }])).toEqual([conn, other]);
});
