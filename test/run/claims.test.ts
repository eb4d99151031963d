import { execFileSync } from 'node:child_process';
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHost } from '../../src/host/create-host.ts';
import { claimPaths, type Input, type Output, placeOf, type ReportKind } from '../../src/run/claims.ts';
import { ensureWorkDirectory } from '../../src/run/directories.ts';
import { findArtifacts } from '../../src/run/find-artifacts.ts';
import { writeReport } from '../../src/run/write-reports.ts';

const dir = mkdtempSync(join(tmpdir(), 'bpfcompat-claims-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const stepSummary = join(dir, 'step-summary.md');
const host = createHost({ env: { GITHUB_STEP_SUMMARY: stepSummary } });
const golden = join(import.meta.dirname, '../golden');

const out = (path: string, kind: ReportKind = 'report'): Output => ({
  path: placeOf(dir, path),
  said: '--out',
  by: 'flag',
  kind,
});
const read = (path: string, baseline?: 'movable' | 'decides'): Input => ({
  path: join(dir, path),
  said: '--artifact',
  by: 'flag',
  ...(baseline && { baseline }),
});
const claim = (outputs: readonly Output[], inputs: readonly Input[] = []) => claimPaths(host, dir, outputs, inputs);

beforeAll(() => {
  mkdirSync(join(dir, 'real'));
  symlinkSync('real', join(dir, 'alias'));
  writeFileSync(join(dir, 'real/a.bpf.o'), 'object');
  writeFileSync(join(dir, 'empty'), '');
  writeFileSync(join(dir, 'notes.md'), '# My notes\n');
  writeFileSync(join(dir, 'old.json'), '{\n  "schema_version": "v0.1",\n  "tool": {}}');
  writeFileSync(join(dir, 'package.json'), '{"name": "x"}');
  linkSync(join(dir, 'notes.md'), join(dir, 'linked.md'));
  writeFileSync(stepSummary, '## another step\n');
});

test('no report of any kind goes into a named pipe, where nothing of it would be written', async () => {
  const pipe = join(dir, 'pipe');
  execFileSync('mkfifo', [pipe]);
  for (const kind of ['report', 'junit', 'sarif', 'badge', 'summary'] as const) {
    await expect(claim([out('pipe', kind)])).rejects.toMatchObject({
      code: 'named_pipe',
      message: `--out: ${pipe} is a named pipe (FIFO); name a regular file`,
    });
  }
  await claim([out('-'), out('/dev/null', 'junit')]);
});

describe('no report goes over an input', () => {
  test.each([
    ['real/a.bpf.o', 'real/a.bpf.o'],
    ['alias/../real/./a.bpf.o', 'real/a.bpf.o'],
    ['alias/a.bpf.o', 'real/a.bpf.o'],
    ['real/a.bpf.o', 'alias/a.bpf.o'],
    ['alias/not-built.o', 'real/not-built.o'],
  ])('%s over %s', async (to, from) => {
    await expect(claim([out(to)], [read(from)])).rejects.toThrow(/--out: .* is what --artifact names and would be/);
  });

  test('a baseline may be moved by the report, by nothing else, and not when it is another input as well', async () => {
    await claim([out('old.json')], [read('old.json', 'movable')]);
    await expect(claim([out('old.json', 'markdown')], [read('old.json', 'movable')])).rejects.toThrow(
      /would be replaced/,
    );
    const both = [read('old.json', 'movable'), read('old.json')];
    await expect(claim([out('old.json')], both)).rejects.toThrow(/would be replaced/);
    await expect(claim([out('old.json')], both.reverse())).rejects.toThrow(/would be replaced/);
    const decides = [read('old.json', 'decides')];
    await expect(claim([out('old.json')], decides)).rejects.toThrow(/compared with itself the next time; write it/);
    await expect(claim([out('old.json', 'markdown')], decides)).rejects.toThrow(/would be replaced/);
  });
});

test('no flag goes through a link out of the directory, in or out', async () => {
  const outside = mkdtempSync(join(tmpdir(), 'bpfcompat-elsewhere-'));
  writeFileSync(join(outside, 'secret'), 'x');
  symlinkSync(outside, join(dir, 'away'));
  await expect(claim([out('away/r.json')])).rejects.toThrow(
    /^--out: it is a link to .*r\.json, outside of .*; name that/,
  );
  await expect(claim([], [read('away/secret')])).rejects.toThrow(/^--artifact: it is a link to .*secret, outside of/);
  await claim([{ path: join(outside, 'r.json'), said: '--out', by: 'flag', kind: 'report' }]);
  rmSync(outside, { recursive: true });
});

test('two reports never go into one file, however it is spelled', async () => {
  await expect(claim([out('new/r'), out('./new/../new/r', 'markdown')])).rejects.toThrow(/goes to the same file/);
  await expect(claim([out('alias/r'), out('real/r', 'markdown')])).rejects.toThrow(/goes to the same file/);
  await expect(claim([out('-'), out('-', 'markdown')])).rejects.toThrow(/goes to the same file/);
  await claim([out('/dev/null'), out('/dev/null', 'markdown')]);
});

describe('nothing of ours replaces a file that is not a report of ours', () => {
  test.each([
    ['notes.md', 'markdown'],
    ['notes.md', 'summary'],
    ['package.json', 'report'],
    ['package.json', 'badge'],
    ['old.json', 'comparison'],
    ['real/a.bpf.o', 'junit'],
    ['real/a.bpf.o', 'sarif'],
  ] as const)('%s as %s', async (path, kind) => {
    const message = /is there already and is not a .* of bpfcompat; choose another place, or remove that file first/;
    await expect(claim([out(path, kind)])).rejects.toThrow(message);
  });

  test.each([
    ['report', 'report', 'json'],
    ['report', 'markdown', 'md'],
    ['compare', 'comparison', 'json'],
    ['compare', 'comparison in Markdown', 'md'],
    ['junit', 'junit', 'xml'],
    ['sarif', 'sarif', 'sarif'],
    ['step-summary', 'summary', 'md'],
  ] as const)('the golden documents of %s are replaced as %s', async (folder, kind, ending) => {
    const names = await host.files.glob(`*.${ending}`, join(golden, folder));
    expect(names.length).toBeGreaterThan(0);
    for (const path of names) await claimPaths(host, dir, [{ path, said: '--out', by: 'flag', kind }], []);
  });

  test('what is new or empty is taken; the summary of a step is added to', async () => {
    await claim([out('empty'), out('new/place.json', 'sarif'), out(stepSummary, 'summary')]);
    await writeReport(host, stepSummary, '## ours\n');
    expect(readFileSync(stepSummary, 'utf8')).toBe('## another step\n## ours\n');
  });
});

describe('the work directory', () => {
  test('git ignores one that is ours; one of the user keeps its own rules', async () => {
    const work = join(dir, 'work');
    await ensureWorkDirectory(host, work);
    expect(readFileSync(join(work, '.gitignore'), 'utf8')).toMatch(/^# bpfcompat .*\n\*\n$/);
    writeFileSync(join(work, '.gitignore'), 'mine\n');
    await ensureWorkDirectory(host, work);
    expect(readFileSync(join(work, '.gitignore'), 'utf8')).toBe('mine\n');
    await ensureWorkDirectory(host, dir);
    expect(existsSync(join(dir, '.gitignore'))).toBe(false);
  });

  test('patterns of the user match nothing in it', async () => {
    const input = join(dir, 'work/runs/1/input');
    mkdirSync(input, { recursive: true });
    writeFileSync(join(input, 'a.bpf.o'), 'copy');
    expect(await findArtifacts(host, dir, ['**/*.bpf.o'], 'work')).not.toContain(join(input, 'a.bpf.o'));
    await expect(findArtifacts(host, dir, ['work/**/*.bpf.o'], 'work')).rejects.toThrow(/no file matches/);
    expect(await findArtifacts(host, dir, ['work/**/*.bpf.o'])).toEqual([join(input, 'a.bpf.o')]);
  });
});
