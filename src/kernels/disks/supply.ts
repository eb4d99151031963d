import { basename, dirname, join } from 'node:path';
import type { DownloadOptions, Host } from '../../host/host.ts';
import type { DiskImage, ImageSource } from '../../model/disk-image.ts';
import { HostError, throwIfCancelled } from '../../model/errors.ts';
import type { Profile } from '../../model/kernel.ts';
import { option, phrase } from '../../model/wording.ts';
import { asStoreError, outgrown, roomIn } from '../space.ts';
import { locateStore, lockIn, openStore, type Store } from '../store.ts';
import type { EnsureOptions } from '../supply.ts';
import { type ListedDigest, listedDigest } from './disk-checksums.ts';
import { DISK_HEAD_BYTES, diskFormat } from './disk-format.ts';
import { asDisk, type DiskRecord, diskKey, diskStamp, disksDir, readDisk, writeDisk } from './disk-record.ts';
import { packingOf, unpackDisk } from './unpack-disk.ts';

const MAX_DOWNLOAD = 16 * 1024 ** 3;
const PRIVATE_DIR = 0o700;
/** A QEMU with a uid of its own reads it. */
const READ_ONLY = 0o444;

export interface EnsuredDisk {
  readonly image: DiskImage;
  /** true: no byte came over the network. */
  readonly cached: boolean;
}

/**
 * The disk image that a profile names, checked and ready to boot: the file of this machine where it is there, else out
 * of the store or downloaded into it. Several processes may want the same one: it is downloaded once.
 * @throws HostError when it cannot be had (`mirror_unreachable`, `wrong_digest`, `image_refused`, `no_space`, ...);
 * CancelledError. Nothing half-made is used later.
 */
export async function ensureDisk(profile: Profile, options: EnsureOptions): Promise<EnsuredDisk> {
  const { host, signal } = options;
  const { id, image: source } = profile;
  if (source === undefined) throw new TypeError(`profile ${id} names no disk image`);
  if (source.notLocked !== undefined) throw new HostError('not_locked', source.notLocked);
  throwIfCancelled(signal);
  const store = locateStore(host);
  try {
    await openStore(host);
    if (source.path !== undefined && (await host.files.stat(source.path)) !== undefined) {
      return { image: await localDisk(host, store, source, source.path), cached: true };
    }
    if (source.url === undefined) {
      const alone = profile.unbootable === undefined ? '' : `. Without an image: ${profile.unbootable}`;
      throw new HostError(
        'image_missing',
        `${id}: there is no ${source.path}; put the image of the vendor there${alone}`,
      );
    }
    return await storedDisk(id, source, source.url, store, options);
  } catch (error) {
    throwIfCancelled(signal);
    throw asStoreError(error, store.root);
  }
}

/** A file that somebody put there. It is used where it lies; its digest is taken again when the file has changed. */
async function localDisk(host: Host, store: Store, source: ImageSource, path: string): Promise<DiskImage> {
  const stat = await host.files.stat(path);
  if (!stat?.isFile) throw new HostError('image_refused', `${path} is not a file; name a disk image (qcow2 or raw)`);
  const key = diskKey(source, path);
  const known = await readDisk(host, store, key);
  if (known !== undefined && known.stamp === diskStamp(stat)) {
    // What a lock says may be newer than the note.
    checkDigest(source, known.sha256, path);
    return asDisk(known, path, source.sha256 !== undefined);
  }
  const format = diskFormat(await host.files.readHead(path, DISK_HEAD_BYTES), stat.size, path);
  const sha256 = await host.files.sha256(path);
  checkDigest(source, sha256, path);
  const name = basename(path);
  const about = { name, from: path, fromSha256: sha256, sha256, size: stat.size, stamp: diskStamp(stat), ...format };
  const record: DiskRecord = { schema: 'bpfcompat_disk.v1', ...about };
  // Without a note the digest is taken again each time.
  await noteDisk(host, store, key, record).catch(() => {});
  return asDisk(record, path, source.sha256 !== undefined);
}

async function noteDisk(host: Host, store: Store, key: string, record: DiskRecord): Promise<void> {
  await host.files.makeDir(disksDir(store), PRIVATE_DIR);
  await writeDisk(host, store, key, record);
}

function checkDigest({ sha256: expected, lock }: ImageSource, found: string, what: string): void {
  if (expected === undefined || expected === found) return;
  if (lock !== undefined) {
    throw new HostError(
      'wrong_digest',
      phrase`${what} has the SHA-256 ${found}, and ${lock.origin} has ${expected}; nothing was used: ${lock.remedy}`,
    );
  }
  throw new HostError(
    'wrong_digest',
    `${what} has the SHA-256 ${found}, and the profile says ${expected}; nothing was used, correct image.sha256 or the file`,
  );
}

async function storedDisk(
  id: string,
  source: ImageSource,
  url: string,
  store: Store,
  options: EnsureOptions,
): Promise<EnsuredDisk> {
  const { host, signal, onNote = () => {} } = options;
  const key = diskKey(source, undefined);
  const waiting = (): void => onNote(`${id}: another bpfcompat downloads ${url}; waiting for it`);
  await using _lock = await lockDisk(host, store, key, signal, waiting);
  const known = await readDisk(host, store, key);
  const fits = source.lock === undefined || known?.fromSha256 === source.sha256;
  const whole = known && fits && (await wholeDisk(host, store, known)) ? known : undefined;
  const pinned = source.sha256 !== undefined;
  // A pinned image cannot be another one tomorrow.
  if (whole !== undefined && (pinned || options.refresh !== true || options.offline === true)) {
    return { image: asDisk(whole, blobOf(store, whole), pinned), cached: true };
  }
  if (options.offline === true) {
    throw new HostError(
      'image_not_stored',
      phrase`the image of ${id} is not stored and ${option('offline')} forbids fetching it; run once without it`,
    );
  }
  const record = await fetchDisk(source, url, store, key, whole, options);
  if (record === whole) return { image: asDisk(whole, blobOf(store, whole), pinned), cached: true };
  if (known !== undefined && known.fromSha256 !== record.fromSha256) {
    onNote(`${id}: ${url} is another image than before (sha256 ${record.fromSha256}, it was ${known.fromSha256})`);
  }
  return { image: asDisk(record, blobOf(store, record), pinned), cached: false };
}

function lockDisk(
  host: Host,
  store: Store,
  key: string,
  signal: AbortSignal | undefined,
  onWait: () => void,
): Promise<AsyncDisposable> {
  return lockIn(host, store, `disk-${key}`, signal, onWait);
}

function blobOf(store: Store, { sha256 }: Pick<DiskRecord, 'sha256'>): string {
  return join(disksDir(store), sha256);
}

/** Is the file the one that was noted? Read again only where the file system says that it was touched. */
async function wholeDisk(host: Host, store: Store, record: DiskRecord): Promise<boolean> {
  const path = blobOf(store, record);
  const stat = await host.files.stat(path);
  if (!stat?.isFile || stat.size !== record.size) return false;
  return diskStamp(stat) === record.stamp || (await host.files.sha256(path)) === record.sha256;
}

/** @throws HostError `no_space` before the disk is full, what `host.network.download` throws */
async function download(host: Host, url: string, to: string, options: Pick<DownloadOptions, 'signal' | 'onBytes'>) {
  const dir = dirname(to);
  const room = await roomIn(host, dir, MAX_DOWNLOAD, `downloading ${url}`);
  try {
    return await host.network.download(url, to, { ...options, maxBytes: room });
  } catch (error) {
    const isCut = error instanceof HostError && error.code === 'wrong_digest' && room < MAX_DOWNLOAD;
    throw isCut ? outgrown(dir, `downloading ${url}`) : error;
  }
}

/**
 * Downloads an image and puts it into the store.
 * @param whole what is stored of it; it is the result where the vendor's list still names it
 */
async function fetchDisk(
  source: ImageSource,
  url: string,
  store: Store,
  key: string,
  whole: DiskRecord | undefined,
  { host, signal, onProgress = () => {} }: EnsureOptions,
): Promise<DiskRecord> {
  const dir = disksDir(store);
  await host.files.makeDir(dir, PRIVATE_DIR);
  const name = new URL(url).pathname.split('/').at(-1) || 'image';
  // Under the lock: whatever lies here was left by a process that was killed.
  const part = join(dir, `${key}.part`);
  const plain = join(dir, `${key}.plain`);
  try {
    for (const left of [part, plain]) await host.files.remove(left);
    await using own = await host.files.tempDir('bpfcompat-sums-');
    const listed = await listedDigest(host, source, url, own.path, signal);
    if (whole !== undefined && listed?.algorithm === 'sha256' && listed.hex === whole.fromSha256) return whole;
    // What the list names is not what is wanted: hundreds of megabytes would only show the same.
    if (listed?.algorithm === 'sha256') checkDigest(source, listed.hex, url);
    const onBytes = (bytes: number, total: number): void => onProgress(name, bytes, total);
    const got = await download(host, url, part, { signal, onBytes });
    if (got.status !== 200) {
      const words = `${url} returned status ${got.status}; correct the address in the profile, or try again later`;
      throw new HostError(got.status === 404 ? 'package_not_found' : 'mirror_unreachable', words);
    }
    checkDigest(source, got.digest, url);
    if (listed !== undefined) await checkListed(host, source, listed, got.digest, part, url);
    const about = { name, from: url, fromSha256: got.digest, signer: listed?.signer };
    const record = await keepDisk(host, store, { part, plain, url, ...about }, signal);
    await writeDisk(host, store, key, record);
    return record;
  } finally {
    for (const left of [part, plain]) await host.files.remove(left);
  }
}

/** @throws HostError `wrong_digest` for another file than the list names */
async function checkListed(
  host: Host,
  { checksums }: ImageSource,
  { algorithm, hex }: ListedDigest,
  sha256: string,
  file: string,
  url: string,
): Promise<void> {
  const found = algorithm === 'sha256' ? sha256 : await host.files.digest(file, algorithm);
  if (found === hex) return;
  throw new HostError(
    'wrong_digest',
    `${url} has the ${algorithm} ${found}, and ${checksums} says ${hex}; nothing was used, try again later`,
  );
}

/** A downloaded file that is what it has to be: unpacks it where it is packed, looks at it, and names it by its digest. */
async function keepDisk(
  host: Host,
  store: Store,
  {
    part,
    plain,
    url,
    ...about
  }: Pick<DiskRecord, 'name' | 'from' | 'fromSha256' | 'signer'> & {
    readonly part: string;
    readonly plain: string;
    readonly url: string;
  },
  signal: AbortSignal | undefined,
): Promise<DiskRecord> {
  const tool = packingOf(await host.files.readHead(part, DISK_HEAD_BYTES));
  if (tool !== undefined) await unpackDisk(host, tool, part, plain, signal);
  const file = tool === undefined ? part : plain;
  const size = (await host.files.stat(file))?.size ?? 0;
  const format = diskFormat(await host.files.readHead(file, DISK_HEAD_BYTES), size, url);
  const sha256 = tool === undefined ? about.fromSha256 : await host.files.sha256(file);
  await host.files.setMode(file, READ_ONLY);
  const place = blobOf(store, { sha256 });
  await host.files.rename(file, place);
  const stat = await host.files.stat(place);
  if (stat === undefined) throw new HostError('store_failed', `${place} is gone; run again`);
  return { schema: 'bpfcompat_disk.v1', ...about, sha256, size, stamp: diskStamp(stat), ...format };
}
