import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { caseReport, readSaved } from '../../src/api/saved-reports.ts';
import { createHost } from '../../src/host/create-host.ts';
import type { SavedCase } from '../../src/report/saved-report.ts';

const base = realpathSync(mkdtempSync(join(tmpdir(), 'saved-reports-')));
afterAll(() => rmSync(base, { recursive: true }));
const repo = join(base, 'repo');
mkdirSync(join(repo, '.git'), { recursive: true });
mkdirSync(join(repo, 'ci/reports'), { recursive: true });
mkdirSync(join(base, 'work/runs/1/reports'), { recursive: true });
for (const path of ['repo/.git/config', 'repo/ci/own.json', 'repo/ci/moved.json', 'foreign', 'moved.json'])
  writeFileSync(join(base, path), '{}');
writeFileSync(join(base, 'work/runs/1/reports/1-a.json'), '{}');
symlinkSync(join(base, 'foreign'), join(repo, 'ci/link.json'));

const host = createHost({ env: {} });
const find = (path: string) =>
  caseReport(host, repo, 'ci/suite.json', { report_json_path: path } as unknown as SavedCase);

describe('the report that a collection names for a case', () => {
  test.each([
    ['ci/own.json', 'ci/own.json'],
    ['elsewhere/own.json', 'ci/own.json'],
    ['gone.json', undefined],
    ['', undefined],
    [join(base, 'moved.json'), 'ci/moved.json'],
    [join(base, 'work/runs/1/reports/1-a.json'), join(base, 'work/runs/1/reports/1-a.json')],
  ])('%s', async (path, found) => {
    expect(await find(path)).toBe(found);
  });

  test.each([
    [
      join(base, 'foreign'),
      /^ci\/suite\.json: report_json_path ".*foreign" lies outside of .*repo; copy the file there$/,
    ],
    ['../foreign', /lies outside of/],
    ['elsewhere/link.json', /is a link to .*foreign, outside of/],
    ['ci/link.json', /is a link to .*foreign, outside of/],
    ['.git/config', /lies in \.git/],
    ['/proc/kmsg', /lies outside of/],
  ])('%s is rejected', async (path, message) => {
    await expect(find(path)).rejects.toThrow(message);
  });
});

test('files that the kernel makes up are never read: some have no end', async () => {
  await expect(readSaved(host, repo, '/proc/kmsg')).rejects.toThrow(
    '/proc/kmsg: it is made up by the kernel as it is read; name the report itself',
  );
});
