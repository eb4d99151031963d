import { chmodSync, existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bpfcompat, type CliEnd } from './support/cli.ts';
import { example } from './support/places.ts';
import { readReport, targetOf } from './support/report.ts';
import { scratchDir } from './support/scratch.ts';

// What the built program says when something is wrong: what it is, where, and what to do next.
const scratch = scratchDir();
const SIMPLE = example('simple-pass');
const KERNEL = 'debian-12-6.1';
const NOWHERE = 'http://127.0.0.1:9/debian';

function run(args: readonly string[], env: Record<string, string> = {}): Promise<CliEnd> {
  return bpfcompat(args, { cwd: scratch, env, limitMs: 60_000 });
}

function request(flags: readonly string[], env: Record<string, string> = {}): Promise<CliEnd> {
  return run(['test', '--artifact', SIMPLE, ...flags, '--out', 'r.json'], env);
}

function write(name: string, text: string): string {
  writeFileSync(join(scratch, name), text);
  return name;
}

/** Wrong input: exit code 1, nothing on stdout, only our words on stderr and no report. */
function expectRejected({ code, signal, stdout, stderr }: CliEnd, ...words: (string | RegExp)[]): void {
  expect({ code, signal, stdout }).toEqual({ code: 1, signal: null, stdout: '' });
  for (const word of words) expect(stderr).toMatch(word);
  expect(stderr).not.toMatch(/is a bug in|\n\s+at /);
  expect(existsSync(join(scratch, 'r.json'))).toBe(false);
}

describe('what was typed wrong', () => {
  test.each<[string, string[], RegExp]>([
    ['a command', ['tset'], /unknown command "tset"; did you mean "test"\?/],
    ['a flag', ['test', '--artifcat', SIMPLE], /unknown flag "--artifcat" of 'test'; did you mean "--artifact"\?/],
    ['no artifact', ['test', '--quick', '--out', 'r.json'], /--artifact is missing; add it/],
    [
      'no kernels',
      ['test', '--artifact', SIMPLE, '--out', 'r.json'],
      /no kernels are chosen; add --quick, --matrix FILE or --kernels/,
    ],
    ['no report', ['test', '--artifact', SIMPLE, '--quick'], /--out is missing; add it/],
    ['a word too many', ['version', 'now'], /now/],
  ])('%s', async (_name, args, words) => {
    expectRejected(await run(args), words);
  });

  test.each<[string, string[], RegExp]>([
    [
      'an unknown profile',
      ['--kernels', 'debian-12-6.2'],
      /unknown profile "debian-12-6\.2"; similar profiles: .*debian-12-6\.1\b/,
    ],
    ['an unknown matrix', ['--matrix', 'quik'], /no matrix file "quik"; did you mean "quick"\?/],
    ['two choices of kernels', ['--quick', '--matrix', 'quick'], /--quick.*--matrix|--matrix.*--quick/],
    ['a time without a unit', ['--quick', '--timeout', '90'], /--timeout.*90.*s/],
    ['no guests at a time', ['--quick', '--concurrency', '0'], /--concurrency.*1/],
    ['a mode', ['--quick', '--validation-mode', 'load-atach'], /"load-atach".*load_attach/],
    ['a runner', ['--quick', '--runner', 'host'], /--runner host .* not available.*; use --runner vm/],
    ['one file for two reports', ['--quick', '--markdown', 'r.json'], /same file/],
    [
      'a manifest that is not there',
      ['--quick', '--manifest', 'no.yaml'],
      /--manifest no\.yaml: there is no such file/,
    ],
  ])('%s', async (_name, flags, words) => {
    expectRejected(await request(flags), words);
  });
});

describe('files that are wrong are reported with line and column', () => {
  test.each<[string, string, (string | RegExp)[]]>([
    [
      'keys and ids of a matrix',
      'profiles:\n  - id: debian-12-6.1\n    requird: true\n  - id: debian-12-6.1\n',
      [/matrix\.yaml:3:5: unknown key "requird".*did you mean "required"\?/, /matrix\.yaml:4:9: .*duplicate.*line 2/],
    ],
    ['a matrix that is empty', '', [/matrix\.yaml:1:1: the file is empty/]],
    ['a matrix without a kernel', 'profiles: []\n', [/matrix\.yaml:1:\d+: .*profiles/]],
    ['a matrix that is not YAML', 'profiles:\n  - id: a\n   - b\n', [/matrix\.yaml:3:\d+: not valid YAML/]],
    ['a time-out in a matrix', 'profiles: [{id: debian-12-6.1, timeout: fast}]\n', [/matrix\.yaml:1:\d+: .*"fast"/]],
  ])('%s', async (_name, text, words) => {
    expectRejected(await request(['--matrix', write('matrix.yaml', text)]), ...words);
  });

  test.each<[string, string, (string | RegExp)[]]>([
    ['a key given twice', 'name: a\nname: b\n', [/manifest\.yaml:2:1: duplicate key "name" \(first in line 1\)/]],
    ['an unknown key', 'programms: []\n', [/manifest\.yaml:1:1: unknown key "programms".*"programs"/]],
    [
      'a program given twice',
      'programs:\n  - name: a\n  - name: a\n',
      [/manifest\.yaml:3:11: .*"a" is a duplicate \(first in line 2\)/],
    ],
    [
      'a required kernel that was not chosen',
      'required_profiles: [ubuntu-22.04-5.15]\n',
      [/manifest\.yaml:1:21: required profile "ubuntu-22\.04-5\.15" is not among the kernels/],
    ],
  ])('%s', async (_name, text, words) => {
    expectRejected(await request(['--quick', '--manifest', write('manifest.yaml', text)]), ...words);
  });
});

describe('a machine that lacks something', () => {
  function fakeQemu(name: string, script: string): Record<string, string> {
    const path = join(scratch, name);
    writeFileSync(path, `#!/bin/sh\n${script}\n`);
    chmodSync(path, 0o755);
    return { BPFCOMPAT_QEMU: path };
  }

  test('QEMU is missing', async () => {
    const ended = await request(['--quick'], { BPFCOMPAT_QEMU: join(scratch, 'no-qemu') });
    expectRejected(ended, /cannot run BPFCOMPAT_QEMU=\S+\/no-qemu; name a program that runs, or unset the variable/);
  });

  test('QEMU is too old', async () => {
    const env = fakeQemu('old-qemu', 'echo "QEMU emulator version 6.2.0 (Debian 1:6.2+dfsg-2)"');
    expectRejected(await request(['--quick'], env), /old-qemu is QEMU 6\.2\.0; at least 7\.2 is needed: update it/);
  });

  test('QEMU cannot even say its version', async () => {
    const env = fakeQemu('broken-qemu', 'echo "error while loading shared libraries" >&2; exit 127');
    const ended = await request(['--quick'], env);
    expectRejected(
      ended,
      /BPFCOMPAT_QEMU=\S+\/broken-qemu --version failed \(error while loading shared libraries\); name/,
    );
  });

  test('doctor says so too, with the remedy, and exits with 1', async () => {
    const env = fakeQemu('old-qemu', 'echo "QEMU emulator version 6.2.0"');
    const { code, stdout } = await run(['doctor', '--offline'], env);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^MISSING {2}qemu .*6\.2\.0/m);
    expect(stdout).toMatch(/-> /);
  });

  test('the validator is not where it was said to be, or is not a validator', async () => {
    const missing = await request(['--quick'], { BPFCOMPAT_VALIDATOR_BIN: join(scratch, 'no-validator') });
    expectRejected(missing, /no-validator.*make validator/);
    const wrong = await request(['--quick'], { BPFCOMPAT_VALIDATOR_BIN: join(scratch, write('text', 'no program\n')) });
    expectRejected(wrong, /text is not a program for Linux; build one with: make validator-static/);
    const digest = await request(['--quick'], { BPFCOMPAT_VALIDATOR_SHA256: '0'.repeat(64) });
    expectRejected(digest, /has SHA-256 [0-9a-f]{64}, but BPFCOMPAT_VALIDATOR_SHA256 is 0{64}/);
  });
});

describe('places that cannot be written', () => {
  test.each<[string, string[], Record<string, string>, RegExp]>([
    ['the work directory', ['--workdir', '/proc/nowhere'], {}, /cannot make the work directory .*; .*--workdir/],
    [
      'the cache',
      [],
      { BPFCOMPAT_CACHE_DIR: '/proc/nowhere' },
      /cannot make the cache directory .*BPFCOMPAT_CACHE_DIR/,
    ],
    [
      'the Markdown report',
      ['--markdown', '/proc/nowhere/r.md'],
      {},
      /cannot write \/proc\/nowhere\/r\.md: .*; choose/,
    ],
    ['a report that is a directory', ['--markdown', '.'], {}, /cannot write .*: it is a directory; choose another/],
  ])('%s', async (_name, flags, env, words) => {
    expectRejected(await request(['--kernels', KERNEL, ...flags], env), words);
  });
});

describe('kernels that cannot be had', () => {
  function emptyCache(): Record<string, string> {
    return { BPFCOMPAT_CACHE_DIR: join(mkdtempSync(join(scratch, 'cache-')), 'cache') };
  }

  async function expectNoResult(flags: string[], env: Record<string, string>, words: RegExp): Promise<void> {
    const out = join(mkdtempSync(join(scratch, 'out-')), 'r.json');
    const args = ['test', '--artifact', SIMPLE, '--kernels', KERNEL, '--out', out, ...flags];
    const { code, stdout } = await run(args, env);
    expect(code).toBe(1);
    expect(stdout).toMatch(/simple_pass\.bpf\.o +ERR\n/);
    expect(stdout).toMatch(new RegExp(`  - ${KERNEL}: infra_error \\(.*${words.source}`));
    const report = readReport(out);
    expect(report.summary.status).toBe('error');
    expect(targetOf(report, KERNEL)).toMatchObject({ status: 'infra_error', infra_cause: 'kernel_unavailable' });
  }

  test('offline with an empty cache', async () => {
    await expectNoResult(['--offline'], emptyCache(), /--offline forbids fetching it; .*kernels fetch debian-12-6\.1/);
  });

  test('a mirror no one listens on', async () => {
    const mirror = { BPFCOMPAT_DEBIAN_MIRROR: NOWHERE, BPFCOMPAT_DEBIAN_SECURITY_MIRROR: `${NOWHERE}-security` };
    const words = /127\.0\.0\.1:9.*Connection refused.*check the network and the address of the mirror/;
    await expectNoResult([], { ...emptyCache(), ...mirror }, words);
    const fetched = await run(['kernels', 'fetch', KERNEL], { ...emptyCache(), ...mirror });
    expect(fetched.code).toBe(1);
    expect(fetched.stderr).toMatch(words);
  });

  test(`the others are tested all the same, and what is optional does not gate: ${KERNEL}`, async () => {
    const dir = mkdtempSync(join(scratch, 'own-'));
    mkdirSync(join(dir, 'matrices/profiles'), { recursive: true });
    const profile = [
      'id: own-1',
      'distro: debian',
      'kernel_family: "6.1"',
      'arch: x86_64',
      'kernel: {source: deb, archive: debian, suite: bookworm, package: linux-image-no-such-kernel-amd64}',
      'boot: {memory_mb: 512, cpus: 1}',
      'validator: {path: /usr/local/bin/bpfcompat-validator}',
    ];
    writeFileSync(join(dir, 'matrices/profiles/own-1.yaml'), profile.map((line) => `${line}\n`).join(''));
    writeFileSync(join(dir, 'mixed.yaml'), `profiles:\n  - id: ${KERNEL}\n  - {id: own-1, required: false}\n`);
    const args = ['test', '--artifact', SIMPLE, '--matrix', 'mixed.yaml', '--out', 'r.json'];
    const { code, stdout } = await bpfcompat(args, { cwd: dir, env: { BPFCOMPAT_DEBIAN_MIRROR: NOWHERE } });
    expect(code).toBe(0);
    expect(stdout).toMatch(/simple_pass\.bpf\.o +pass +ERR\n/);
    expect(stdout).toMatch(/ - optional own-1: inconclusive: /);
  });
});
