import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { cloudImageLane } from '../../../src/guests/cloud-image/lane.ts';
import { emptyOverlay } from '../../../src/guests/cloud-image/overlay.ts';
import { GuestError, type ImageLane } from '../../../src/guests/guest.ts';
import { detectSandbox, withoutOwnUid } from '../../../src/guests/qemu/sandbox.ts';
import { createHost } from '../../../src/host/create-host.ts';
import type { TempDir } from '../../../src/host/host.ts';
import type { DiskImage } from '../../../src/model/disk-image.ts';
import type { Profile } from '../../../src/model/kernel.ts';
import { fakePath, PROFILE } from '../direct/fake-lane.ts';
import { processesWith } from '../processes.ts';

const IMAGE: Profile['image'] = { url: 'https://mirror.example/disk.qcow2', path: undefined, sha256: undefined };
const WITH_IMAGE: Profile = { ...PROFILE, kernel: undefined, image: IMAGE };

let dir: TempDir;
let disk: DiskImage;

beforeEach(async () => {
  dir = await createHost({ env: {} }).files.tempDir('bpfcompat-image-lane-');
  const path = join(dir.path, 'disk.qcow2');
  await writeFile(path, emptyOverlay(1024 ** 3));
  const digests = { sha256: '1'.repeat(64), fromSha256: '1'.repeat(64) };
  disk = {
    path,
    size: 1,
    name: 'disk.qcow2',
    from: path,
    vouched: 'pin',
    format: 'qcow2',
    virtualSize: 1024 ** 3,
    ...digests,
  };
});
afterEach(() => dir[Symbol.asyncDispose]());

async function laneOf(fake: string): Promise<ImageLane> {
  const host = createHost({ env: { PATH: process.env['PATH'] } });
  const validator = join(dir.path, 'validator');
  await writeFile(validator, 'validator');
  return cloudImageLane({
    isolation: 'cell',
    maxBytes: 1e9,
    onNote: () => {},
    host,
    cacheDir: join(dir.path, 'cache'),
    tools: {
      x86_64: {
        validator: { path: validator, sha256: createHash('sha256').update('validator').digest('hex') },
        qemu: { command: fakePath(fake), version: '7.2.0', build: 'fake' },
        sandbox: withoutOwnUid(await detectSandbox(host, new AbortController().signal)),
        accel: { accel: 'tcg', reason: 'test' },
      },
    },
  });
}

/** The first boot with a fake QEMU, which fails. */
async function failureOf(fake: string): Promise<GuestError> {
  const out = join(dir.path, 'out');
  await mkdir(out);
  const lane = await laneOf(fake);
  const error = await lane.prepareImage(WITH_IMAGE, disk, { signal: new AbortController().signal, dir: out }).then(
    () => expect.fail(`${fake} came up`),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(GuestError);
  await expect.poll(() => processesWith((words) => words.includes(fakePath(fake))), { timeout: 3000 }).toEqual([]);
  // Nothing is kept of a system that did not come up.
  expect(await readdir(join(dir.path, 'cache', 'templates'))).toEqual([]);
  return error as GuestError;
}

test('a system in emergency mode is reported at once, with what it printed', async () => {
  const error = await failureOf('emergency-mode');
  expect(error.infraCause).toBe('system_failed');
  expect(error.message).toContain('the system went into emergency mode');
  expect(error.consoleTail).toContain('journalctl -xb');
  expect(await readFile(join(dir.path, 'out', 'serial.log'), 'utf8')).toContain('You are in emergency mode');
});

test('a panic', async () => {
  const panic = await failureOf('panics-and-stays');
  expect([panic.infraCause, panic.message]).toEqual(['guest_crash', expect.stringContaining('kernel panicked')]);
});

test('a QEMU that cannot start', async () => {
  const early = await failureOf('dies-early');
  expect([early.infraCause, early.message]).toEqual(['qemu_failed', expect.stringContaining('Permission denied')]);
});

describe('a kernel to install', () => {
  beforeEach(async () => {
    const path = join(dir.path, 'kernel.deb');
    await writeFile(path, 'a package');
    const packages = [{ path, name: 'linux-image', sha256: '2'.repeat(64), format: 'deb' as const }];
    disk = { ...disk, kernel: { release: '6.8.0-1-test', packages } };
  });

  test('that is rejected is reported with the words of the system', async () => {
    const error = await failureOf('cannot-install');
    expect(error.infraCause).toBe('system_failed');
    expect(error.message).toMatch(
      /^kernel 6\.8\.0-1-test: the kernel could not be installed: dpkg: dependency problems/,
    );
    expect(await readFile(join(dir.path, 'out', 'install.log'), 'utf8')).toContain('Welcome to Debian');
  });

  test('is installed before the boot that is saved', async () => {
    const error = await failureOf('installs');
    expect(error.message).toContain('booted from its disk');
  });

  test('of a system that ends without a word', async () => {
    const error = await failureOf('dies-early');
    expect(error.infraCause).toBe('qemu_failed');
  });
});

test('what the lane cannot boot it says before anything is downloaded', async () => {
  const lane = await laneOf('hangs');
  expect(lane.unavailable(WITH_IMAGE)).toBeUndefined();
  expect(lane.unavailable(PROFILE)).toContain('does not name a disk image');
  expect(lane.unavailable({ ...WITH_IMAGE, arch: 'aarch64' })).toContain('aarch64');
  for (const distro of ['talos', 'bottlerocket'])
    expect(lane.unavailable({ ...WITH_IMAGE, distro })).toContain(
      `images of ${distro} run neither cloud-init nor Ignition`,
    );
  for (const distro of ['fedora-coreos', 'rhcos', 'flatcar'])
    expect(lane.unavailable({ ...WITH_IMAGE, distro })).toBeUndefined();
});
