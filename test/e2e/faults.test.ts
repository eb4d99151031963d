import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { createHost } from '../../src/host/create-host.ts';
import { bpfcompat, type CliEnd, startCli } from './support/cli.ts';
import { example } from './support/places.ts';
import { scratchDir } from './support/scratch.ts';

// What is written when the disk is full, or when the program dies: a whole report or none, and none of an earlier run.
const scratch = scratchDir();
const KERNEL = ['--kernels', 'debian-12-6.1', '--offline', '--quiet'];
// As ours begin: another file in the place of a report is rejected before anything runs.
const OLD = '{"schema_version": "v0.1", "this is": "the old report"}\n';
const OLD_MARKDOWN = '# bpfcompat Compatibility Report\n\nthe old report\n';

const mounted: string[] = [];

/** Mounting is for root, who may be somebody else here. */
function asRoot(command: string, ...args: string[]): void {
  const words = process.getuid?.() === 0 ? [command, ...args] : ['sudo', '-n', command, ...args];
  execFileSync(words[0] as string, words.slice(1), { timeout: 10_000 });
}

/** A file system of `kilobytes`, as large as that and no larger. */
function smallDisk(name: string, kilobytes: number): string {
  const dir = join(scratch, name);
  mkdirSync(dir);
  asRoot('mount', '-t', 'tmpfs', '-o', `size=${kilobytes}k,mode=0777`, 'tmpfs', dir);
  mounted.push(dir);
  return dir;
}

/** Leaves `free` bytes, in whole pages. */
function fill(dir: string, free: number): void {
  rmSync(join(dir, 'filler'), { force: true });
  const { f_bavail: blocks, f_bsize: size } = JSON.parse(
    execFileSync('stat', ['--file-system', '--printf', '{"f_bavail": %a, "f_bsize": %S}', dir], { encoding: 'utf8' }),
  ) as { f_bavail: number; f_bsize: number };
  writeFileSync(join(dir, 'filler'), Buffer.alloc(Math.max(0, blocks * size - free)));
}

/** A full disk with a report of an earlier run. It has another name, too, so that removing it makes no room. */
function fullDisk(name: string, file: string, old: string): string {
  const dir = smallDisk(name, 64);
  writeFileSync(join(dir, file), old);
  linkSync(join(dir, file), join(dir, 'kept'));
  fill(dir, 0);
  return dir;
}

afterAll(() => {
  for (const dir of mounted) asRoot('umount', '--lazy', dir);
});

function workspace(): string {
  return mkdtempSync(join(scratch, 'faults-'));
}

function run(cwd: string, ...more: string[]): Promise<CliEnd> {
  return bpfcompat(['test', '--artifact', example('simple-pass'), ...KERNEL, ...more], { cwd });
}

/** The message for a user: the path, the reason, what to do; no stack. */
function complains(end: CliEnd, path: string, why: string): void {
  expect(end.code, end.stderr).toBe(1);
  expect(end.stderr).toContain(`bpfcompat: cannot write ${path}: `);
  expect(end.stderr).toContain(why);
  expect(end.stderr).toContain('choose another place');
  expect(end.stderr).not.toMatch(/this is a bug| {4}at /);
}

const temporary = (dir: string): string[] => readdirSync(dir).filter((name) => name.endsWith('.tmp'));

describe('a full disk', () => {
  test.each([
    ['the JSON report', ['--out', 'report.json'], 'report.json', OLD],
    ['the Markdown report', ['--out', '../elsewhere.json', '--markdown', 'report.md'], 'report.md', OLD_MARKDOWN],
  ])('leaves no half report, and that of an earlier run lies beside its place: %s', async (_what, flags, file, old) => {
    const dir = fullDisk(`full-${file}`, file, old);
    complains(await run(dir, ...flags, '--workdir', '../work'), join(dir, file), 'ENOSPC');
    expect(readdirSync(dir)).toEqual(['filler', 'kept', `${file}.old`]);
    expect(readFileSync(join(dir, `${file}.old`), 'utf8')).toBe(old);
  });

  test('leaves no half line in the list of runs and none in the history', async () => {
    const cwd = workspace();
    const work = smallDisk('full-work', 512);
    const first = await run(cwd, '--out', 'a.json', '--workdir', work);
    expect(first.code, first.stderr).toBe(0);
    // No room for the object, for some of the evidence, for the list of runs.
    for (const free of [0, 8_192, 20_480]) {
      rmSync(join(work, 'runs'), { recursive: true, force: true });
      fill(work, free);
      // Not quiet: what costs no verdict is reported as a note.
      const args = ['test', '--artifact', example('simple-pass'), ...KERNEL.slice(0, -1), '--out', 'b.json'];
      const end = await bpfcompat([...args, '--workdir', work], { cwd });
      // Where all but the lists has room, the verdict is there, and the lists are reported.
      const lists = /this run is not in the (?:list of runs|history of) \S+: .*ENOSPC/;
      const whole = new RegExp(`^bpfcompat: cannot write ${work}/\\S+: ENOSPC`, 'm');
      expect(end.stderr).toMatch(end.code === 0 ? lists : whole);
      if (end.code !== 0) expect(end.code, end.stderr).toBe(1);
      expect(end.stderr).not.toContain('this is a bug');
      for (const name of ['runs.jsonl', 'artifact_versions.jsonl']) {
        const lines = readFileSync(join(work, 'registry', name), 'utf8').split('\n');
        expect(lines.pop()).toBe('');
        for (const line of lines) expect(() => JSON.parse(line), line).not.toThrow();
      }
      expect(temporary(join(work, 'registry'))).toEqual([]);
    }
    rmSync(join(work, 'filler'));
    expect((await run(cwd, '--out', 'b.json', '--workdir', work)).code).toBe(0);
    expect((await bpfcompat(['history', 'verify', '--workdir', work], { cwd })).stdout).toMatch(
      /records=\d verified=\d invalid=0/,
    );
  });
});

test.each(['runs.lock', 'artifact_versions.lock'])(
  'another process that holds %s is reported, need not be waited for, and costs no verdict',
  async (name) => {
    const cwd = workspace();
    const lock = join(cwd, '.bpfcompat/registry', name);
    await using _held = await createHost({ env: {} }).files.lock(lock);
    const args = [
      'test',
      '--artifact',
      example('core-relocation-fail'),
      ...KERNEL.slice(0, -1),
      '--out',
      'report.json',
    ];
    const run = startCli(args, { cwd });
    await run.said(/is locked by another process: waiting for it, at most 30 s; no verdict depends on it/, 60_000);
    run.child.kill('SIGINT');
    const end = await run.ended;
    expect(end.code, end.stderr).toBe(2);
    expect(end.stderr).toMatch(
      /this run is not in the (?:list of runs|history of) \S+: .*and the waiting was cancelled/,
    );
    expect(end.stdout).toContain('Status: fail');
    expect(JSON.parse(readFileSync(join(cwd, 'report.json'), 'utf8')).summary.status).toBe('fail');
  },
);

test('a history that is not a file costs no verdict, and is reported', async () => {
  const cwd = workspace();
  mkdirSync(join(cwd, '.bpfcompat/registry/artifact_versions.jsonl'), { recursive: true });
  const args = ['test', '--artifact', example('simple-pass'), ...KERNEL.slice(0, -1), '--out', 'report.json'];
  const end = await bpfcompat(args, { cwd });
  expect(end.code, end.stderr).toBe(0);
  expect(end.stderr).toMatch(/not in the history of \S+: \S+artifact_versions\.jsonl: EISDIR/);
  expect(JSON.parse(readFileSync(join(cwd, 'report.json'), 'utf8')).summary.status).toBe('pass');
});

describe('a place that cannot be written to is reported before anything is booted', () => {
  test('a read-only file system', async () => {
    const dir = smallDisk('read-only', 64);
    writeFileSync(join(dir, 'report.json'), OLD);
    asRoot('mount', '-o', 'remount,ro', dir);
    const end = await run(workspace(), '--out', join(dir, 'report.json'));
    complains(end, join(dir, 'report.json'), 'EROFS');
    expect(end.ms).toBeLessThan(5_000);
    expect(readFileSync(join(dir, 'report.json'), 'utf8')).toBe(OLD);
  });

  test('a directory of that name', async () => {
    const dir = workspace();
    mkdirSync(join(dir, 'report.json'));
    complains(await run(dir, '--out', 'report.json'), join(dir, 'report.json'), 'it is a directory');
    expect(existsSync(join(dir, '.bpfcompat'))).toBe(false);
  });

  test('a file where a directory should be', async () => {
    const dir = workspace();
    writeFileSync(join(dir, 'reports'), OLD);
    complains(
      await run(dir, '--out', 'reports/report.json'),
      join(dir, 'reports/report.json'),
      'is a file and no directory',
    );
  });
});

describe('a suite', () => {
  // A suite names only files of its workspace: here everything lies in the scratch directory.
  const object = join(scratch, 'simple_pass.bpf.o');
  copyFileSync(example('simple-pass'), object);
  const runSuite = (cwd: string, ...more: string[]): Promise<CliEnd> =>
    bpfcompat(['suite', '--suite', 'suite.yaml', ...more, '--offline', '--quiet'], {
      cwd,
      env: { GITHUB_WORKSPACE: scratch },
    });
  const suite = (...cases: string[]): string =>
    `name: s\ndefaults: {kernels: [debian-12-6.1]}\ncases:\n${cases.map((one) => `  - ${one}\n`).join('')}`;

  test('on a full disk leaves no document, and names the file', async () => {
    const dir = workspace();
    const disk = fullDisk('full-suite', 'suite.json', OLD);
    const text = suite(`{name: a, artifact: ${object}, workdir: work, out: a.json, markdown: a.md}`);
    writeFileSync(join(dir, 'suite.yaml'), text);
    const end = await runSuite(dir, '--out', join(disk, 'suite.json'));
    complains(end, join(disk, 'suite.json'), 'ENOSPC');
    expect(end.stderr).toContain('\nthe suite itself ended with pass (a: pass)\n');
    expect(readdirSync(disk)).toEqual(['filler', 'kept', 'suite.json.old']);
  });

  test('on a disk that is full for one case writes everything else, and reports the verdict', async () => {
    const dir = workspace();
    const disk = smallDisk('full-case', 64);
    const text = suite(`{name: a, artifact: ${object}, out: ${disk}/a.json}`, `{name: b, artifact: ${object}}`);
    writeFileSync(join(dir, 'suite.yaml'), text);
    fill(disk, 0);
    const end = await runSuite(dir, '--out', 's.json');
    complains(end, join(disk, 'a.json'), 'ENOSPC');
    expect(end.stderr).toContain('\nthe suite itself ended with pass (a: pass, b: pass)\n');
    const { cases } = JSON.parse(readFileSync(join(dir, 's.json'), 'utf8')) as { cases: Record<string, string>[] };
    expect(cases.map(({ report_json_path: path }) => path)).toEqual([undefined, join(dir, 'reports/suites/b.json')]);
    expect(existsSync(join(dir, 'reports/suites/b.json'))).toBe(true);
  });

  test('with a case whose report is a directory: that case is an error, the others run', async () => {
    const dir = workspace();
    mkdirSync(join(dir, 'taken.json'));
    const text = suite(`{name: a, artifact: ${object}, out: taken.json}`, `{name: b, artifact: ${object}}`);
    writeFileSync(join(dir, 'suite.yaml'), text);
    const end = await runSuite(dir);
    expect(end.code, end.stderr).toBe(1);
    expect(end.stdout).toMatch(/ {2}- a: error error=cannot write \S+taken\.json: it is a directory/);
    expect(end.stdout).toMatch(/ {2}- b: pass run=/);
  });
});

test('SIGKILL while reports are written leaves no report or the new one, and the next run works', async () => {
  const cwd = workspace();
  const file = join(cwd, 'out/report.json');
  mkdirSync(join(cwd, 'out'));
  writeFileSync(file, OLD);
  const seen = new Set<string>();
  for (let round = 0; round < 4; round++) {
    const started = startCli(['test', '--artifact', example('simple-pass'), ...KERNEL, '--out', file], { cwd });
    // The old report goes first; that a file of another name comes is the sign that writing has begun.
    const watcher = watch(join(cwd, 'out'), (_event, name) => {
      if (name?.endsWith('.tmp')) started.child.kill('SIGKILL');
    });
    const end = await started.ended;
    watcher.close();
    seen.add(end.signal ?? `exit ${end.code}`);
    const text = existsSync(file) ? readFileSync(file, 'utf8') : undefined;
    if (text === undefined) continue;
    expect(JSON.parse(text)).toMatchObject({ schema_version: 'v0.1', summary: { status: 'pass' } });
  }
  expect(seen).toEqual(new Set(['SIGKILL']));
  const end = await run(cwd, '--out', file);
  expect(end.code, end.stderr).toBe(0);
  expect(JSON.parse(readFileSync(file, 'utf8')).summary.status).toBe('pass');
  expect((await bpfcompat(['history', 'verify'], { cwd })).code).toBe(0);
});
