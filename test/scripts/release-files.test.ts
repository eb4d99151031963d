import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const scratch = mkdtempSync(join(tmpdir(), 'release-files-'));
afterAll(() => rmSync(scratch, { recursive: true }));

test('the npm package has what runs and what it reads, and nothing that is only for building', () => {
  const args = ['pack', '--dry-run', '--json', '--ignore-scripts'];
  const [{ files }] = JSON.parse(
    execFileSync('npm', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
  );
  const names: string[] = files.map(({ path }: { path: string }) => path);
  for (const name of [
    ...[
      'package.json',
      'LICENSE',
      'README.md',
      'bin/bpfcompat',
      'bin/package.json',
      'build/cli.mjs',
      'build/bpfcompat.1',
      'lib/index.js',
    ],
    ...[
      'lib/index.d.ts',
      'dist/validator/bpfcompat-validator-x86_64',
      'dist/validator/SHA256SUMS',
      'matrices/quick.yaml',
    ],
    ...['matrices/catalog/debian.yaml', 'schemas/manifest.json'],
  ])
    expect(names).toContain(name);
  const others =
    /^(?:src|test|bench|docs|examples|scripts|node_modules|\.github)\/|\.bpf\.o$|\.tgz$|^build\/(?:demo|cli\.tmp)/;
  expect(names.filter((name) => others.test(name))).toEqual([]);
});

test('what the executable is made of is in the package, too', () => {
  const text = readFileSync(join(root, 'scripts/build-executable.mjs'), 'utf8');
  const parts = [...(/const PARTS = \[(.*?)\]/s.exec(text)?.[1] ?? '').matchAll(/'([^']+)'/g)].map(
    ([, part = '']) => part,
  );
  const { files } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { files: string[] };
  expect(parts.length).toBeGreaterThan(4);
  expect(parts.filter((part) => ![...files, 'package.json', 'LICENSE'].includes(part))).toEqual([]);
});

test('the installer puts a program in place only when its digest is that of the release', () => {
  const name = `bpfcompat-linux-${execFileSync('uname', ['-m'], { encoding: 'utf8' }).trim()}`;
  const release = join(scratch, 'releases/download/v1.0.0');
  mkdirSync(release, { recursive: true });
  const program = '#!/bin/sh\necho "bpfcompat 1.0.0 $1"\n';
  writeFileSync(join(release, name), program);
  const digest = createHash('sha256').update(program).digest('hex');
  const into = join(scratch, 'bin');
  const install = (sums: string, version = 'v1.0.0', place = into) => {
    writeFileSync(join(release, 'SHA256SUMS'), sums);
    const env = { ...process.env, BPFCOMPAT_RELEASES: `file://${join(scratch, 'releases')}` };
    return spawnSync('sh', [join(root, 'scripts/install.sh'), version, place], { cwd: scratch, env, encoding: 'utf8' });
  };
  const other = `${'0'.repeat(64)}  bpfcompat-validator-x86_64\n`;
  for (const [sums, words] of [
    [`${other}${'1'.repeat(64)}  ${name}\n`, 'is not what the release says; nothing was installed'],
    [other, `SHA256SUMS does not have ${name}`],
    [`${digest}  ${name}\n${'1'.repeat(64)}  ${name}\n`, 'more than once'],
  ] as const) {
    const { status, stderr } = install(sums);
    expect({ status, there: existsSync(join(into, 'bpfcompat')) }).toEqual({ status: 1, there: false });
    expect(stderr).toContain(words);
  }
  expect(install(other, 'v9.9.9').stderr).toContain('cannot be fetched; is v9.9.9 a release');
  const good = install(`${other}${digest}  ${name}\n`);
  expect({ status: good.status, stdout: good.stdout }).toEqual({
    status: 0,
    stdout: `bpfcompat 1.0.0 version\n${into} is not in PATH; add it\n`,
  });
  expect(readFileSync(join(into, 'bpfcompat'), 'utf8')).toBe(program);
  // Relative to where the user is, and not to where the installer works.
  expect(install(`${digest}  ${name}\n`, 'v1.0.0', 'here/bin').status).toBe(0);
  expect(readFileSync(join(scratch, 'here/bin/bpfcompat'), 'utf8')).toBe(program);
});
