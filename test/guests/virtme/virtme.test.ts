import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { latePort } from '../../../src/guests/late-port.ts';
import { type VngGuest, vngArgs } from '../../../src/guests/virtme/argv.ts';
import { vngFault } from '../../../src/guests/virtme/faults.ts';
import { findVng } from '../../../src/guests/virtme/find-vng.ts';
import { virtmeLane } from '../../../src/guests/virtme/lane.ts';
import { createHost } from '../../../src/host/create-host.ts';
import type { Target } from '../../../src/model/cell.ts';
import type { KernelFiles } from '../../../src/model/kernel.ts';
import { forRunner } from '../../../src/run/for-runner.ts';
import { fakeLane, PROFILE } from '../direct/fake-lane.ts';

const { signal } = new AbortController();
const GUEST: VngGuest = {
  ...{ run: '/k/boot/vmlinuz', settings: { extraArgs: ['--force-9p'] }, accel: 'tcg' as const, memoryMb: 512, cpus: 1 },
  ...{ root: '/r', socket: '/tmp/a,b/port', kernelArgs: ['lockdown=integrity'] },
};

test('the arguments of vng: the profile has the last word of those that it may set', () => {
  const args = vngArgs(GUEST);
  expect(args).toContain('--disable-kvm');
  expect(args).toContain('--root');
  expect(args.join(' ')).toContain('--append lockdown=integrity');
  expect(args.find((word) => word.startsWith('--qemu-opts='))).toContain('path=/tmp/a,,b/port');
  expect(args).toContain('--force-9p');
  const own = vngArgs({ ...GUEST, settings: { extraArgs: ['--memory=2G'] } });
  expect(own.indexOf('--memory=2G')).toBeGreaterThan(own.indexOf('--memory'));
  expect(vngArgs({ ...GUEST, accel: 'kvm' }).join(' ')).not.toMatch(/disable-kvm| -cpu /);
});

// Consoles as virtme-ng 1.42 and Debian's kernels wrote them.
const LINE = 'init=/bin/sh -- -c "/bin/mount -n -t 9p -o ro,version=9p2000.L virtme.guesttools /run/virtme/guesttools"';
const STUCK =
  'mount: mounting /dev/root on /newroot/ failed: No such device\nFailed to mount real root.  We are stuck.\n';

test.each([
  [`${LINE}\n${STUCK}[ 8.7] Kernel panic - not syncing: Attempted to kill init!`, 'the kernel has no 9p'],
  [STUCK, 'the kernel could not mount the root that vng offers by 9p'],
  ['virtme-run: initramfs is needed, and no busybox was found', 'install busybox-static'],
  ['/nix/x does not exist', 'correct virtme_ng.run'],
  ['vng: error: unrecognized arguments: --bogus', 'correct virtme_ng.extra_args'],
])('what %j means', (console, words) => {
  expect(vngFault(console)).toContain(words);
});

test('a panic after the root was there is no fault of vng', () => {
  expect(vngFault(`${LINE}\nvirtme-ng-init: basic initialization done\nKernel panic - not syncing: x`)).toBeUndefined();
  // Patterns go through what a guest may print without getting slow.
  const before = process.cpuUsage();
  vngFault('x '.repeat(500_000));
  expect(process.cpuUsage(before).user / 1e6).toBeLessThan(2);
});

test('a program that is not virtme-ng is not taken for it, and one that is missing is named', async () => {
  const host = createHost({ env: { PATH: '/usr/bin:/bin', BPFCOMPAT_VNG: '/bin/true' } });
  await expect(findVng(host, signal)).rejects.toMatchObject({ code: 'vng_missing' });
  const none = createHost({ env: { PATH: '/usr/bin:/bin', BPFCOMPAT_VNG: '/nonexistent/vng' } });
  await expect(findVng(none, signal)).rejects.toThrow('/nonexistent/vng (virtme-ng) is not installed');
  const relative = createHost({ env: { PATH: '/usr/bin:/bin', BPFCOMPAT_VNG: 'bin/vng' } });
  await expect(findVng(relative, signal)).rejects.toThrow(
    'BPFCOMPAT_VNG=bin/vng is a relative path; write it from / on',
  );
});

test('a port takes what is written before its other end is there', async () => {
  const host = createHost({ env: {} });
  await using dir = await host.files.tempDir('bpfcompat-late-port-');
  await using listener = await host.sockets.listen(join(dir.path, 'port'));
  const port = latePort(listener.peer);
  port.write('request');
  const peer = connect(join(dir.path, 'port'));
  const got = await new Promise<string>((resolve) => peer.once('data', (chunk) => resolve(String(chunk))));
  expect(got).toBe('request');
  const reply = new Promise<string>((resolve) => port.once('data', (chunk) => resolve(String(chunk))));
  peer.write('answer');
  expect(await reply).toBe('answer');
  const ended = new Promise((resolve) => port.once('end', resolve));
  peer.destroy();
  await ended;
  // An error that no one hears would end the whole run.
  const written = new Promise((resolve) => port.write('late', resolve));
  expect(await written).toBeInstanceOf(Error);
});

/** A lane whose vng is a script, and a kernel that is a file beside it. */
async function scriptedLane(dir: string, script: string) {
  const host = createHost({ env: { PATH: process.env['PATH'], HOME: '/home/of/the/user' } });
  const vng = join(dir, 'vng');
  await writeFile(vng, `#!/bin/sh\n${script}\n`);
  await chmod(vng, 0o755);
  const fake = await fakeLane(dir, 'good', host);
  const { kernel, validatorPath, cacheDir } = fake;
  const validator = { path: validatorPath, sha256: await host.files.sha256(validatorPath) };
  const sandbox = { layers: [], userNamespace: false };
  const qemu = { command: 'qemu', version: '7.2.22', build: 'x' };
  const tools = { x86_64: { validator, sandbox, qemu, accel: { accel: 'tcg', reason: 'test' } } } as const;
  const lane = virtmeLane({
    ...{ host, tools, cacheDir, isolation: 'cell', maxBytes: 1, onNote: () => {} },
    ...{ vng: { command: vng, version: '1.42' }, busybox: async () => Buffer.from('busybox') },
  });
  const image = join(dir, 'bzImage');
  await writeFile(image, 'kernel');
  const { record } = kernel;
  const vmlinuz = { sha256: await host.files.sha256(image), size: 6 };
  const own = (archive: string): KernelFiles => ({
    ...kernel,
    record: { ...record, vmlinuz, package: { ...record.package, archive } },
  });
  const profile = { ...PROFILE, runner: 'virtme-ng', virtme: { run: image, extraArgs: [] } } as const;
  const out = join(dir, 'logs');
  await mkdir(out);
  return { lane, profile, image, own, out };
}

test('a vng that ends with 255 and says why is reported as that, and leaves nothing', async () => {
  const host = createHost({ env: {} });
  await using dir = await host.files.tempDir('bpfcompat-virtme-test-');
  const { lane, profile, own, image, out } = await scriptedLane(
    dir.path,
    'echo "virtme-run: initramfs is needed, and no busybox was found" >&2\nexit 255',
  );
  expect(lane.unavailable(profile)).toBeUndefined();
  expect(lane.unavailable(PROFILE)).toContain('does not name a kernel for virtme-ng');
  const source = await lane.prepare(profile, own(image), signal);
  await expect(source.open({ signal, bootTimeoutMs: 20_000, dir: out })).rejects.toMatchObject({
    infraCause: 'system_failed',
    message: expect.stringContaining('install busybox-static'),
  });
  await source[Symbol.asyncDispose]();
});

test('guests have no configuration of the user, whose options would have the last word, and leave no files', async () => {
  const host = createHost({ env: {} });
  await using dir = await host.files.tempDir('bpfcompat-virtme-test-');
  const seen = join(dir.path, 'seen');
  const script = `{ echo "$HOME"; echo "$PYTHONUSERBASE"; mktemp; cat "$HOME/.config/virtme-ng/virtme-ng.conf"; } >${seen}\nexit 255`;
  const { lane, profile, own, image, out } = await scriptedLane(dir.path, script);
  await using source = await lane.prepare(profile, own(image), signal);
  await expect(source.open({ signal, bootTimeoutMs: 20_000, dir: out })).rejects.toThrow();
  const [home = '', base, left = '', ...conf] = (await readFile(seen, 'utf8')).trimEnd().split('\n');
  expect(base).toBe('/home/of/the/user/.local');
  expect(JSON.parse(conf.join(''))).toEqual({ default_opts: {} });
  expect(home).not.toContain('/home/of/the/user');
  for (const path of [home, left]) expect(await host.files.stat(path)).toBeUndefined();
  expect(left).toMatch(/^\//);
});

test('only the kernel that the record is of is booted, by a path that no shell reads as another', async () => {
  const host = createHost({ env: {} });
  await using dir = await host.files.tempDir('bpfcompat-virtme-test-');
  const { lane, profile, own, image } = await scriptedLane(dir.path, 'exit 255');
  // A kernel block of an archive vouches for that kernel, and virtme_ng.run may name any.
  await expect(lane.prepare(profile, own('debian'), signal)).rejects.toThrow('boots files of this machine');
  await using source = await lane.prepare({ ...profile, virtme: { run: '/other', extraArgs: [] } }, own(image), signal);
  expect(source.facts.argv?.join(' ')).toContain(`--run ${image}`);
  await writeFile(image, 'another kernel');
  await expect(lane.prepare(profile, own(image), signal)).rejects.toThrow('changed since it was looked at');
  for (const path of [
    '/a;touch b/k',
    '/a $(b)/k',
    '/a b/k',
    '/myarch/x86/boot/bzImage',
    '/arch/x86/boot/bzImage/arch/x86/boot/bzImage',
  ])
    await expect(lane.prepare(profile, own(path), signal)).rejects.toThrow('where it would be another one');
});

test('a guest that is given up before it started leaves no vng', async () => {
  const host = createHost({ env: {} });
  await using dir = await host.files.tempDir('bpfcompat-virtme-test-');
  const started = join(dir.path, 'started');
  const { lane, profile, own, image, out } = await scriptedLane(dir.path, `touch ${started}\nexec sleep 30`);
  await using source = await lane.prepare(profile, own(image), signal);
  const abort = new AbortController();
  const opening = source.open({ signal: abort.signal, bootTimeoutMs: 20_000, dir: out });
  abort.abort();
  await expect(opening).rejects.toMatchObject({ name: 'CancelledError' });
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(await host.files.stat(started)).toBeUndefined();
});

test('kernels of another runner are not run, and kernels of the user are by any', () => {
  const target = (profile: Target['profile']): Target => ({ profile, required: true, timeoutMs: 1 });
  const [other] = forRunner([target(PROFILE)], 'virtme-ng');
  expect(other?.profile.unserved).toContain('wants the runner vm');
  const own = { ...PROFILE, distro: 'local', kernel: { source: 'file', image: '/k/bzImage' } } as const;
  expect(forRunner([target(own)], 'virtme-ng')[0]?.profile).toMatchObject({
    ...{ runner: 'virtme-ng', virtme: { run: '/k/bzImage' } },
  });
  expect(forRunner([target(PROFILE)], 'vm')).toEqual([target(PROFILE)]);
});
