import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Host } from '../host/host.ts';

/** An entry of the cache: its key, and where its bytes are. */
export interface CacheEntry {
  readonly key: string;
  readonly url: string;
}

/** The newest entry whose key begins with `start`; undefined when there is none. @throws when the service denies it */
export async function findEntry(path: string, start: string): Promise<CacheEntry | undefined> {
  const clients = await import('./clients.ts');
  const compressionMethod = await clients.getCompressionMethod();
  if (clients.getCacheServiceVersion() === 'v2') {
    const version = clients.getCacheVersion([path], compressionMethod);
    const request = { key: start, restoreKeys: [], version };
    const response = await clients.internalCacheTwirpClient().GetCacheEntryDownloadURL(request);
    return response.ok ? { key: response.matchedKey, url: response.signedDownloadUrl } : undefined;
  }
  const { cacheKey, archiveLocation } = (await clients.getCacheEntry([start], [path], { compressionMethod })) ?? {};
  return cacheKey && archiveLocation ? { key: cacheKey, url: archiveLocation } : undefined;
}

const UNPACK_MS = 60_000;
/** Of all that is in an entry, and of each file. The packages of the largest kernels and their lists have a fifth of it. */
const MAX_UNPACKED = 2 * 1024 * 1024 * 1024;
/** Of files and directories. The largest kernels and their lists are some dozens. */
const MAX_ENTRIES = 10_000;
/**
 * A few bytes can stand for a disk that is full: what comes out is cut, also where it would be a hole. Empty files count
 * before any is made: millions of them take minutes and gigabytes of memory to remove.
 */
const UNPACK = [
  'ulimit -f "$(($3 / 512))"',
  '[ "$($1 -dc -- "$2" | head -c "$3" | tar --list | head -n "$5" | wc -l)" -lt "$5" ] || exit 1',
  '$1 -dc -- "$2" | head -c "$3" | tar --extract --no-same-owner --no-same-permissions --directory "$4"',
].join('; ');
/** Directories between the root of an archive and what is in it: the path where it was made. */
const MAX_DEPTH = 40;

/** The directory that holds one of `wanted`, below directories that hold nothing but the next one. */
async function descend(host: Host, dir: string, requested: readonly string[], depth = 0): Promise<string | undefined> {
  const names = await host.files.list(dir);
  if (requested.some((one) => names.includes(one))) return dir;
  const [name] = names;
  if (name === undefined || names.length > 1 || depth === MAX_DEPTH) return undefined;
  const next = join(dir, name);
  return (await host.files.stat(next))?.isDirectory ? descend(host, next, requested, depth + 1) : undefined;
}

/**
 * Saves with the client. It names files from the workspace on, with `..` where they lie elsewhere, which no careful tar
 * unpacks: for this moment the home directory, which holds them, is the workspace.
 */
export async function saveEntry(path: string, key: string): Promise<number> {
  const { saveCache } = await import('./clients.ts');
  const workspace = process.env['GITHUB_WORKSPACE'];
  process.env['GITHUB_WORKSPACE'] = homedir();
  try {
    return await saveCache([path], key);
  } finally {
    if (workspace === undefined) delete process.env['GITHUB_WORKSPACE'];
    else process.env['GITHUB_WORKSPACE'] = workspace;
  }
}

/**
 * Downloads an entry and unpacks it below `dir`, and nowhere else: tar rejects or cuts names that lead out of `dir`, and
 * does not follow links that do. @returns the directory with one of `wanted` in it; undefined when there is none or the
 * archive is broken or too large
 */
export async function unpackEntry(
  host: Host,
  { url }: CacheEntry,
  dir: string,
  requested: readonly string[],
): Promise<string | undefined> {
  const { downloadCache, getCompressionMethod } = await import('./clients.ts');
  const archive = join(dir, 'archive');
  const root = join(dir, 'root');
  await host.files.makeDir(root);
  await downloadCache(url, archive, { useAzureSdk: true });
  const tool = (await getCompressionMethod()) === 'gzip' ? 'gzip' : 'zstd --long=30';
  const words = ['sh', tool, archive, String(MAX_UNPACKED), root, String(MAX_ENTRIES + 1)];
  const result = await host.run('sh', ['-c', UNPACK, ...words], { timeoutMs: UNPACK_MS });
  await host.files.remove(archive);
  return result.exitCode === 0 ? descend(host, root, requested) : undefined;
}
