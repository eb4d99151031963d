import {
  chmodSync,
  constants,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as turn } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { sendAll } from '../../../src/guests/firecracker/api.ts';
import { findFirecracker } from '../../../src/guests/firecracker/find-firecracker.ts';
import { enterJail } from '../../../src/guests/firecracker/jail.ts';
import { type MicroVmSpec, openVm } from '../../../src/guests/firecracker/microvm.ts';
import { tryFirecracker } from '../../../src/guests/firecracker/probe.ts';
import {
  type ApiRequest,
  bootRequests,
  logRequests,
  type MicroVm,
  restoreRequests,
  saveRequests,
} from '../../../src/guests/firecracker/requests.ts';
import { startVmm, type Vmm } from '../../../src/guests/firecracker/vmm.ts';
import { detectSandbox } from '../../../src/guests/qemu/sandbox.ts';
import { encodeLine, WINDOW } from '../../../src/guests/serial-port.ts';
import { createHost } from '../../../src/host/create-host.ts';
import { CancelledError } from '../../../src/model/errors.ts';
import { eventually } from '../../fixtures/eventually.ts';

const FAKES = join(import.meta.dirname, '../../fakes/firecracker');
const { faultOf } = (await import(join(FAKES, 'description.mjs'))) as {
  faultOf: (method: string, target: string, body: unknown, started: boolean) => string | undefined;
};
const scratch = mkdtempSync(join(tmpdir(), 'firecracker-test-'));
afterAll(() => rmSync(scratch, { recursive: true }));
const { signal } = new AbortController();

/** The stand-in under a name of its own, with a fault. */
function standIn(fault: string): string {
  const dir = mkdtempSync(join(scratch, 'bin-'));
  const path = join(dir, 'firecracker');
  writeFileSync(path, `#!/bin/sh\nexec env BPFCOMPAT_STANDIN_FAULT=${fault} ${join(FAKES, 'firecracker.mjs')} "$@"\n`);
  chmodSync(path, 0o755);
  return path;
}

/**
 * A program that takes every request but the one that starts the guest, for which it does something else, and one for a
 * log after that.
 */
function program(start: string): string {
  const path = join(mkdtempSync(join(scratch, 'bin-')), 'firecracker');
  const text = `#!${process.execPath}
if (process.argv[2] === '--version') { console.log('Firecracker v1.17.0'); process.exit(0); }
let started = false;
require('node:http').createServer((request, response) => {
  if (request.url === '/actions') { started = true; ${start} }
  else response.writeHead(started && request.url === '/logger' ? 400 : 204).end();
}).listen(process.argv[process.argv.indexOf('--api-sock') + 1]);
`;
  writeFileSync(path, text, { mode: 0o755 });
  return path;
}

const hostWith = (env: Record<string, string>) => createHost({ env: { PATH: process.env['PATH'], ...env } });

const VM: MicroVm = {
  ...{ memoryMb: 512, cpus: 2, kernel: '/k/vmlinux', initrd: '/i', kernelArgs: ['console=ttyS0', 'pci=off'] },
  disk: '/d.ext4',
};
const FILES = { state: '/s', memory: '/m' };

describe('requests', () => {
  const sequences: [string, readonly ApiRequest[], boolean][] = [
    ['of a log', logRequests('log'), false],
    ['of a guest', bootRequests(VM), false],
    ['of one without initramfs and disk', bootRequests({ ...VM, initrd: undefined, disk: undefined }), false],
    ['that save', saveRequests(FILES), true],
    ['that restore', restoreRequests(FILES), false],
  ];
  it.each(sequences)('%s are as the published description has them', (_name, requests, started) => {
    expect(requests.length).toBeGreaterThan(0);
    for (const { method, target, body } of requests)
      expect([target, faultOf(method, target, body, started)]).toEqual([target, undefined]);
  });

  it('that the description does not have are rejected, so that a slip of ours shows', () => {
    const put = (target: string, body: object, started = false) => faultOf('PUT', target, body, started);
    expect(put('/machine-config', { vcpu_count: 1 })).toContain('missing field `mem_size_mib`');
    expect(put('/machine-config', { vcpu_count: 33, mem_size_mib: 1 })).toContain('invalid value for `vcpu_count`');
    expect(put('/boot-source', { kernel_image_path: 'k', kernel: 'k' })).toContain('unknown field `kernel`');
    expect(put('/machine', {})).toContain('Invalid request method and/or path');
    expect(put('/boot-source', { kernel_image_path: 'k' }, true)).toContain('after starting the microVM');
    expect(put('/snapshot/create', { mem_file_path: 'm', snapshot_path: 's' })).toContain('before starting');
  });

  it('say what a guest is made of', () => {
    expect(bootRequests(VM).map(({ target }) => target)).toEqual([
      '/machine-config',
      '/boot-source',
      '/drives/rootfs',
      '/actions',
    ]);
    expect(bootRequests(VM)[1]?.body).toEqual({
      ...{ kernel_image_path: '/k/vmlinux', initrd_path: '/i', boot_args: 'console=ttyS0 pci=off' },
    });
  });
});

describe('Firecracker on this machine', () => {
  it('is found by its version, and what is missing is named', async () => {
    const host = hostWith({ BPFCOMPAT_FIRECRACKER_BIN: standIn('') });
    expect(await findFirecracker(host, signal)).toMatchObject({ version: '1.17.0-standin' });
    for (const [name, words] of [
      [
        '/nonexistent/firecracker',
        /\/nonexistent\/firecracker \(Firecracker\) is not installed; .*BPFCOMPAT_FIRECRACKER_BIN/,
      ],
      ['no-such-program-of-ours', /no-such-program-of-ours \(Firecracker\) is not installed/],
      ['bin/firecracker', /BPFCOMPAT_FIRECRACKER_BIN=bin\/firecracker is a relative path; write it from \/ on/],
      ['/bin/true', /\/bin\/true --version does not say which Firecracker it is/],
    ] as const) {
      const wrong = findFirecracker(hostWith({ BPFCOMPAT_FIRECRACKER_BIN: name }), signal);
      await expect(wrong).rejects.toMatchObject({ code: 'firecracker_missing', message: expect.stringMatching(words) });
    }
  });

  it('counts where a guest ran in it', async () => {
    const host = hostWith({ BPFCOMPAT_FIRECRACKER_BIN: standIn('') });
    const sandbox = await detectSandbox(host, signal);
    await tryFirecracker(host, await findFirecracker(host, signal), sandbox, signal);
  });

  it.each([
    ['no-kvm', /runs no guest here \(Firecracker rejects PUT \/actions: .*Error creating KVM object.*\); /],
    ['dies', /runs no guest here \(Firecracker does not respond: .*\); /],
    ['hangs', /runs no guest here \(a guest printed nothing within 10 s\); /],
  ])('does not count where it %s', async (fault, words) => {
    const host = hostWith({ BPFCOMPAT_FIRECRACKER_BIN: standIn(fault) });
    const sandbox = await detectSandbox(host, signal);
    const tried = tryFirecracker(host, await findFirecracker(host, signal), sandbox, signal);
    await expect(tried).rejects.toMatchObject({ code: 'kvm_unusable', message: expect.stringMatching(words) });
  });

  it.each([
    [
      'is done before its start was confirmed',
      `request.socket.destroy();
       setTimeout(() => { process.stdout.write('bpfcompat probe 42\\r\\n'); process.exit(0); }, 50)`,
      undefined,
    ],
    ['prints what is no text', `process.stdout.write(Buffer.from([0xff])); process.exit(1)`, /runs no guest here/],
  ])('may run a guest that %s', async (_name, start, words) => {
    const host = hostWith({ BPFCOMPAT_FIRECRACKER_BIN: program(start) });
    const sandbox = await detectSandbox(host, signal);
    const tried = tryFirecracker(host, await findFirecracker(host, signal), sandbox, signal);
    await (words === undefined ? tried : expect(tried).rejects.toThrow(words));
  });

  it('whose socket would have too long a path says what to do', async () => {
    const host = hostWith({ BPFCOMPAT_FIRECRACKER_BIN: standIn('') });
    const sandbox = await detectSandbox(host, signal);
    const firecracker = await findFirecracker(host, signal);
    const before = process.env['TMPDIR'];
    const long = join(scratch, 'x'.repeat(100));
    mkdirSync(long);
    process.env['TMPDIR'] = long;
    try {
      const tried = tryFirecracker(host, firecracker, sandbox, signal);
      await expect(tried).rejects.toThrow(/bytes, of at most 107 .*; name a directory with a shorter path in TMPDIR/);
      expect(readdirSync(long)).toEqual([]);
    } finally {
      if (before === undefined) delete process.env['TMPDIR'];
      else process.env['TMPDIR'] = before;
    }
  });

  it('that hangs is ended when nobody waits for it any more', async () => {
    const host = hostWith({ BPFCOMPAT_FIRECRACKER_BIN: program('void 0') });
    const sandbox = await detectSandbox(host, signal);
    const firecracker = await findFirecracker(host, signal);
    const stop = new AbortController();
    const tried = tryFirecracker(host, firecracker, sandbox, stop.signal);
    setTimeout(() => stop.abort(), 1000);
    await expect(tried).rejects.toBeInstanceOf(CancelledError);
  });

  it('that ended is not waited for', async () => {
    const started = performance.now();
    await expect(sendAll(hostWith({}), join(scratch, 'none'), [], () => false)).rejects.toThrow('does not respond');
    expect(performance.now() - started).toBeLessThan(2000);
  });
});

/** A program whose guest says hello, and what opens it. */
async function helloSpec(): Promise<MicroVmSpec> {
  const hello = {
    ...{ protocol: 2, validator: { version: 'fake', libbpf: 'fake' }, facts: {}, problems: [], ready_us: 1 },
    ...{ kernel: { release: '6.1.0-test', version: '#1', machine: 'x86_64' }, btf: { vmlinux: true, size: 1 } },
  };
  const payload = Buffer.from(JSON.stringify(hello));
  const header = Buffer.from('42504643020100000000000000000000', 'hex');
  header.writeUInt32LE(payload.length, 12);
  const said = encodeLine(Buffer.concat([header, payload])).toString('hex');
  const start = `response.writeHead(204).end(); process.stdout.write(Buffer.from('${said}', 'hex'))`;
  const command = program(start);
  const host = hostWith({ BPFCOMPAT_FIRECRACKER_BIN: command });
  const tools = { sandbox: await detectSandbox(host, signal) } as MicroVmSpec['tools'];
  const firecracker = { command, version: '1.17.0' };
  return { ...{ host, firecracker, tools, release: '6.1.0-test' }, vm: { ...VM, disk: undefined } };
}

it('leaves nothing behind where its logs cannot be written', async () => {
  const left = () =>
    readdirSync(tmpdir()).filter((name) => /^bpfcompat-fc-/.test(name) && name.includes(`-${process.pid}-`));
  const guest = await openVm(await helloSpec(), { dir: join(scratch, 'no directory'), signal, bootTimeoutMs: 10_000 });
  expect(left()).toHaveLength(1);
  await expect(guest[Symbol.asyncDispose]()).rejects.toThrow('cannot write the logs');
  expect(left()).toEqual([]);
});

it('what is printed byte by byte, without waiting for anyone, comes through', async () => {
  const bytes = 2 * WINDOW;
  const host = hostWith({
    BPFCOMPAT_FIRECRACKER_BIN: program(`
      const line = require('node:fs').openSync('/proc/self/fd/1', ${constants.O_WRONLY | constants.O_NONBLOCK});
      setTimeout(() => {
        for (let at = 0; at < ${bytes}; at++) require('node:fs').writeSync(line, 'x');
        process.exit(3);
      }, 900);`),
  });
  const firecracker = await findFirecracker(host, signal);
  await using vmm = await startVmm(host, { firecracker, sandbox: await detectSandbox(host, signal) });
  const sent = vmm.send([{ method: 'PUT', target: '/actions', body: {} }]).catch(() => {});
  await turn(500);
  // Nobody reads for a while.
  for (const until = performance.now() + 1000; performance.now() < until; );
  await sent;
  expect(await vmm.machine.ended).toMatchObject({ kind: 'exit', exitCode: 3 });
  expect(vmm.machine.console.text()).toBe('x'.repeat(bytes));
});

it.each([
  ['its log', `require('node:fs').writeFileSync('log', 'a warning')`, 'a warning'],
  [
    'the first 64 KiB of its log, and no more lies on the disk',
    `const log = require('node:fs').openSync('log', ${constants.O_WRONLY | constants.O_NONBLOCK});
     for (let at = 0, left = 4 * 2 ** 20; left > 0; ) {
       try { left -= require('node:fs').writeSync(log, 'x'.repeat(4096)); } catch (error) { if (error.code !== 'EAGAIN') throw error; }
     }`,
    'x'.repeat(65_536),
  ],
  ['nothing, where it is gone', `require('node:fs').rmSync('line.log')`, ''],
  [
    'no file of this machine that a link stands for',
    `require('node:fs').rmSync('line.log'); require('node:fs').symlinkSync('/etc/passwd', 'line.log')`,
    '',
  ],
])('of a microVM is kept: %s', async (_name, start, words) => {
  const host = hostWith({ BPFCOMPAT_FIRECRACKER_BIN: program(`${start}; response.writeHead(204).end()`) });
  const firecracker = await findFirecracker(host, signal);
  await using vmm = await startVmm(host, { firecracker, sandbox: await detectSandbox(host, signal) });
  await vmm.send([{ method: 'PUT', target: '/actions', body: {} }]);
  await eventually(async () => expect(await vmm.log()).toBe(words));
  await vmm.machine.stop();
  expect(await vmm.log()).toBe(words);
  const { outside } = vmm.own('');
  const sizes = readdirSync(outside).map((name) => statSync(join(outside, name)).size);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(65_536);
});

it('a guest that runs can be saved', async () => {
  const spec = await helloSpec();
  const onUp = (vmm: Vmm): Promise<void> => vmm.send(saveRequests(FILES));
  await using _guest = await openVm(spec, { dir: scratch, signal, bootTimeoutMs: 10_000 }, { onUp });
});

it('a jail is a root directory with a uid of its own', async () => {
  // `chown` of a user that is not root, as a program that says what it was given.
  const dir = mkdtempSync(join(scratch, 'jail-'));
  const bin = join(dir, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'chown'), `#!/bin/sh\necho "$@" >>${dir}/owned\n`, { mode: 0o755 });
  const host = hostWith({ PATH: `${bin}:${process.env['PATH']}` });
  const firecracker = { command: '/opt/firecracker', version: '1.17.0', jailer: '/opt/jailer' };
  const jail = await enterJail(host, dir, firecracker);
  const words = jail.command.join(' ');
  expect(words).toMatch(
    /^\/opt\/jailer --id [0-9a-f]{16} --exec-file \/opt\/firecracker --uid (\d+) --gid \1 --chroot-base-dir \S+ -- --api-sock api$/,
  );
  const [, id, uid] = /--id (\w+) .* --uid (\d+)/.exec(words) ?? [];
  expect(jail.root).toBe(join(dir, 'firecracker', id ?? '', 'root'));
  writeFileSync(join(dir, 'file'), 'bytes');
  expect(await jail.take(join(dir, 'file'), 'vmlinux')).toBe('vmlinux');
  expect(readFileSync(join(jail.root, 'vmlinux'), 'utf8')).toBe('bytes');
  expect(readFileSync(join(dir, 'owned'), 'utf8')).toBe(`${uid}:${uid} -- ${jail.root}\n`);
});
