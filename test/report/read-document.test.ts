import { describe, expect, test } from 'vitest';
import { documentCells, documentCounts } from '../../src/report/document-cells.ts';
import { documentKernels } from '../../src/report/document-kernels.ts';
import { collectionDocument, reportDocument } from '../../src/report/read-document.ts';
import { SavedCollection, SavedReport } from '../../src/report/saved-report.ts';
import { suiteJson } from '../../src/report/suite-json.ts';
import { mixedDocument, quickDocument, suiteOf } from '../fixtures/documents.ts';

const EXPECTED = {
  profiles: ['debian-13-7.3'],
  kernels: undefined,
  code: 'ATTACH_TARGET_NOT_FOUND',
  reason: 'the function was renamed',
  origin: 'conn.yaml:3:5',
};

describe('counts', () => {
  test('of one object', () => {
    expect(documentCounts(mixedDocument())).toMatchObject({
      total: 4,
      passed: 0,
      failed: 2,
      errored: 1,
      skipped: 1,
      tolerated: 0,
    });
  });

  test('of a suite: optional failures are tolerated, what could not start is counted apart', () => {
    expect(documentCounts(suiteOf())).toMatchObject({ total: 8, passed: 2, failed: 4, tolerated: 1, broken: 1 });
  });

  test('against an older report', () => {
    expect(documentCounts(quickDocument())).toMatchObject({ total: 12, failed: 1, regressions: 1, known: 0 });
  });

  test('against an older report that lacks an object: what fails of it is new', () => {
    const document = quickDocument();
    const cases = document.cases.map((one) =>
      one.report && one.targets.some(({ status }) => status === 'fail') ? { ...one, baseline: undefined } : one,
    );
    expect(documentCounts({ ...document, cases })).toMatchObject({ failed: 1, regressions: 1, known: 0 });
    const alone = document.cases.map((one) => ({ ...one, baseline: undefined }));
    expect(documentCounts({ ...document, cases: alone })).toMatchObject({ failed: 1, regressions: 0 });
  });
});

describe('what decides', () => {
  const failure = (document: ReturnType<typeof quickDocument>) =>
    documentCells(document).find(({ target }) => target.status === 'fail');

  test('a required failure', () => {
    expect(failure(quickDocument())).toMatchObject({ decides: true, tolerated: undefined, news: 'new' });
  });

  test('not one that was declared', () => {
    expect(failure(quickDocument({ expectations: [EXPECTED] }))).toMatchObject({
      decides: false,
      tolerated: 'expected',
      expected: { reason: 'the function was renamed', met: 'failed' },
    });
  });

  test('nothing where nothing makes the run fail', () => {
    const document = quickDocument({ failOn: 'never' });
    expect(document).toMatchObject({ status: 'fail', exitCode: 0 });
    expect(failure(document)).toMatchObject({ decides: false });
  });

  test('optional kernels inconclusive do not', () => {
    const decides = documentCells(mixedDocument()).map((cell) => [cell.target.status, cell.decides]);
    expect(decides).toEqual([
      ['fail', true],
      ['fail', true],
      ['infra_error', false],
      ['skipped', false],
    ]);
  });
});

test('kernels stand once, oldest first, with short names', () => {
  expect(documentKernels(suiteOf()).map(({ family, distro, name }) => [family, distro, name])).toEqual([
    ['5.10', 'deb 11', 'Debian 11 (5.10)'],
    ['6.1', 'deb 12', 'Debian 12 (6.1)'],
    ['6.12', 'deb 12', 'Debian 12 (6.12)'],
  ]);
});

test('cases of the same name have as much of their paths as distinguishes them', () => {
  const cases = ['/src/a/x.bpf.o', '/src/b/x.bpf.o'].map((artifact) => ({ name: 'x', artifact }));
  const saved = SavedCollection.parse({ schema_version: 'bpfcompat_suite.v0.1', cases });
  expect(collectionDocument(saved, []).cases.map(({ name }) => name)).toEqual(['a/x.bpf.o', 'b/x.bpf.o']);
});

test('where the reports of cases are gone, what the collection says remains', () => {
  const saved = SavedCollection.parse(JSON.parse(suiteJson(suiteOf())));
  const document = collectionDocument(saved, []);
  const { total, passed, failed, errored } = documentCounts(document);
  expect({ total, passed, failed, errored }).toEqual({ total: 8, passed: 2, failed: 4, errored: 1 });
  expect(document.cases[1]).toMatchObject({ origin: '/src/compat/suite.yaml:12:5', report: undefined });
});

test('a report of an older writer can be read', () => {
  const report = SavedReport.parse({
    schema_version: 'v0.1',
    run: { id: 'x' },
    artifact: { path: '/a.o', basename: 'a.o' },
    targets: [{ profile_id: 'k', status: 'pass' }],
    summary: { status: 'pass' },
  });
  expect(reportDocument(report)).toMatchObject({ name: 'a.o', status: 'pass', exitCode: 0, durationMs: 0 });
  expect(documentKernels(reportDocument(report))).toEqual([
    { id: 'k', family: 'k', vendor: '', distro: '', arch: '', name: 'k', short: 'k' },
  ]);
});

test('cells that another machine tests are not part of the document of a shard', () => {
  const target = (id: string, part: object) => ({ profile_id: id, ...part });
  const report = (part: object) =>
    SavedReport.parse({
      schema_version: 'v0.1',
      run: { id: 'x' },
      artifact: { path: '/a.o', basename: 'a.o' },
      targets: [
        target('mine', { status: 'pass' }),
        target('elsewhere', { status: 'skipped' }),
        target('lost', { status: 'skipped', failed_stage: 'transport' }),
      ],
      summary: { status: 'pass' },
      ...part,
    });
  const ids = (part: object) => documentCells(reportDocument(report(part))).map(({ target: { profile_id: id } }) => id);
  expect(ids({ shard: { index: 1, total: 2 } })).toEqual(['mine', 'lost']);
  expect(ids({})).toEqual(['mine', 'elsewhere', 'lost']);
});
