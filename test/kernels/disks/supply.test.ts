import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { emptyOverlay } from '../../../src/guests/cloud-image/overlay.ts';
import { createHost } from '../../../src/host/create-host.ts';
import type { Host, TempDir } from '../../../src/host/host.ts';
import { ensureDisk } from '../../../src/kernels/disks/supply.ts';
import { pruneKernels } from '../../../src/kernels/inventory.ts';
import type { ImageSource } from '../../../src/model/disk-image.ts';
import { phrase } from '../../../src/model/wording.ts';
import { dropVendorKey, makeVendorKey, signFile } from '../../fakes/rpm-repository.ts';
import { PROFILE } from '../../guests/direct/fake-lane.ts';

const DISK = emptyOverlay(1024 ** 3);
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

let dir: TempDir;
let host: Host;
let server: Server;
let base: string;
let requests: string[];
/** What the server responds by path. */
let served: Record<string, Buffer>;

beforeEach(async () => {
  dir = await createHost({ env: {} }).files.tempDir('bpfcompat-disks-');
  host = createHost({ env: { PATH: process.env['PATH'], BPFCOMPAT_CACHE_DIR: join(dir.path, 'cache') } });
  requests = [];
  served = { '/disk.qcow2': DISK };
  server = createServer((request, response) => {
    requests.push(request.url ?? '');
    const bytes = served[request.url ?? ''];
    if (bytes === undefined) response.writeHead(404).end();
    else if (request.url === '/cut.qcow2')
      response.writeHead(200, { 'content-length': bytes.length * 2 }).end(bytes, () => response.destroy());
    else response.end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await dir[Symbol.asyncDispose]();
});

function ensure(
  image: Partial<ImageSource>,
  options: { offline?: boolean; refresh?: boolean } = {},
  notes: string[] = [],
) {
  const named: ImageSource = { url: undefined, path: undefined, sha256: undefined, ...image };
  const onNote = (message: string): void => void notes.push(message);
  return ensureDisk({ ...PROFILE, kernel: undefined, image: named }, { host, onNote, ...options });
}

const left = async (): Promise<string[]> => (await readdir(join(dir.path, 'cache', 'disks'))).toSorted();

test('a lock counts for an image that was noted before there was one', async () => {
  const path = join(dir.path, 'own.qcow2');
  await writeFile(path, DISK);
  const image = { path, url: `${base}/disk.qcow2` };
  const lock = { origin: 'bpfcompat.lock:3:1', remedy: phrase`lock it again` };
  expect((await ensure(image)).image.vouched).toBe('nobody');
  await expect(ensure({ ...image, sha256: '0'.repeat(64), lock })).rejects.toMatchObject({ code: 'wrong_digest' });
  expect((await ensure({ ...image, sha256: sha256(DISK), lock })).image.vouched).toBe('pin');
});

test('a pinned image is downloaded once, for all profiles and runs', async () => {
  const pinned = { url: `${base}/disk.qcow2`, sha256: sha256(DISK) };
  const [first, second] = await Promise.all([ensure(pinned), ensure(pinned)]);
  expect([first.cached, second.cached].toSorted()).toEqual([false, true]);
  expect(first.image).toMatchObject({
    format: 'qcow2',
    virtualSize: 1024 ** 3,
    sha256: sha256(DISK),
    name: 'disk.qcow2',
    vouched: 'pin',
  });
  expect(await readFile(first.image.path)).toEqual(DISK);
  expect(await ensure(pinned, { offline: true })).toMatchObject({ cached: true });
  expect(requests).toEqual(['/disk.qcow2']);
});

test('a stored image that was changed is downloaded again', async () => {
  const pinned = { url: `${base}/disk.qcow2`, sha256: sha256(DISK) };
  const { image } = await ensure(pinned);
  await host.files.setMode(image.path, 0o644);
  await writeFile(image.path, Buffer.alloc(DISK.length));
  expect(await ensure(pinned)).toMatchObject({ cached: false });
  expect(await readFile(image.path)).toEqual(DISK);
});

test('another digest than the pinned one: nothing is kept', async () => {
  await expect(ensure({ url: `${base}/disk.qcow2`, sha256: 'a'.repeat(64) })).rejects.toMatchObject({
    code: 'wrong_digest',
    message: expect.stringContaining(sha256(DISK)),
  });
  expect(await left()).toEqual([]);
});

test('a download that breaks off leaves nothing', async () => {
  served['/cut.qcow2'] = DISK;
  await expect(ensure({ url: `${base}/cut.qcow2` })).rejects.toMatchObject({ code: 'mirror_unreachable' });
  expect(await left()).toEqual([]);
});

test('an address with nothing behind it', async () => {
  await expect(ensure({ url: `${base}/none.qcow2` })).rejects.toMatchObject({ code: 'package_not_found' });
});

test('a packed image is unpacked; its pin is that of the packed file', async () => {
  const packed = gzipSync(DISK);
  served['/disk.qcow2.gz'] = packed;
  const { image } = await ensure({ url: `${base}/disk.qcow2.gz`, sha256: sha256(packed) });
  expect(image).toMatchObject({ sha256: sha256(DISK), fromSha256: sha256(packed), format: 'qcow2' });
  expect((await stat(image.path)).mode & 0o777).toBe(0o444);
  served['/broken.gz'] = packed.subarray(0, packed.length / 2);
  await expect(ensure({ url: `${base}/broken.gz` })).rejects.toMatchObject({ code: 'bad_package' });
});

test('an image that would fill the disk is given up before it does', async () => {
  const FLOOR = 512 * 1024 ** 2;
  const withRoom = (bytes: number): void => {
    const { files } = host;
    host = { ...host, files: { ...files, freeBytes: async () => FLOOR + bytes } };
  };
  served['/disk.qcow2.gz'] = gzipSync(DISK);
  withRoom(DISK.length - 1);
  await expect(ensure({ url: `${base}/disk.qcow2.gz` })).rejects.toMatchObject({
    code: 'no_space',
    message: expect.stringMatching(/^unpacking .* would fill the disk of /),
  });
  await expect(ensure({ url: `${base}/disk.qcow2` })).rejects.toMatchObject({
    code: 'no_space',
    message: expect.stringMatching(/^downloading .* would fill the disk of /),
  });
  withRoom(0);
  await expect(ensure({ url: `${base}/disk.qcow2` })).rejects.toMatchObject({ code: 'no_space' });
  expect(await left()).toEqual([]);
});

test('an image with a backing file is not stored', async () => {
  const hostile = Buffer.from(DISK);
  hostile.writeBigUInt64BE(512n, 8);
  hostile.writeUInt32BE(11, 16);
  served['/hostile.qcow2'] = hostile;
  await expect(ensure({ url: `${base}/hostile.qcow2` })).rejects.toMatchObject({ code: 'image_refused' });
  expect(await left()).toEqual([]);
});

test('an address without a pin: used as it is, and a changed image is reported', async () => {
  const open = { url: `${base}/disk.qcow2` };
  expect((await ensure(open)).image.vouched).toBe('nobody');
  expect((await ensure(open)).cached).toBe(true);
  served['/disk.qcow2'] = emptyOverlay(2 * 1024 ** 3);
  const notes: string[] = [];
  const fresh = await ensure(open, { refresh: true }, notes);
  expect(fresh.image.virtualSize).toBe(2 * 1024 ** 3);
  expect(notes.join()).toContain('is another image than before');
});

test('offline, and not stored', async () => {
  await expect(ensure({ url: `${base}/disk.qcow2` }, { offline: true })).rejects.toMatchObject({
    code: 'image_not_stored',
  });
  expect(requests).toEqual([]);
});

test('a file of this machine comes first, and is used where it lies', async () => {
  const path = join(dir.path, 'own.qcow2');
  await writeFile(path, DISK);
  const { image } = await ensure({ url: `${base}/disk.qcow2`, path });
  expect(image).toMatchObject({ path, sha256: sha256(DISK), vouched: 'nobody', from: path });
  await expect(ensure({ path, sha256: 'b'.repeat(64) })).rejects.toMatchObject({ code: 'wrong_digest' });
  const other = emptyOverlay(4 * 1024 ** 3);
  await writeFile(path, other);
  expect((await ensure({ path })).image.sha256).toBe(sha256(other));
  expect(requests).toEqual([]);
});

test('a file that is not there, and a directory', async () => {
  await expect(ensure({ path: join(dir.path, 'none.qcow2') })).rejects.toMatchObject({ code: 'image_missing' });
  await mkdir(join(dir.path, 'directory'));
  await expect(ensure({ path: join(dir.path, 'directory') })).rejects.toMatchObject({ code: 'image_refused' });
});

test('an image that another followed goes when it is old, and all go when everything does', async () => {
  const moving = { url: `${base}/disk.qcow2` };
  const old = (await ensure(moving)).image;
  served['/disk.qcow2'] = emptyOverlay(2 * 1024 ** 3);
  const newer = (await ensure(moving, { refresh: true })).image;
  // Another process may be about to note it.
  expect(await pruneKernels(host)).toMatchObject({ removedBlobs: 0 });
  await utimes(old.path, 0, 0);
  await utimes(newer.path, 0, 0);
  expect(await pruneKernels(host)).toMatchObject({ removedBlobs: 1, freedBytes: DISK.length });
  expect(await readdir(join(dir.path, 'cache', 'disks'))).toContain(newer.sha256);
  expect(await pruneKernels(host, { all: true })).toMatchObject({ removedBlobs: 1 });
  expect(await left()).toEqual([]);
  expect(await ensure(moving)).toMatchObject({ cached: false });
});

describe('the list of the vendor', () => {
  const list = (bytes: Uint8Array): Buffer =>
    Buffer.from(`${sha256(bytes)} *disk.qcow2\n${'0'.repeat(64)}  other.img\n`);
  const named = () => ({ url: `${base}/disk.qcow2`, checksums: `${base}/SHA256SUMS` });

  test('has the digest of what came', async () => {
    served['/SHA256SUMS'] = list(DISK);
    expect((await ensure(named())).image).toMatchObject({ sha256: sha256(DISK), vouched: 'nobody' });
    served['/CHECKSUM'] = Buffer.from(`# disk.qcow2: 1 bytes\nSHA256 (disk.qcow2) = ${sha256(DISK)}\n`);
    expect(await ensure({ ...named(), checksums: `${base}/CHECKSUM` })).toMatchObject({ cached: false });
    const sha512 = createHash('sha512').update(DISK).digest('hex');
    served['/SHA512SUMS'] = Buffer.from(`${sha512}  disk.qcow2\n`);
    expect(await ensure({ ...named(), checksums: `${base}/SHA512SUMS` })).toMatchObject({ cached: false });
  });

  test('with another digest: nothing is kept', async () => {
    served['/SHA256SUMS'] = list(Buffer.from('another'));
    await expect(ensure(named())).rejects.toMatchObject({
      code: 'wrong_digest',
      message: expect.stringContaining(`${base}/SHA256SUMS says ${sha256(Buffer.from('another'))}`),
    });
    expect(await left()).toEqual([]);
  });

  test('that lacks the image, or that is not there', async () => {
    served['/SHA256SUMS'] = Buffer.from(`${'0'.repeat(64)}  other.img\n`);
    await expect(ensure(named())).rejects.toMatchObject({ code: 'package_not_found' });
    await expect(ensure({ ...named(), checksums: `${base}/nowhere` })).rejects.toThrow(/nowhere returned status 404/);
    expect(requests).not.toContain('/disk.qcow2');
  });

  test('that has not changed spares a download, and one that has is reported', async () => {
    served['/SHA256SUMS'] = list(DISK);
    await ensure(named());
    expect(await ensure(named(), { refresh: true })).toMatchObject({ cached: true });
    expect(requests.filter((path) => path === '/disk.qcow2')).toHaveLength(1);
    const newer = emptyOverlay(2 * 1024 ** 3);
    Object.assign(served, { '/disk.qcow2': newer, '/SHA256SUMS': list(newer) });
    const notes: string[] = [];
    expect(await ensure(named(), { refresh: true }, notes)).toMatchObject({ cached: false });
    expect(notes.join()).toContain('is another image than before');
  });

  test('vouches where it is signed by who may, and for nothing where it is not', async () => {
    const key = makeVendorKey(dir.path);
    onTestFinished(() => dropVendorKey(key));
    const file = join(dir.path, 'SHA256SUMS');
    await writeFile(file, list(DISK));
    signFile(file, key);
    served['/SHA256SUMS'] = list(DISK);
    served['/SHA256SUMS.gpg'] = await readFile(`${file}.asc`);
    const signed = { ...named(), signature: `${base}/SHA256SUMS.gpg`, gpgkey: [key.file] };
    expect((await ensure(signed)).image).toMatchObject({ vouched: 'signature' });
    expect((await ensure(signed, { offline: true })).image).toMatchObject({ vouched: 'signature' });
    served['/SHA256SUMS'] = list(Buffer.from('another'));
    await expect(ensure(signed, { refresh: true })).rejects.toMatchObject({ code: 'bad_signature' });
  });
});
