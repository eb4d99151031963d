import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';

const root = join(import.meta.dirname, '../..');
const scratch = mkdtempSync(join(tmpdir(), 'make-targets-'));
afterAll(() => rmSync(scratch, { recursive: true }));

/** Every target that users of earlier versions know. */
const KNOWN =
  `doctor deps build vendor test-vendor validator validator-dynamic validator-static examples examples-arm64 oss-examples
  oss-evidence vm-ubuntu-22 vm-images vm-images-extended vm-images-tier1 vm-images-latest-kernel vm-images-expanded-2026
  vm-images-expanded-2026-dry-run matrix-runnable matrix-runnable-strict matrix-runnable-keep-manual acceptance-dev-one
  acceptance-functional-dev-one acceptance-suite-dev-one acceptance acceptance-expanded-runnable doctor-virtme
  upstream-kernel-runnable acceptance-upstream-kernel firecracker-preflight acceptance-firecracker-dev-one
  doctor-arm64-kvm acceptance-arm64-smoke serve runtime-selector-proof runtime-delivery-proof test openapi-check
  env-docs-check compatibility-site acceptance-latest-kernel profile-catalog-audit matrix-readiness clean`.split(/\s+/);

const make = (...args: string[]) =>
  spawnSync('make', ['--no-print-directory', ...args], { cwd: root, encoding: 'utf8' });

test('each target of earlier versions is there and does something', () => {
  const { stdout } = make('--question', '--print-data-base', '--no-builtin-rules', 'help');
  const rules = new Map(
    stdout.split('\n\n').map((block) => [/^([\w-]+):/m.exec(block.replace(/^#.*\n/gm, ''))?.[1] ?? '', block]),
  );
  const idle = KNOWN.filter((name) => !/^\t|^[\w-]+: *[^|\s]/m.test(rules.get(name) ?? ''));
  expect(idle).toEqual([]);
});

test('a target without a successor here says so, and what to do, and fails', () => {
  for (const name of ['oss-evidence', 'oss-examples']) {
    const { status, stderr } = make(name);
    expect([name, status]).toEqual([name, 2]);
    expect(stderr).toMatch(new RegExp(`^make ${name}: .*(?:bpfcompat|make) `));
  }
});

test('targets name scripts, objects, manifests and matrices that are there', () => {
  const { stdout } = make('--dry-run', '--always-make', 'vm-images-tier1', 'matrix-readiness', 'env-docs-check');
  expect(stdout).toContain('scripts/matrix-state.mjs fetch tier1-enterprise-cloud');
  for (const file of [
    'mvp',
    'extended-15',
    'tier1-enterprise-cloud',
    'latest-kernel-sweep',
    'expanded-2026',
    'dev-one',
  ])
    expect(readFileSync(join(root, `matrices/${file}.yaml`), 'utf8')).toContain('profiles:');
  const text = readFileSync(join(root, 'scripts/acceptance.mjs'), 'utf8');
  const files = [...text.matchAll(/'(examples\/[^'$]+\.(?:yaml|bin))'/g)].map(([, file = '']) => file);
  expect(files.length).toBeGreaterThan(3);
  for (const file of files) expect(readFileSync(join(root, file)).length).toBeGreaterThan(0);
});

test('make serve opens what loads nothing on a host, on the address that serve has by itself', () => {
  const { stdout } = make('--dry-run', 'serve');
  const opened = [...stdout.matchAll(/BPFCOMPAT_API_ALLOW_ANONYMOUS_(\w+)=\S+:-true\}/g)].map(([, name]) => name);
  expect(opened).toEqual(['VALIDATE', 'READ', 'RUNTIME_DELIVERY']);
  expect(stdout).toMatch(/ serve$/m);
  expect(stdout).not.toMatch(/--addr|EXECUTE|ANONYMOUS_WRITE/);
});

test('Firecracker that cannot be used is named with what to do, before anything is fetched', () => {
  const doctor = (check: object): string =>
    `#!/bin/sh\n[ "$1" = doctor ] || exit 9\ncat <<'E'\n${JSON.stringify({ checks: [{ id: 'firecracker', ...check }] })}\nE\n`;
  const run = (check: object) => {
    const program = join(scratch, 'doctor-of-firecracker');
    writeFileSync(program, doctor(check), { mode: 0o755 });
    const env = { ...process.env, BPFCOMPAT: program };
    return spawnSync(process.execPath, ['scripts/firecracker.mjs', 'preflight'], { cwd: root, encoding: 'utf8', env });
  };
  const missing = run({ what: 'the runner firecracker cannot be used: it is missing', remedy: 'install it' });
  expect(missing.status).toBe(2);
  expect(missing.stderr).toBe(
    'firecracker-preflight: the runner firecracker cannot be used: it is missing; install it\n',
  );
  const there = run({ what: 'runner firecracker: /f 1.17.0, which ran a guest', remedy: '' });
  expect([there.status, there.stdout]).toEqual([0, 'runner firecracker: /f 1.17.0, which ran a guest\n']);
});

/** A copy of a script beside a program that stands in for bpfcompat. */
function copyOf(script: string, program: string): (...args: string[]) => { status: number | null; text: string } {
  const dir = mkdtempSync(join(scratch, 'copy-'));
  for (const name of ['scripts', 'matrices', 'reports']) mkdirSync(join(dir, name));
  cpSync(join(root, 'scripts', script), join(dir, 'scripts', script));
  symlinkSync(join(root, 'node_modules'), join(dir, 'node_modules'));
  writeFileSync(join(dir, 'package.json'), '{"type":"module"}');
  writeFileSync(
    join(dir, 'matrices/some.yaml'),
    'name: some\nprofiles: [{id: a}, {id: b}, {id: c, required: false}, {id: d}]\n',
  );
  writeFileSync(join(dir, 'program'), `#!${process.execPath}\n${program}`);
  chmodSync(join(dir, 'program'), 0o755);
  return (...args) => {
    const env = { ...process.env, BPFCOMPAT: join(dir, 'program') };
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(dir, 'scripts', script), ...args], {
      env,
      encoding: 'utf8',
    });
    return {
      status,
      text: `${stdout}${stderr}${args[0] === 'runnable' ? readIf(join(dir, 'matrices/some-runnable.yaml')) : ''}`,
    };
  };
}

function readIf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

describe('kernels of a matrix', () => {
  // `a` is stored, `b` can be fetched, `c` needs something, `d` is fetched in vain.
  const STORE = `
    import { existsSync, writeFileSync } from 'node:fs';
    const mark = import.meta.dirname + '/fetched';
    if (process.argv[3] === 'fetch') writeFileSync(mark, process.argv.slice(4).join());
    else console.log(JSON.stringify({ kernels: [
      { profile: 'a', stored: true, unbootable: '', problem: '' },
      { profile: 'b', stored: existsSync(mark), unbootable: '', problem: '' },
      { profile: 'c', stored: false, unbootable: 'needs a subscription', problem: '' },
      { profile: 'd', stored: false, unbootable: '', problem: '' }] }));`;

  test('are listed by what is to be done for them, and fetched; what failed is exit code 2', () => {
    const run = copyOf('matrix-state.mjs', STORE);
    expect(run('list', 'some')).toEqual({
      status: 0,
      text: 'cached       a\ndownloadable b\nmanual       c: needs a subscription\ndownloadable d\n1 cached, 2 downloadable, 1 manual\n',
    });
    expect(run('fetch', 'some')).toMatchObject({ status: 2, text: expect.stringContaining('downloaded   b\n') });
    expect(run('fetch', 'some').text).toContain('failed       d\n');
  });

  test('become a matrix of what can be run', () => {
    const run = copyOf('matrix-state.mjs', STORE);
    const { status, text } = run('runnable', 'some', '--strict');
    expect(status).toBe(0);
    expect(text).toContain('left out: c: needs a subscription\n');
    const written = parse(text.slice(text.indexOf('name: some-runnable')));
    expect(written).toEqual({ name: 'some-runnable', profiles: [{ id: 'a' }, { id: 'b' }, { id: 'd' }] });
    expect(run('runnable', 'some', '--keep-manual').text).toContain('4 of 4 kernels');
    const strict = copyOf('matrix-state.mjs', STORE.replaceAll("unbootable: ''", "unbootable: 'no'"));
    expect(strict('runnable', 'some').status).toBe(0);
    expect(strict('runnable', 'some', '--strict').status).toBe(3);
    const none = copyOf('matrix-state.mjs', 'console.log(JSON.stringify({ kernels: [] }))');
    expect(none('runnable', 'some').status).toBe(2);
  });
});

test('acceptance: another result than expected is 2, one that could not be had 1', () => {
  const program = (exit: number) => `
    import { writeFileSync } from 'node:fs';
    const out = import.meta.dirname + '/' + process.argv[process.argv.indexOf('--out') + 1];
    writeFileSync(out, '{"targets":[{"classification_code":"UNKNOWN"}]}');
    process.exit(${exit});`;
  expect(copyOf('acceptance.mjs', program(0))('dev-one')).toMatchObject({
    status: 0,
    text: expect.stringMatching(/^pass {9}reports\/dev-one\n.*all 1 as expected/m),
  });
  expect(copyOf('acceptance.mjs', program(1))('dev-one')).toMatchObject({
    status: 1,
    text: expect.stringMatching(/^inconclusive reports\/dev-one$[\s\S]*1 of 1 runs are inconclusive/m),
  });
  const whole = copyOf('acceptance.mjs', program(2))('acceptance');
  expect(whole.status).toBe(2);
  expect(whole.text).toContain('reports/simple-pass-mvp: exit code 2, expected 0');
  expect(whole.text).toMatch(/^FAIL {9}reports\/simple-pass-mvp$/m);
  expect(whole.text).toMatch(/^pass {9}reports\/unknown-load-fail-mvp$/m);
  expect(whole.text).toContain('reports/ringbuf-modern-mvp: no kernel has UNSUPPORTED_MAP_TYPE');
});

test('docs/env-reference.md is what the program prints', () => {
  const printed = execFileSync(process.execPath, [join(root, 'bin/bpfcompat'), 'env', '--markdown'], {
    encoding: 'utf8',
  });
  expect(readFileSync(join(root, 'docs/env-reference.md'), 'utf8')).toBe(printed);
});
