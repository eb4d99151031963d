import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseArgs } from '../../src/config/parse-args.ts';

// What systemd itself says of the units in examples/agent, with a program that is there in the place of ours.
const NAMES = ['bpfcompat-agent.service', 'bpfcompat-agent.timer'];
let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'units-'));
  cpSync(join(import.meta.dirname, '../../examples/agent'), dir, { recursive: true });
  const service = join(dir, 'bpfcompat-agent.service');
  writeFileSync(service, readFileSync(service, 'utf8').replaceAll('/usr/bin/bpfcompat ', '/bin/true '));
});
afterAll(() => rmSync(dir, { recursive: true }));

/** @param rest arguments @returns what it printed, with its exit code where that is not 0 */
function analyze(...rest: string[]): string {
  const { status, stdout, stderr } = spawnSync('systemd-analyze', rest, { cwd: dir, encoding: 'utf8' });
  return `${stdout}${stderr}${status === 0 ? '' : `exit code ${status}`}`;
}

/** Names of system calls that systemd lets through for these words of a SystemCallFilter. */
function calls(...words: readonly string[]): Set<string> {
  const names = words.flatMap((word) => {
    if (!word.startsWith('@')) return [word];
    const lines = execFileSync('systemd-analyze', ['syscall-filter', word], { encoding: 'utf8' }).split('\n');
    const own = lines.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'));
    return own.slice(1).flatMap((one) => (one.startsWith('@') ? [...calls(one)] : [one]));
  });
  return new Set(names);
}

test('they are right, and the service is exposed to little', () => {
  expect(analyze('verify', ...NAMES.map((name) => join(dir, name)))).toBe('');
  const said = analyze('security', '--offline=true', '--threshold=10', '--no-pager', join(dir, NAMES[0] ?? ''));
  expect(said).toMatch(/exposure level .*: 0\.\d SAFE/);
});

test('bpf and perf_event_open are not let through, and what the program needs is', () => {
  const filters = [...readFileSync(join(dir, NAMES[0] ?? ''), 'utf8').matchAll(/^SystemCallFilter=(~?)(.+)$/gm)];
  const words = (sign: string) =>
    filters.filter(([, own]) => own === sign).flatMap(([, , text = '']) => text.split(' '));
  const denied = calls(...words('~'));
  const allowed = [...calls(...words(''))].filter((name) => !denied.has(name));
  expect(allowed).toEqual(expect.not.arrayContaining(['bpf', 'perf_event_open', 'init_module', 'mount', 'ptrace']));
  expect(allowed).toEqual(
    expect.arrayContaining(['openat', 'execve', 'clone3', 'futex', 'flock', 'fsync', 'rename', 'pkey_alloc']),
  );
});

test('the service plans, and does not load', () => {
  const text = readFileSync(join(import.meta.dirname, '../../examples/agent/bpfcompat-agent.service'), 'utf8');
  const [, line = ''] = /^ExecStart=\/usr\/bin\/bpfcompat ((?:.*\\\n)*.*)$/m.exec(text) ?? [];
  const argv = line
    .replaceAll('\\\n', ' ')
    .replace(/\$\{\w+\}/g, 'x')
    .split(/\s+/);
  const parsed = parseArgs(argv);
  expect(parsed.command).toBe('agent plan');
  expect(text.match(/^Exec\w+=/gm)).toEqual(['ExecStart=']);
});
