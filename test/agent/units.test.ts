import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseArgs } from '../../src/config/parse-args.ts';

// What systemd itself says of the units in examples/agent, with a program that is there in the place of ours.
const NAMES = ['bpfcompat-agent.service', 'bpfcompat-agent.timer', 'bpfcompat-agent-work.service'];
let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'units-'));
  cpSync(join(import.meta.dirname, '../../examples/agent'), dir, { recursive: true });
  for (const name of NAMES) {
    const unit = join(dir, name);
    writeFileSync(unit, readFileSync(unit, 'utf8').replaceAll('/usr/bin/bpfcompat ', '/bin/true '));
  }
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

test('the one that loads is exposed to no more than that takes', () => {
  const said = analyze('security', '--offline=true', '--threshold=100', '--no-pager', join(dir, NAMES[2] ?? ''));
  const level = Number(/exposure level .*: (\d\.\d)/.exec(said)?.[1]);
  expect(level).toBeLessThanOrEqual(4);
});

/** System calls that a unit lets through. */
function allowedBy(name: string): string[] {
  const filters = [...readFileSync(join(dir, name), 'utf8').matchAll(/^SystemCallFilter=(~?)(.+)$/gm)];
  const words = (sign: string) =>
    filters.filter(([, own]) => own === sign).flatMap(([, , text = '']) => text.split(' '));
  const denied = calls(...words('~'));
  return [...calls(...words(''))].filter((one) => !denied.has(one));
}
const NEEDED = ['openat', 'execve', 'clone3', 'futex', 'flock', 'fsync', 'rename', 'pkey_alloc'];

test('bpf and perf_event_open are let through for loads alone, and what the program needs is', () => {
  const plans = allowedBy('bpfcompat-agent.service');
  expect(plans).toEqual(expect.not.arrayContaining(['bpf', 'perf_event_open', 'init_module', 'mount', 'ptrace']));
  expect(plans).toEqual(expect.arrayContaining(NEEDED));
  const works = allowedBy('bpfcompat-agent-work.service');
  for (const call of ['init_module', 'finit_module', 'mount', 'kexec_load', 'swapon', 'ptrace', 'iopl'])
    expect(works).not.toContain(call);
  expect(works).toEqual(expect.arrayContaining([...NEEDED, 'bpf', 'perf_event_open']));
});

/** The command line of a unit. */
function commandOf(name: string) {
  const text = readFileSync(join(import.meta.dirname, '../../examples/agent', name), 'utf8');
  const [, line = ''] = /^ExecStart=\/usr\/bin\/bpfcompat ((?:.*\\\n)*.*)$/m.exec(text) ?? [];
  expect(text.match(/^Exec\w+=/gm)).toEqual(['ExecStart=']);
  return parseArgs(
    line
      .replaceAll('\\\n', ' ')
      .replace(/\$\{\w+\}/g, 'x')
      .split(/\s+/),
  );
}

test('one plans and does not load, the other carries out what is queued by a policy', () => {
  expect(commandOf('bpfcompat-agent.service').command).toBe('agent plan');
  expect(commandOf('bpfcompat-agent-work.service')).toMatchObject({
    command: 'agent work',
    options: { allowHostLoad: true, loadPolicy: '/etc/bpfcompat-agent/execute.yaml', queue: 'x', queueUser: 'x' },
  });
});
