import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createHost } from '../../src/host/create-host.ts';
import type { TempDir } from '../../src/host/host.ts';
import { loadText } from '../../src/run/resolve.ts';
import { checkReportPaths, dropIdleReports, writeReport } from '../../src/run/write-reports.ts';

const host = createHost({ env: {} });
let dir: TempDir;

beforeEach(async () => {
  dir = await host.files.tempDir('bpfcompat-reports-test-');
});
afterEach(() => dir[Symbol.asyncDispose]());

test('nothing is put in the place of a pipe or a device; a pipe that no one may read is rejected', async () => {
  const pipe = join(dir.path, 'pipe');
  execFileSync('mkfifo', [pipe]);
  await checkReportPaths(host, [pipe, '/dev/null']);
  await expect(writeReport(host, pipe, '{}\n')).rejects.toThrow(/named pipe/);
  expect(lstatSync(pipe).isFIFO()).toBe(true);
  await writeReport(host, '/dev/null', '{}\n');
  expect(lstatSync('/dev/null').isCharacterDevice()).toBe(true);
});

test('a file is written whole, its directories are made, and an older one is replaced', async () => {
  const file = join(dir.path, 'new/place/report.json');
  await checkReportPaths(host, [file, '']);
  expect(existsSync(file)).toBe(false);
  await writeReport(host, file, 'old');
  const { ino } = statSync(file);
  await writeReport(host, file, 'new');
  expect(readFileSync(file, 'utf8')).toBe('new');
  expect(statSync(file).ino).not.toBe(ino);
});

test('directories of reports that nothing came of go, those of others stay', async () => {
  const place = (path: string): string => join(dir.path, path);
  mkdirSync(place('there'));
  await checkReportPaths(host, [place('a/b/r.json'), place('a/c/r.md'), place('there/r.json'), place('other/r.json')]);
  await dropIdleReports(host, [place('a/b/r.json'), place('a/c/r.md'), place('there/r.json'), '']);
  expect(readdirSync(dir.path).sort()).toEqual(['other', 'there']);
  await checkReportPaths(host, [place('kept/r.json')]);
  await writeReport(host, place('kept/r.json'), '{}');
  await dropIdleReports(host, [place('kept/r.json')]);
  expect(existsSync(place('kept/r.json'))).toBe(true);
});

test('a directory that became a link while the run went on takes no report', async () => {
  const file = join(dir.path, 'sub/report.json');
  const outside = join(dir.path, 'outside');
  mkdirSync(outside);
  await checkReportPaths(host, [file]);
  renameSync(join(dir.path, 'sub'), join(dir.path, 'old'));
  symlinkSync(outside, join(dir.path, 'sub'));
  await expect(writeReport(host, file, '{}')).rejects.toThrow(
    /cannot write .*sub\/report\.json: its directory was .*sub/,
  );
  expect(existsSync(join(outside, 'report.json'))).toBe(false);
});

test('a place that cannot take a report is reported before the run', async () => {
  writeFileSync(join(dir.path, 'file'), '');
  mkdirSync(join(dir.path, 'sub'));
  await expect(checkReportPaths(host, [join(dir.path, 'sub')])).rejects.toThrow(/sub: it is a directory; choose/);
  await expect(checkReportPaths(host, [join(dir.path, 'file/o.json')])).rejects.toThrow(/a file and no directory/);
});

test('a file that cannot be read is reported in words', async () => {
  const read = (path: string) => loadText(host, path, 'suite', '--suite x');
  await expect(read(dir.path)).rejects.toThrow(/^--suite x: it is a directory; name a file$/);
  await expect(read(join(dir.path, 'none'))).rejects.toThrow(/^--suite x: there is no such file; correct the path$/);
  await expect(loadText(host, join(dir.path, 'x'), 'suite', '--suite x', 'https://host.example/x')).rejects.toThrow(
    /^--suite x: only files of this machine are read, no addresses; fetch it first/,
  );
});
