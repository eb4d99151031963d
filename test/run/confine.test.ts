import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { inspect } from '../../src/api/inspect.ts';
import { prepareCases } from '../../src/api/suite-cases.ts';
import { ManifestFile } from '../../src/config/manifest-schema.ts';
import { MatrixFile } from '../../src/config/matrix.ts';
import { keysAt } from '../../src/config/schema-keys.ts';
import { readSuite } from '../../src/config/suite.ts';
import { type NamedPath, type PathUse, SUITE_PATHS } from '../../src/config/suite-paths.ts';
import { SuiteFile } from '../../src/config/suite-schema.ts';
import { createHost } from '../../src/host/create-host.ts';
import { compare, explain, mergeReports, planShards, validate, validateSuite } from '../../src/index.ts';
import { confine, rootOf } from '../../src/run/confine.ts';
import { createCatalog } from '../../src/run/resolve.ts';

const base = realpathSync(mkdtempSync(join(tmpdir(), 'bpfcompat-confine-')));
afterAll(() => rmSync(base, { recursive: true, force: true }));
const host = createHost({ env: {} });
const repo = join(base, 'repo');
const dir = join(repo, 'ci');
mkdirSync(join(repo, '.git'), { recursive: true });
mkdirSync(dir);
mkdirSync(join(base, 'home'));
writeFileSync(join(base, 'home/secret'), 'secretkey: 1\n');
writeFileSync(join(repo, '.git/config'), '[core]\n');
writeFileSync(join(dir, 'good.o'), 'object');
symlinkSync('/proc/self/environ', join(dir, 'env.o'));
symlinkSync(join(base, 'home/secret'), join(dir, 'link.o'));
symlinkSync(join(base, 'home'), join(dir, 'out'));
symlinkSync('../.git', join(dir, 'git'));
symlinkSync('/proc/self', join(base, 'home/self'));
execFileSync('mkfifo', [join(dir, 'fifo')]);

const named = (path: string, use: PathUse = 'read'): NamedPath => ({ key: 'k', path, use, origin: 's.yaml:3:5' });
const confined = async (path: string, use?: PathUse) => confine(host, await rootOf(host, dir, dir), named(path, use));

describe('rootOf', () => {
  test('the git work tree, else the current directory, else that of the file', async () => {
    expect(await rootOf(host, dir, dir)).toEqual({ dir, top: repo });
    const plain = join(base, 'home');
    expect(await rootOf(host, base, plain)).toEqual({ dir: plain, top: base });
    expect(await rootOf(host, repo, plain)).toEqual({ dir: plain, top: plain });
    expect(await rootOf(host, '/', plain)).toEqual({ dir: plain, top: plain });
  });

  test('the workspace of a workflow, where it holds the file', async () => {
    const job = createHost({ env: { GITHUB_WORKSPACE: base } });
    expect((await rootOf(job, dir, dir)).top).toBe(base);
    const other = createHost({ env: { GITHUB_WORKSPACE: '/nowhere' } });
    expect((await rootOf(other, dir, dir)).top).toBe(repo);
  });
});

describe('confine', () => {
  test.each([
    ['good.o', 'read', 'ci/good.o'],
    ['../new/dir/report.json', 'write', 'new/dir/report.json'],
    ['.', 'directory', 'ci'],
    ['missing.o', 'read', 'ci/missing.o'],
  ] as const)('%s stays below the root', async (path, use, real) => {
    expect(await confined(path, use)).toBe(join(repo, real));
  });

  test.each([
    ['env.o', 'read', /^s\.yaml:3:5: k "env\.o" is a link to \/proc\/.*, outside of .*repo; copy the file there$/],
    ['link.o', 'read', /is a link to .*home\/secret, outside of/],
    ['../../home/secret', 'read', /lies outside of .*repo; copy the file there/],
    ['../../nothing/here', 'write', /lies outside of .*; choose a place there/],
    ['/etc/hostname', 'read', /lies outside of/],
    ['out/new.json', 'write', /is a link to .*home\/new\.json, outside of/],
    ['out/a/b', 'directory', /outside of .*; choose a directory there/],
    ['../.git/config', 'read', /lies in \.git/],
    ['../.git/hooks/pre-commit', 'write', /lies in \.git/],
    ['git/config', 'read', /lies in \.git/],
    ['.GIT/config', 'write', /lies in \.git/],
    ['fifo', 'read', /is a pipe, a socket or a device; name a regular file/],
  ] as const)('%s does not', async (path, use, message) => {
    await expect(confined(path, use)).rejects.toThrow(message);
  });

  test('files that the kernel makes up are none, whatever the root is', async () => {
    const root = { dir: '/', top: '/' };
    await expect(confine(host, root, named('proc/self/environ'))).rejects.toThrow(/is made up by the kernel/);
    await expect(confine(host, root, named('sys/kernel/notes'))).rejects.toThrow(/is made up by the kernel/);
    await expect(confine(host, root, named('dev/null', 'write'))).rejects.toThrow(/is a pipe, a socket or a device/);
  });
});

describe('words of a command line go through no link that leaves the repository', () => {
  mkdirSync(join(repo, 'shards'));
  symlinkSync(join(base, 'home/secret'), join(repo, 'shards/part.json'));
  symlinkSync(join(base, 'home'), join(repo, 'elsewhere'));
  writeFileSync(join(base, 'home/part.json'), '{}');
  const here = { host, cwd: repo };
  const merge = (path: string) => mergeReports({ ...here, reports: [path] });
  const words: Readonly<Record<string, (path: string) => Promise<unknown>>> = {
    merge,
    explain: (report) => explain({ ...here, report }),
    compare: (base) => compare({ ...here, base, head: base }),
    suite: (suite) => validateSuite({ ...here, suite }),
    matrix: (matrix) => validate({ ...here, artifacts: ['ci/good.o'], matrix }),
    plan: (matrix) => planShards({ ...here, matrix }),
    inspect: async (path) => {
      const [one] = await inspect({ ...here, files: [path] });
      if (one?.ok === false) throw one.error;
    },
  };

  test.each(Object.entries(words))('%s', async (_command, call) => {
    for (const path of ['ci/link.o', join(repo, 'ci/link.o')]) {
      const error = await call(path).catch((reason: unknown) => reason);
      expect((error as Error).message).toMatch(
        /link\.o: it is a link to .*home\/secret, outside of .*repo; name that place itself if it is meant$/,
      );
    }
    // The user may mean any place of this machine.
    const named = await call(join(base, 'home/secret')).catch((reason: unknown) => reason);
    expect((named as Error).message).not.toContain('outside of');
  });

  test.each(['shards', 'shards/*.json', 'elsewhere', 'elsewhere/*.json'])('merge of %s', async (word) => {
    await expect(merge(word)).rejects.toThrow(/it is a link to .*home\/.*, outside of .*repo; name that place itself/);
  });
});

describe('every path of a file is confined', () => {
  /** Keys that name nothing on this machine. A new key belongs here, or into SUITE_PATHS. */
  const OTHERS = {
    suite: ['name', 'defaults', 'cases'],
    case: [
      ...['name', 'command', 'command_expect_exit', 'assets', 'kernels', 'runner', 'validation_mode', 'timeout'],
      ...['concurrency', 'keep_vm_on_failure', 'fail_on', 'fail-on', 'min_kernel', 'max_insns', 'artifact_uri'],
      ...['artifact_name', 'artifact_version', 'artifact_variant', 'required', 'expectations', 'test'],
      ...['loader', 'loaders'],
    ],
    matrix: ['name', 'profiles'],
  };
  const unknown = (keys: readonly string[], known: readonly string[]) =>
    keys.filter((key) => !known.includes(key) && !(key in SUITE_PATHS));

  test('no key of a suite or matrix is forgotten', () => {
    expect(unknown(keysAt(SuiteFile, []), OTHERS.suite)).toEqual([]);
    expect(unknown(keysAt(SuiteFile, ['defaults']), OTHERS.case)).toEqual([]);
    expect(unknown(keysAt(SuiteFile, ['cases', 0]), OTHERS.case)).toEqual([]);
    expect(unknown(keysAt(MatrixFile, []), OTHERS.matrix)).toEqual([]);
  });

  test('a manifest names files in assets only', () => {
    const paths = keysAt(ManifestFile, []).filter((key) => /path|(?<!pro)file|dir|asset|object|script/.test(key));
    expect(paths).toEqual(['assets']);
  });

  const outside: Readonly<Record<keyof typeof SUITE_PATHS, string>> = {
    artifact: '{name: a, artifact: ../../home/secret}',
    command_binary: '{name: a, command: x, command_binary: ../../home/secret}',
    manifest: '{name: a, artifact: good.o, manifest: ../../home/secret}',
    matrix: '{name: a, artifact: good.o, matrix: ../../home/secret}',
    baseline: '{name: a, artifact: good.o, baseline: ../../home/secret}',
    out: '{name: a, artifact: good.o, out: out/a.json}',
    markdown: '{name: a, artifact: good.o, markdown: out/a.md}',
    workdir: '{name: a, artifact: good.o, workdir: out}',
    report_dir: '{name: a, artifact: good.o}',
  };

  test.each(Object.entries(outside))('%s', async (key, text) => {
    const kernels = text.includes('matrix:') ? '' : 'kernels: [debian-12-6.1]';
    const defaults = key === 'report_dir' ? `${kernels}, report_dir: out` : kernels;
    const suite = readSuite({ file: 'ci/s.yaml', text: `name: s\ndefaults: {${defaults}}\ncases:\n  - ${text}\n` });
    const catalog = createCatalog(
      {
        host,
        workspace: repo,
        builtin: join(import.meta.dirname, '../../matrices'),
        allowOverride: false,
        lock: 'ignore',
      },
      dir,
    );
    const root = await rootOf(host, repo, dir);
    const none = {
      workdir: undefined,
      timeoutMs: undefined,
      concurrency: undefined,
      failOn: undefined,
      lane: undefined,
      runner: undefined,
    };
    const findLoader = () => expect.fail('no case names a loader');
    const context = { host, cwd: repo, dir, root, findLoader, catalog, own: [], localKernels: [] };
    const [one] = await prepareCases(context, suite, {
      ...none,
      partial: false,
      baseline: undefined,
    });
    expect(one?.ready).toBeUndefined();
    expect(one?.error).toMatch(/^ci\/s\.yaml:[24]:\d+: \w+ ".*" (?:lies|is a link to .*) ?outside of .*repo;/);
    expect(one?.error).not.toContain('secretkey');
  });
});
