import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { releaseCheck } from '../../src/index.ts';
import { privatePaths } from '../../src/release/private-paths.ts';

/** In two pieces, so that no scanner takes this file for what it tests. */
const TOKEN = `ghp_${'wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUx'}`;
const HOME = `/home${'/jdoe'}`;

describe('private paths', () => {
  test.each([
    [`a\nb ${HOME}/src/x.c`, [{ line: 2, path: HOME }]],
    [`${HOME}/a ${HOME}/b`, [{ line: 1, path: HOME }]],
    [`C:\\Users${'\\jdoe'}\\x`, [{ line: 1, path: `C:\\Users${'\\jdoe'}` }]],
    ['/home/runner/work/x /home/user/x /Users/you/x /root/x ~/x /home/$USER/x', []],
    ['/home/', []],
  ])('%j', (text, expected) => {
    expect(privatePaths(text)).toEqual(expected);
  });
});

test('many paths do not make it slow, and each keeps its line', () => {
  const text = Array.from({ length: 60_000 }, (_, at) => `/home${'/jdoe'}${at}/x\n`).join('');
  const started = performance.now();
  const found = privatePaths(text);
  expect(performance.now() - started).toBeLessThan(5000);
  expect([found.length, found.at(-1)]).toEqual([60_000, { line: 60_000, path: `${HOME}59999` }]);
});

describe('doctor --release', () => {
  let dir = '';
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', dir, '-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  const put = (path: string, content: string | Buffer) => {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), content);
  };
  const commit = () => {
    git('add', '--all');
    git('commit', '--quiet', '--message', 'x');
  };
  const check = () => releaseCheck({ cwd: dir, env: process.env });
  const found = async () =>
    (await check()).findings.map(({ path, line, kind, history }) => ({ path, line, kind, history }));

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'bpfcompat-release-'));
    git('init', '--quiet');
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  test('a secret that is tracked, a path in a compiled file, and what only the history has', async () => {
    put('clean.c', 'int x;\n');
    put('old/key.txt', `one\ntwo ${TOKEN}\n`);
    commit();
    rmSync(join(dir, 'old'), { recursive: true });
    put('now.txt', `x\nx\ntoken = ${TOKEN}\n`);
    put('x.bpf.o', Buffer.from(`\0ELF${HOME}/src\0`));
    commit();
    expect(await found()).toEqual([
      { path: 'now.txt', line: 3, kind: 'secret', history: false },
      { path: 'x.bpf.o', line: 1, kind: 'private_path', history: false },
      { path: 'old/key.txt', line: 2, kind: 'secret', history: true },
    ]);
    expect(JSON.stringify(await check())).not.toContain(TOKEN);
  });

  test('where a link leads that is tracked now', async () => {
    symlinkSync(`${HOME}/src/x.c`, join(dir, 'x.c'));
    commit();
    expect(await found()).toEqual([{ path: 'x.c', line: 1, kind: 'private_path', history: false }]);
  });

  test('what .secretlintignore names is not looked at', async () => {
    put('fixtures/key.txt', TOKEN);
    put('.secretlintignore', 'fixtures/\n');
    commit();
    expect(await check()).toMatchObject({ findings: [], scanned: 1 });
  });

  test('many files: each secret in its own', async () => {
    for (let at = 0; at < 40; at++) put(`f${at}`, at % 10 === 3 ? `\n\n${TOKEN}\n` : 'x\n'.repeat(at));
    commit();
    // One content is one blob, whatever it is called.
    expect(await found()).toEqual([
      { path: expect.stringMatching(/^f\d*3$/), line: 3, kind: 'secret', history: false },
    ]);
  });

  test.each([
    [['--depth', '1'], /shallow clone.*fetch --unshallow/],
    [['--filter', 'blob:none'], /partial clone.*without --filter/],
  ])('a clone with %j lacks history, and cannot pass', async (args, words) => {
    put('old.txt', TOKEN);
    commit();
    put('old.txt', 'nothing');
    commit();
    git('config', 'uploadpack.allowFilter', 'true');
    const whole = dir;
    const cwd = mkdtempSync(join(tmpdir(), 'bpfcompat-clone-'));
    try {
      execFileSync('git', ['clone', '--quiet', ...args, `file://${whole}`, cwd], { stdio: 'ignore' });
      await expect(releaseCheck({ cwd, env: process.env })).rejects.toThrow(words);
    } finally {
      rmSync(cwd, { recursive: true, force: true });
    }
  });

  test('a repository without commits, and none at all', async () => {
    expect(await check()).toMatchObject({ findings: [], scanned: 0 });
    rmSync(join(dir, '.git'), { recursive: true });
    await expect(check()).rejects.toThrow(/is in no git repository/);
  });
});
