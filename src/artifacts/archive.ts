import { basename, dirname } from 'node:path';
import { hasElfMagic } from '../elf/elf-file.ts';
import type { Host } from '../host/host.ts';
import { readTar, type TarEntry } from '../kernels/image/tar.ts';
import { type Packing, unpacked } from '../kernels/sources/rpm/chunks.ts';
import { type CpioEntry, readCpio } from '../kernels/sources/rpm/cpio.ts';
import { packingOf } from '../kernels/sources/rpm/payload.ts';
import { readPackage } from '../kernels/sources/rpm/read-package.ts';
import { outgrown, roomIn } from '../kernels/space.ts';
import { type Collector, isNamedObject } from './collect.ts';
import { HEAD_BYTES, isTar } from './kind.ts';
import { LIMITS, rejectLarge } from './limits.ts';
import { createLinkCheck, type EntryCheck } from './links.ts';
import { nameBounds, plainName } from './name-bounds.ts';
import { rejectLayer } from './reject-layer.ts';

/** The same bytes, which end with an error beyond the bound: what packs that well is made to fill disks or time. */
async function* bounded(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let total = 0;
  for await (const chunk of chunks) {
    total += chunk.length;
    if (total > LIMITS.unpackedBytes) rejectLarge(`it unpacks to more than ${LIMITS.unpackedBytes / 2 ** 30} GiB`);
    yield chunk;
  }
}

/** Takes the first bytes off a stream, and gives them back with the rest. */
async function peeked(
  chunks: AsyncIterable<Buffer>,
  bytes: number,
): Promise<{ head: Buffer; all: AsyncGenerator<Buffer> }> {
  const iterator = chunks[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  while (head.length < bytes) {
    const { done, value } = await iterator.next();
    if (done === true) break;
    head = Buffer.concat([head, value]);
  }
  async function* all(): AsyncGenerator<Buffer> {
    try {
      yield head;
      for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value;
    } finally {
      await iterator.return?.();
    }
  }
  return { head, all: all() };
}

async function whole(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of chunks) {
    size += part.length;
    if (size > LIMITS.fileBytes) rejectLarge(`it unpacks to more than ${LIMITS.fileBytes >> 20} MiB`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** What an archive may turn out to be: an image, whose files are layers. */
export type ImageKind = 'oci' | 'docker';

const IMAGE_MARKS: Readonly<Record<string, ImageKind>> = { 'oci-layout': 'oci', 'manifest.json': 'docker' };

/**
 * The files of a tar archive as they come.
 * @param onEntry is shown every entry, with its path below the root
 * @throws UsageError for more than are read
 */
export async function* tarFiles(chunks: AsyncIterable<Buffer>, onEntry: (entry: TarEntry) => void = () => {}) {
  let entries = 0;
  const checkName = nameBounds();
  for await (const one of readTar(bounded(chunks))) {
    if (++entries > LIMITS.entries) rejectLarge(`it has more than ${LIMITS.entries} entries`);
    const entry = { ...one, path: plainName(one.path) };
    checkName(entry);
    onEntry(entry);
    if (entry.kind === 'file' && (entry.size > 0 || isNamedObject(entry.path))) yield entry;
  }
}

/**
 * Takes the objects out of the files of a tar archive.
 * @returns the kind of image that it may be, by a file that images have; an OCI layout may be a docker archive, too
 * @throws HostError `bad_package` for what is none
 */
async function takeTar(
  chunks: AsyncIterable<Buffer>,
  collector: Collector,
  entries: EntryCheck,
): Promise<ImageKind | undefined> {
  let image: ImageKind | undefined;
  for await (const { path, size, content } of tarFiles(chunks, entries.see)) {
    const mark = Object.hasOwn(IMAGE_MARKS, path) ? IMAGE_MARKS[path] : undefined;
    if (mark !== undefined && image !== 'oci') image = mark;
    if (size > LIMITS.fileBytes && isNamedObject(path))
      rejectLarge(`${path} has more than ${LIMITS.fileBytes >> 20} MiB`);
    if (size > LIMITS.fileBytes) continue;
    const bytes = await content();
    if (collector.wants(path, bytes)) collector.take(bytes, path);
  }
  entries.end();
  return image;
}

/**
 * Takes the objects out of a packed file: a tar archive, or one file alone.
 * @param entries is shown what is in an archive; by default every object in it has to be a file
 * @param layer it is a layer of an image: an archive, or an object
 * @returns the kind of image that the archive may be
 * @throws HostError for what cannot be unpacked, UsageError beyond the bounds
 */
export async function takePacked(
  host: Host,
  path: string,
  packing: Packing,
  collector: Collector,
  signal: AbortSignal | undefined,
  entries: EntryCheck = createLinkCheck(),
  layer = false,
): Promise<ImageKind | undefined> {
  const { head, all } = await peeked(unpacked(host, path, packing, signal), HEAD_BYTES);
  if (isTar(head)) return takeTar(all, collector, entries);
  if (layer && !hasElfMagic(head)) rejectLayer(head);
  const name = basename(path).replace(/\.(?:gz|xz|zst)$/, '');
  const bytes = await whole(all);
  if (collector.wants(name, bytes)) collector.take(bytes, name);
  return undefined;
}

/** Unpacks a file into another one. @throws as `takePacked`, and HostError `no_space` before the disk is full */
export async function unpackTo(
  host: Host,
  { path, packing, file }: { readonly path: string; readonly packing: Packing; readonly file: string },
  signal: AbortSignal | undefined,
): Promise<void> {
  const doing = `unpacking ${basename(path)}`;
  const room = await roomIn(host, dirname(file), LIMITS.unpackedBytes, doing);
  let written = 0;
  await host.files.writeAtomic(file, '');
  for await (const chunk of bounded(unpacked(host, path, packing, signal))) {
    written += chunk.length;
    if (written > room) throw outgrown(dirname(file), doing);
    await host.files.append(file, chunk);
  }
}

/** Takes the objects out of an rpm package. @throws HostError `bad_package`, UsageError beyond the bounds */
export async function takeRpm(
  host: Host,
  path: string,
  collector: Collector,
  signal: AbortSignal | undefined,
): Promise<void> {
  const file = await readPackage(host, path);
  let entries = 0;
  const checkName = nameBounds();
  const links = createLinkCheck();
  /** Named objects that are hard links, until their content comes with another name. */
  const waiting = new Map<string, string>();
  const wants = ({ path: named, kind, size, links: names, inode }: CpioEntry): boolean => {
    if (++entries > LIMITS.entries) rejectLarge(`it has more than ${LIMITS.entries} entries`);
    const path = plainName(named);
    checkName({ path, kind, link: '' });
    if (kind === 'symlink') return size <= LIMITS.nameLength;
    links.see({ path, kind, link: '' });
    if (kind !== 'file') return false;
    const isNamed = isNamedObject(path);
    if (isNamed && size > LIMITS.fileBytes) rejectLarge(`${path} has more than ${LIMITS.fileBytes >> 20} MiB`);
    if (size === 0 && names > 1 && isNamed) waiting.set(inode, path);
    return (size > 0 || (isNamed && names < 2)) && size <= LIMITS.fileBytes;
  };
  const take = async ({ path: named, kind, inode, links: names }: CpioEntry, content: Buffer): Promise<void> => {
    const path = plainName(named);
    if (kind === 'symlink') return links.see({ path, kind, link: content.toString('utf8') });
    // What is called an object by one of its names is one.
    const called = names > 1 && !isNamedObject(path) ? (waiting.get(inode) ?? path) : path;
    if (names > 1) waiting.delete(inode);
    if (collector.wants(called, content)) collector.take(content, called);
  };
  await readCpio(bounded(unpacked(host, path, packingOf(file), signal, file.payloadAt)), wants, take);
  for (const path of waiting.values()) collector.take(Buffer.alloc(0), path);
  links.end();
}
