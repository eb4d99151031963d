import { expect, test } from 'vitest';
import { SavedCollection, SavedReport } from '../../src/report/saved-report.ts';
import { EvidenceReport } from '../../src/runtime/evidence-report.ts';

const target = (id: string, status: string) => ({ profile_id: id, status });
const report = (...targets: object[]) => ({
  ...{ schema_version: 'v0.1', run: { id: 'r' }, summary: { status: 'fail' }, targets },
  artifact: { path: 'a.bpf.o', basename: 'a.bpf.o', sha256: 'c'.repeat(64) },
  validator: { sha256: 'd'.repeat(64) },
});

test.each([
  ['a report', SavedReport, report],
  ['a report that is to be signed', EvidenceReport, report],
  [
    'a case of a collection',
    SavedCollection,
    (...targets: object[]) => ({ schema_version: 'bpfcompat_suite.v0.1', cases: [{ name: 'a', targets }] }),
  ],
])('%s has each kernel once', (_, schema, documentOf) => {
  const twice = schema.safeParse(documentOf(target('k', 'fail'), target('l', 'pass'), target('k', 'pass')));
  expect(twice.error?.issues).toMatchObject([{ message: 'a kernel that is there already' }]);
  expect(twice.error?.issues[0]?.path.slice(-3)).toEqual(['targets', 2, 'profile_id']);
  expect(schema.safeParse(documentOf(target('k', 'fail'), target('l', 'pass'))).success).toBe(true);
});
