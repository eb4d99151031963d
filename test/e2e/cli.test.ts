import { cpSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { bpfcompat, type CliEnd } from './support/cli.ts';
import { CLI, example, KERNELS } from './support/places.ts';
import { scratchDir } from './support/scratch.ts';

// The built program as a person at a terminal meets it.
const scratch = scratchDir();
const SIMPLE = example('simple-pass');

function run(args: readonly string[], env: Record<string, string> = {}): Promise<CliEnd> {
  return bpfcompat(args, { cwd: scratch, env, limitMs: 60_000 });
}

function request(flags: readonly string[], env: Record<string, string> = {}): Promise<CliEnd> {
  return run(['test', '--artifact', SIMPLE, ...flags, '--out', 'r.json'], env);
}

/** Runs the program on a terminal of 80 columns. */
async function onTerminal(args: readonly string[], env: Record<string, string> = {}): Promise<CliEnd> {
  const words = [CLI, ...args].map((word) => `'${word}'`).join(' ');
  const terminal = ['-qec', `stty cols 80 rows 24; ${words}`, '/dev/null'];
  return bpfcompat(terminal, { cwd: scratch, env: { TERM: 'xterm', ...env }, command: 'script' });
}

/** Colours. What moves the cursor is something else. */
const COLOR = /\u001b\[\d+(?:;\d+)*m/g;

function longest(text: string): string {
  const lines = text.replace(/\u001b\[[0-9;]*[A-Za-z]/g, '').split(/\r*\n|\r/);
  return lines.reduce((best, line) => (line.length > best.length ? line : best), '');
}

test('an object alone is checked: verdict on standard error, JSON report on standard output, reports in a directory', async () => {
  const dir = join(scratch, 'alone');
  mkdirSync(dir);
  cpSync(SIMPLE, join(dir, 'simple_pass.bpf.o'));
  const args = ['.', '--kernels', 'debian-12-6.1', '--json'];
  const { code, stdout, stderr } = await bpfcompat(['check', ...args], { cwd: dir });
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('Verdict: pass (exit code 0)') });
  expect(stderr).toContain('Report: bpfcompat-report/report.md, bpfcompat-report/report.json\n');
  expect(stdout).toBe(readFileSync(join(dir, 'bpfcompat-report/report.json'), 'utf8'));
  expect(JSON.parse(stdout)).toMatchObject({ schema_version: 'v0.1', summary: { status: 'pass' } });
  // Words that are wrong leave no older report where that of this run would be, and lose none.
  const wrong = await bpfcompat(['./simple_pass.bpf.o', '--nope'], { cwd: dir });
  expect(wrong.stderr).toContain('unknown flag "--nope" of \'check\'');
  const left = ['report.json.old', 'report.md.old'];
  expect({ code: wrong.code, left: readdirSync(join(dir, 'bpfcompat-report')) }).toEqual({ code: 1, left });
});

describe('help', () => {
  test('no arguments: usage on stdout, exit 1', async () => {
    const { code, stdout, stderr } = await run([]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(stdout).toMatch(/^bpfcompat reports .*\n\nUsage: bpfcompat FILE\.\.\. \[flags\]\n +bpfcompat <command>/);
  });

  test.each(['help', '--help', '-h', 'test --help', 'test -h', 'kernels --help'])('%s: exit 0', async (line) => {
    const { code, stdout, stderr } = await run(line.split(' '));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/Usage: bpfcompat/);
  });

  test('the help of test names every flag of the contract with its default', async () => {
    const { stdout } = await run(['test', '--help']);
    const flags =
      'artifact matrix out markdown manifest artifact-name artifact-version artifact-variant artifact-uri validation-mode workdir runner concurrency timeout keep-vm-on-failure quick';
    for (const flag of flags.split(' ')) expect(stdout).toMatch(new RegExp(`^ +--${flag}\\b`, 'm'));
    expect(stdout).toMatch(/default 180s/);
  });
});

describe('facts as JSON', () => {
  test('version', async () => {
    const { code, stdout } = await run(['version', '--json']);
    expect(code).toBe(0);
    const facts = JSON.parse(stdout);
    expect(Object.keys(facts)).toEqual(['name', 'version', 'commit', 'build_date', 'go_version']);
    expect(facts).toMatchObject({ name: 'bpfcompat', go_version: '', commit: expect.stringMatching(/^[0-9a-f]{40}$/) });
    expect((await run(['--version'])).stdout).toContain(`bpfcompat ${facts.version} (`);
  });

  test('env, and the same as text and as Markdown', async () => {
    const { stdout } = await run(['env', '--json']);
    const rows: { Name: string }[] = JSON.parse(stdout);
    for (const row of rows) expect(Object.keys(row)).toEqual(['Name', 'Default', 'Description', 'Category']);
    const text = (await run(['env'])).stdout;
    const markdown = (await run(['env', '--markdown'])).stdout;
    for (const { Name } of rows) {
      expect(text).toContain(Name);
      expect(markdown).toContain(`\`${Name}\``);
    }
  });

  test('kernels list knows the four kernels of quick and that they are stored', async () => {
    const { code, stdout } = await run(['kernels', 'list', '--json']);
    expect(code).toBe(0);
    const { kernels } = JSON.parse(stdout) as { kernels: { profile: string }[] };
    for (const id of KERNELS) {
      expect(kernels.find(({ profile }) => profile === id)).toMatchObject({
        arch: 'x86_64',
        source: 'deb',
        stored: true,
        kernel_family: id.split('-').at(-1),
        release: expect.stringMatching(/^\d+\.\d+\.\d+.*cloud-amd64$/),
        bytes: expect.any(Number),
      });
    }
    expect(kernels.length).toBeGreaterThan(80);
  });

  test('kernels list searches, and shows single builds only then', async () => {
    const all = (await run(['kernels', 'list'])).stdout;
    expect(all).toMatch(/^rocky-9-5\.14 /m);
    expect(all).toMatch(/\nand \d+ profiles of one certain build each: kernels list VENDOR\n/);
    expect(all).not.toMatch(/^rocky-9-5\.14-k/m);
    const { stdout } = await run(['kernels', 'list', '--search', 'Rocky,5.14']);
    const ids = stdout.split('\n').flatMap((line) => /^rocky\S+|^[a-z]\S+(?= +\()/.exec(line)?.[0] ?? []);
    expect(ids).toHaveLength(3);
    expect(ids.every((id) => id.startsWith('rocky-9-5.14'))).toBe(true);
  });

  test('profile list prints the ids of a matrix in its order', async () => {
    const { code, stdout } = await run(['profile', 'list', '--matrix', 'quick']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${KERNELS.join('\n')}\n` });
  });

  test('doctor', async () => {
    const { code, stdout } = await run(['doctor', '--offline', '--json']);
    const { ready, checks } = JSON.parse(stdout) as { ready: boolean; checks: { id: string; status: string }[] };
    expect({ code, ready }).toEqual({ code: 0, ready: true });
    const ids = checks.map(({ id }) => id);
    for (const id of ['qemu', 'accelerator', 'sandbox', 'validator', 'tool:apt-get', 'keyring', 'store', 'space']) {
      expect(ids).toContain(id);
    }
    expect(ids).not.toContain('mirror');
  });
});

describe('a run at the terminal', () => {
  const args = ['test', '--artifact', SIMPLE, '--artifact', example('fentry-unlink'), '--quick', '--out', 't.json'];
  let painted: CliEnd;
  beforeAll(async () => {
    painted = await onTerminal(args);
  });

  test('fits 80 columns and shows progress first', () => {
    expect(painted.code).toBe(2);
    const shown = painted.stdout.slice(0, painted.stdout.indexOf('Run ID:'));
    expect(longest(shown).length, longest(shown)).toBeLessThanOrEqual(80);
    expect(shown).toMatch(/debian-11-5\.10/);
    expect(shown.indexOf('of 8 done')).toBeGreaterThan(0);
    expect(shown.indexOf('of 8 done')).toBeLessThan(shown.indexOf('FAIL'));
    expect(shown).toMatch(COLOR);
  });

  test('has no colours with NO_COLOR', async () => {
    const { stdout } = await onTerminal(args, { NO_COLOR: '1' });
    expect(stdout).toContain('FAIL');
    expect(stdout.match(COLOR)).toBeNull();
  });

  test.each(['help', 'test --help', 'kernels list', 'env', 'doctor --offline'])('%s fits 80 columns', async (line) => {
    const { code, stdout } = await onTerminal(line.split(' '));
    expect(code).toBe(0);
    expect(longest(stdout).length, longest(stdout)).toBeLessThanOrEqual(80);
  });
});

describe('a run without a terminal', () => {
  test('says what it does in plain lines, from the first second', async () => {
    const { code, stdout, stderr } = await request(['--quick', '--workdir', 'plain']);
    expect(code).toBe(0);
    expect(`${stdout}${stderr}`).not.toMatch(/\u001b/);
    expect(stderr.split('\n')[0]).toMatch(/^guests run with (?:tcg|kvm): ./);
    for (const id of KERNELS) {
      expect(stderr).toMatch(new RegExp(`^${id}: kernel \\S+ from the store in`, 'm'));
      expect(stderr).toMatch(new RegExp(`^${id}: testing \\(booted in|^${id}: .*testing \\(booted in`, 'm'));
      expect(stderr).toMatch(new RegExp(`^${id}: .*pass \\(`, 'm'));
    }
  });

  test('and nothing but the lines that scripts read with --quiet', async () => {
    const { code, stdout, stderr } = await request(['--quick', '--quiet']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^Run ID: \S+\nRun Dir: \S+\nArtifact: \S+\nHash: [0-9a-f]{64}\nMatrix Profiles: /);
    expect(stdout).toMatch(/\nStatus: pass\nTargets:\n(?: {2}- debian-\S+: pass\n){4}JSON Report: \S+\n$/);
  });
});
