import { join } from 'node:path';
import type { Host } from '../host/host.ts';
import { sha256 } from './canonical.ts';
import { MAX_BUNDLE_BYTES } from './envelope.ts';

/** Unless the environment says otherwise. */
const MAX_OBJECT_BYTES = 16 * 1024 * 1024;
const MAX_BUNDLES = 100_000;

/** A bundle as it lies in a file. */
export interface StoredBundle {
  readonly sha256: string;
  readonly bytes: Buffer;
}

function boundOf({ env }: Pick<Host, 'env'>, name: string, fallback: number): number {
  const number = Number(env[name] ?? '');
  return Number.isSafeInteger(number) && number > 0 ? number : fallback;
}

/** Largest object that is taken, in bytes: BPFCOMPAT_MAX_OBJECT_BYTES, where that is a number. */
export function maxObjectBytes(host: Pick<Host, 'env'>): number {
  return boundOf(host, 'BPFCOMPAT_MAX_OBJECT_BYTES', MAX_OBJECT_BYTES);
}

/** Most bytes that are downloaded to have an object: BPFCOMPAT_FETCH_MAX_BYTES, where that is a number and less. */
export function maxDownloadBytes(host: Pick<Host, 'env'>): number {
  const most = maxObjectBytes(host);
  return Math.min(most, boundOf(host, 'BPFCOMPAT_FETCH_MAX_BYTES', most));
}

function storeDir(workdir: string): string {
  return join(workdir, 'store');
}

/** Where the object with this digest lies, or would. @param digest SHA-256 in hex */
export function blobPath(workdir: string, digest: string): string {
  return join(storeDir(workdir), 'blobs', 'sha256', digest);
}

function bundlesDir(workdir: string): string {
  return join(storeDir(workdir), 'bundles');
}

/** Where a file of the store lies. */
export function storeFile(workdir: string, name: string): string {
  return join(storeDir(workdir), name);
}

async function put(host: Host, dir: string, name: string, bytes: Uint8Array): Promise<string> {
  await host.files.makeDir(dir, 0o700);
  const path = join(dir, name);
  await host.files.writeDurably(path, bytes);
  return path;
}

/** Keeps a bundle, by its digest. @returns its path */
export function keepBundle(host: Host, workdir: string, text: string): Promise<string> {
  return put(host, bundlesDir(workdir), `${sha256(text)}.sigstore.json`, Buffer.from(text));
}

/** Keeps an object, by its digest. @returns its path */
export function keepBlob(host: Host, workdir: string, bytes: Uint8Array): Promise<string> {
  return put(host, join(storeDir(workdir), 'blobs', 'sha256'), sha256(bytes), bytes);
}

/** With the file that it lies in. */
type FiledBundle = StoredBundle & { readonly path: string };

async function bundleAt(host: Host, path: string): Promise<FiledBundle> {
  // A file that is too large is a bundle that is not valid; its first bytes say so as well.
  const bytes = Buffer.from(await host.files.readHead(path, MAX_BUNDLE_BYTES + 1));
  return { sha256: sha256(bytes), bytes, path };
}

/** Bundles in a directory: its files that end with `.json`, in the order of their names. */
async function bundlesIn(host: Host, dir: string): Promise<FiledBundle[]> {
  if ((await host.files.stat(dir)) === undefined) return [];
  const names = (await host.files.list(dir)).filter((name) => name.endsWith('.json')).sort();
  const bundles: FiledBundle[] = [];
  for (const name of names.slice(0, MAX_BUNDLES)) bundles.push(await bundleAt(host, join(dir, name)));
  return bundles;
}

/** The bundle in a file, or those in a directory. */
export async function bundlesAt(host: Host, place: string): Promise<FiledBundle[]> {
  return (await host.files.stat(place))?.isDirectory ? bundlesIn(host, place) : [await bundleAt(host, place)];
}

/**
 * All bundles of a work directory and of further files and directories, each once.
 * @param places absolute
 */
export async function allBundles(host: Host, workdir: string, places: readonly string[]): Promise<StoredBundle[]> {
  const found = new Map<string, StoredBundle>();
  const keep = (bundle: StoredBundle): unknown => found.set(bundle.sha256, bundle);
  (await bundlesIn(host, bundlesDir(workdir))).forEach(keep);
  for (const place of places) (await bundlesAt(host, place)).forEach(keep);
  return [...found.values()];
}
