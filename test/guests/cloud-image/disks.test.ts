import { expect, test } from 'vitest';
import { diskArgv } from '../../../src/guests/cloud-image/argv.ts';
import { isoImage } from '../../../src/guests/cloud-image/iso9660.ts';
import { emptyOverlay } from '../../../src/guests/cloud-image/overlay.ts';
import { seedImage } from '../../../src/guests/cloud-image/seed.ts';

const MACHINE = { accel: 'tcg', memoryMb: 1024, cpus: 1, format: 'qcow2' } as const;

/** What a file system driver finds in the root directory, read as ECMA-119 says. */
function filesOf(image: Buffer): Map<string, Buffer> {
  const descriptor = image.subarray(16 * 2048);
  const root = descriptor.subarray(156);
  const start = root.readUInt32LE(2) * 2048;
  const found = new Map<string, Buffer>();
  for (let at = start; image[at] !== 0 && at < start + root.readUInt32LE(10); at += image[at] ?? 0) {
    expect(image.readUInt32LE(at + 2)).toBe(image.readUInt32BE(at + 6));
    const name = image.toString('latin1', at + 33, at + 33 + (image[at + 32] ?? 0));
    const data = image.readUInt32LE(at + 2) * 2048;
    if (name.length > 1) found.set(name, image.subarray(data, data + image.readUInt32LE(at + 10)));
  }
  return found;
}

test('a disk of files has its label and each file whole', () => {
  const big = Buffer.alloc(5000, 7);
  const image = isoImage('cidata', [
    { name: 'user-data', data: Buffer.from('hello') },
    { name: 'agent', data: big },
    { name: 'empty', data: Buffer.alloc(0) },
  ]);
  expect(image.toString('latin1', 16 * 2048 + 40, 16 * 2048 + 72).trimEnd()).toBe('cidata');
  expect(image.readUInt32LE(16 * 2048 + 80) * 2048).toBe(image.length);
  const files = filesOf(image);
  expect([...files.keys()]).toEqual(['AGENT;1', 'EMPTY;1', 'USER-DATA;1']);
  expect(files.get('AGENT;1')).toEqual(big);
  expect(files.get('USER-DATA;1')?.toString()).toBe('hello');
});

test('the seed is the same for the same validator, and holds it', () => {
  const validator = Buffer.from('a static program');
  const seed = seedImage(validator);
  expect(seedImage(validator)).toEqual(seed);
  expect(seedImage(Buffer.from('another one')).equals(seed)).toBe(false);
  const files = filesOf(seed);
  expect(files.get('AGENT;1')).toEqual(validator);
  expect(files.get('USER-DATA;1')?.toString()).toMatch(/^#cloud-config\n/);
  // What cloud-init leaves alone unless the disk is larger than its image.
  expect(files.get('USER-DATA;1')?.toString()).toContain('growpart: {mode: "off"}');
  expect(filesOf(seedImage(validator, true)).get('USER-DATA;1')?.toString()).not.toContain('growpart');
  // No key, no password: no one can log in.
  expect(files.get('USER-DATA;1')?.toString()).not.toMatch(/ssh_authorized_keys|password/);
  expect(files.get('META-DATA;1')?.toString()).toContain('instance-id: ');
});

test('an overlay has room for tables of large disks, and names no file', () => {
  for (const size of [1024 ** 2, 1024 ** 3, 64 * 1024 ** 3]) {
    const file = emptyOverlay(size);
    expect(file.readBigUInt64BE(24)).toBe(BigInt(size));
    expect(file.readUInt32BE(36)).toBe(Math.ceil(size / (512 * 1024 ** 2)));
    expect(file.readBigUInt64BE(8)).toBe(0n);
    expect(Number(file.readBigUInt64BE(40)) + 8 * file.readUInt32BE(36)).toBeLessThanOrEqual(file.length);
  }
});

test('QEMU is reported of every layer, and the network card leads nowhere', () => {
  const argv = diskArgv(MACHINE, { base: 'BASE', seed: 'SEED', overlay: 'OVERLAY' });
  const nodes = argv.filter((_, index) => argv[index - 1] === '-blockdev');
  expect(nodes).toEqual([
    'driver=file,node-name=base-file,filename=BASE,read-only=on',
    'driver=qcow2,node-name=base,file=base-file,read-only=on',
    'driver=file,node-name=root-file,filename=OVERLAY,cache.no-flush=on',
    'driver=qcow2,node-name=root,file=root-file,backing=base,discard=unmap',
    'driver=file,node-name=seed-file,filename=SEED,read-only=on',
    'driver=raw,node-name=seed,file=seed-file,read-only=on',
  ]);
  expect(argv).toContain('user,id=net,restrict=on,ipv6=off');
  expect(argv.join(' ')).not.toMatch(/hostfwd|guestfwd|-drive|-virtfs|-runas/);
  expect(argv).toContain('on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny');
});

test('a disk with packages is there for the boot that installs them, and read only', () => {
  const argv = diskArgv(MACHINE, { base: 'BASE', seed: 'SEED', overlay: 'OVERLAY', packages: 'PACKAGES' });
  expect(argv).toContain('driver=raw,node-name=packages,file=packages-file,read-only=on');
  expect(argv).toContain('virtio-blk-pci,drive=packages');
});

test('a boot from what a saved guest wrote waits for no state, and has its seed', () => {
  const argv = diskArgv(MACHINE, { base: 'BASE', seed: 'SEED', overlay: 'OVERLAY', saved: 'SAVED' });
  expect(argv).toContain('driver=qcow2,node-name=root,file=root-file,backing=saved,discard=unmap');
  expect(argv).toContain('driver=file,node-name=seed-file,filename=SEED,read-only=on');
  expect(argv).not.toContain('-incoming');
});

test('a restored guest reads what the saved one wrote, and waits for its state', () => {
  const ram = { path: 'RAM', use: 'own' } as const;
  const argv = diskArgv(MACHINE, { base: 'BASE', seed: { bytes: 4096 }, overlay: 'OVERLAY', saved: 'SAVED', ram });
  expect(argv).toContain('driver=qcow2,node-name=saved,file=saved-file,backing=base,read-only=on');
  expect(argv).toContain('driver=qcow2,node-name=root,file=root-file,backing=saved,discard=unmap');
  expect(argv).toContain('driver=null-co,node-name=seed,size=4096,read-zeroes=on,read-only=on');
  expect(argv.slice(-2)).toEqual(['-incoming', 'defer']);
});
