import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { bpfcompat, type CliEnd, startCli } from './support/cli.ts';
import { CLI } from './support/places.ts';
import { descendants } from './support/processes.ts';
import { readReport } from './support/report.ts';
import { scratchDir } from './support/scratch.ts';

// What the report claims about the QEMU of a copied guest is what the kernel says about that process.
const KERNEL = 'debian-12-6.1';
const ARGS = ['test', '--kernels', KERNEL, '--offline', '--out', 'report.json', '--command'];
const dir = scratchDir();
const SECRET = join(dir, 'secret');

/** Whatever a process in /proc says of itself. */
interface Seen {
  readonly command: string;
  readonly status: string;
  readonly net: string;
  readonly files: readonly string[];
}

function look(pid: number): Seen {
  const at = `/proc/${pid}`;
  return {
    command: readFileSync(`${at}/cmdline`, 'utf8').replaceAll('\0', ' '),
    status: readFileSync(`${at}/status`, 'utf8'),
    net: readlinkSync(`${at}/ns/net`),
    files: readdirSync(`${at}/fd`).map((fd) => readlinkSync(`${at}/fd/${fd}`)),
  };
}

describe('the QEMU of a copied guest', () => {
  let seen: Seen;
  let ended: CliEnd;
  beforeAll(async () => {
    writeFileSync(SECRET, 'secret', { mode: 0o600 });
    // The saved guest is made first: its QEMU is not the one that is looked at.
    expect(await bpfcompat([...ARGS, 'true'], { cwd: dir })).toMatchObject({ code: 0 });
    const script = `exec 9<"${SECRET}" 40<"${SECRET}" 200>"${SECRET}.out"; exec "${CLI}" "$@"`;
    const run = startCli(['-c', script, 'bash', ...ARGS, 'sleep 3'], { cwd: dir, command: 'bash' });
    await run.said(/testing \(booted/, 60_000);
    await sleep(300);
    const qemu = descendants(run.child.pid ?? 0).find(({ command }) => /^\S*qemu-system/.test(command));
    seen = look(qemu?.pid ?? expect.fail('no QEMU'));
    ended = await run.ended;
  });

  test('is one that was restored', () => {
    expect(seen.command).toContain('-incoming');
    expect(ended.code, ended.stderr).toBe(0);
    expect(ended.stderr).not.toContain('note:');
  });

  test('has the layers that the report claims, and a root of this machine gets them all', () => {
    const layers = readReport(join(dir, 'report.json')).targets?.[0]?.guest?.sandbox_layers ?? [];
    const uid = Number(/^Uid:\t(\d+)/m.exec(seen.status)?.[1]);
    expect(layers.includes('own-uid')).toBe(uid >= 1_900_000_000);
    expect(layers.includes('own-uid')).toBe(process.getuid?.() === 0);
    expect(layers.includes('namespaces')).toBe(seen.net !== readlinkSync('/proc/self/ns/net'));
    expect(layers).toEqual(expect.arrayContaining(['seccomp', 'no-new-privs']));
    expect(seen.status).toMatch(/^Seccomp:\t2$/m);
    expect(seen.status).toMatch(/^NoNewPrivs:\t1$/m);
    expect(seen.status).toMatch(/^CapEff:\t0{16}$/m);
    expect(seen.status).toMatch(/^CapBnd:\t0{16}$/m);
  });

  test('has no descriptor of whoever called us', () => {
    expect(seen.files.filter((file) => file.includes('secret') || file.includes('/locks/'))).toEqual([]);
  });
});
