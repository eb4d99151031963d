import { createHash } from 'node:crypto';
import { basename, dirname, join, posix, resolve } from 'node:path';
import type { AssetRef } from '../config/assets.ts';
import type { Host } from '../host/host.ts';
import { UsageError } from '../model/errors.ts';
import { type GuestEntry, REMOTE_ROOT } from '../model/guest-entry.ts';
import type { AssetFact } from '../model/loader-command.ts';
import { SIGNING_KEY, WORK_DIRECTORY, WORK_PARTS } from '../model/work-directory.ts';
import { isInGit, rootOf, strangeFile, within } from './confine.ts';

/** Files for guests, and what reports say of them. */
export interface Assets {
  readonly entries: readonly GuestEntry[];
  readonly facts: readonly AssetFact[];
}

export const NO_ASSETS: Assets = { entries: [], facts: [] };

const MAX_BYTES = 64 * 1024 * 1024;
const MAX_FILES = 4000;
const MAX_DEPTH = 32;

function reject(code: string, message: string): never {
  throw new UsageError(code, message);
}

interface Collected {
  readonly files: Map<string, { readonly entry: GuestEntry; readonly fact: AssetFact }>;
  bytes: number;
  /** Files and directories that were come by: links lead to the same few again and again. */
  visits: number;
}

/** The real place of a path. @throws UsageError when it is nowhere, or a link leads out of `root` */
async function realPlace(host: Host, path: string, root: string, origin: string): Promise<string> {
  let real: string;
  try {
    real = await host.files.realPath(path);
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'is not there' : `cannot be read (${cause})`;
    throw new UsageError('asset_missing', `${origin}: asset ${path} ${why}; make it or correct the path`, { cause });
  }
  if (!within(root, real)) {
    reject('asset_outside', `${origin}: asset ${path} is a link to ${real}, outside of ${root}; copy the file there`);
  }
  return real;
}

/** Why no guest may have what is at a real place below `top`, in words; undefined for all that a guest may have. */
async function keptFrom(host: Host, top: string, real: string): Promise<string | undefined> {
  if (isInGit(top, real)) return 'in .git, where only git reads and writes';
  for (let at = real; at !== top && within(top, at); at = dirname(at)) {
    const part = WORK_PARTS.includes(basename(at)) ? join(dirname(at), 'keys', SIGNING_KEY) : undefined;
    const isPart = part !== undefined && (await host.files.stat(part)) !== undefined;
    if (isPart || basename(at) === WORK_DIRECTORY) return 'in a work directory, with its keys and earlier runs';
  }
  return undefined;
}

function rejectLarge(origin: string): never {
  reject(
    'assets_too_large',
    `${origin}: assets are limited to 64 MiB and ${MAX_FILES} files and directories; name fewer`,
  );
}

async function addFile(host: Host, into: Collected, real: string, to: string, origin: string): Promise<void> {
  if (/[\u0000-\u001f\u007f]/.test(to))
    reject('bad_asset_name', `${origin}: the name of ${real} has a control character`);
  const stat = await host.files.stat(real);
  const strange = await strangeFile(host, real);
  if (strange !== undefined) reject('asset_unreadable', `${origin}: ${real} ${strange}; remove it`);
  if (!stat?.isFile) reject('asset_unreadable', `${origin}: ${real} is neither a file nor a directory; remove it`);
  into.bytes += stat.size;
  if (into.bytes > MAX_BYTES) rejectLarge(origin);
  const bytes = await host.files.read(real, MAX_BYTES).catch((cause: unknown) => {
    const why = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new UsageError('asset_unreadable', `${origin}: ${real} cannot be read (${why}); correct its permissions`, {
      cause,
    });
  });
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const known = into.files.get(to);
  if (known !== undefined && known.fact.sha256 !== sha256) {
    reject('asset_conflict', `${origin}: ${real} and ${known.fact.source} both go to ${to} in the guest; rename one`);
  }
  const { executable } = stat;
  into.files.set(to, {
    entry: { kind: 'file', path: posix.join(REMOTE_ROOT, to), executable, bytes },
    fact: { path: to, source: real, sha256, sizeBytes: bytes.length, executable },
  });
}

async function addTree(
  host: Host,
  into: Collected,
  place: {
    readonly real: string;
    readonly root: string;
    readonly top: string;
    readonly to: string;
    readonly depth: number;
  },
  origin: string,
): Promise<void> {
  const { real, root, top, to, depth } = place;
  if (++into.visits > MAX_FILES) rejectLarge(origin);
  if (!(await host.files.stat(real))?.isDirectory) return addFile(host, into, real, to, origin);
  if (depth > MAX_DEPTH) reject('assets_too_deep', `${origin}: directories are nested too deep, or a link leads back`);
  for (const name of (await host.files.list(real)).sort()) {
    // What git and runs keep is not part of a directory's own files.
    if (name.toLowerCase() === '.git' || name === WORK_DIRECTORY) continue;
    const path = join(real, name);
    const inner = await realPlace(host, path, root, origin);
    const kept = await keptFrom(host, top, inner);
    if (kept !== undefined && inner === path) continue;
    if (kept !== undefined) reject('asset_outside', `${origin}: ${path} is a link to ${inner}, ${kept}; remove it`);
    await addTree(host, into, { real: inner, root, top, to: posix.join(to, name), depth: depth + 1 }, origin);
  }
}

/** Where files may come from. */
export interface AssetContext {
  /** Directory of the file that names them. */
  readonly dir: string;
  /** Directory that the user works in. */
  readonly cwd: string;
}

/**
 * The directory that a path must not leave. A file of a repository is not trusted to name files of this machine: what
 * guests print stands in reports that others read.
 */
async function contextOf(host: Host, dir: string, top: string, { path, origin }: AssetRef): Promise<string> {
  const real = await realPlace(host, resolve(dir, path), '/', origin);
  const kept = await keptFrom(host, top, real);
  if (kept !== undefined) reject('asset_outside', `${origin}: asset ${path} lies ${kept}; name another file`);
  if (!path.startsWith('/') && !path.startsWith('../')) return realPlace(host, dir, '/', origin);
  if (within(top, real)) return top;
  return reject('asset_outside', `${origin}: asset ${path} lies outside of ${top}; copy the file there`);
}

/**
 * Reads what a file declares as assets, directories with all that is in them but what git and runs keep there. Links are followed only as long as they
 * stay below the declared directory, or, for a single file, below `dir` (or the root of the file, with an absolute path
 * or one that begins with `..`).
 * @throws UsageError with the line and column of the asset: missing, unreadable, outside, too large
 */
export async function loadAssets(host: Host, context: AssetContext, refs: readonly AssetRef[]): Promise<Assets> {
  const collected: Collected = { files: new Map(), bytes: 0, visits: 0 };
  const { top } = await rootOf(host, context.cwd, context.dir);
  for (const ref of refs) {
    const { path, to, origin } = ref;
    const real = await realPlace(
      host,
      resolve(context.dir, path),
      await contextOf(host, context.dir, top, ref),
      origin,
    );
    await addTree(host, collected, { real, root: real, top, to, depth: 0 }, origin);
  }
  const files = [...collected.files.values()];
  return { entries: files.map(({ entry }) => entry), facts: files.map(({ fact }) => fact) };
}

/** Two lots of assets as one. @throws UsageError where both put different files at the same place */
export function joinAssets(first: Assets, second: Assets): Assets {
  const known = new Map(first.facts.map((fact) => [fact.path, fact]));
  const fresh = second.facts.map((fact) => {
    const other = known.get(fact.path);
    if (other !== undefined && other.sha256 !== fact.sha256) {
      reject('asset_conflict', `${fact.source} and ${other.source} both go to ${fact.path} in the guest; rename one`);
    }
    return other === undefined;
  });
  return {
    entries: [...first.entries, ...second.entries.filter((_, index) => fresh[index])],
    facts: [...first.facts, ...second.facts.filter((_, index) => fresh[index])],
  };
}

/** Characters that end a word of a shell command. */
const BREAKS = /[\s'"`;|&<>()=]+/;
const MAX_WORDS = 64;

/**
 * Files beside a manifest or suite that a command names although guests do not get them, as notes.
 * @param what how notes name the command, such as `functional test "exec"`
 */
export async function undeclaredFiles(
  host: Host,
  dir: string,
  what: string,
  command: string,
  shipped: readonly string[],
): Promise<string[]> {
  const notes: string[] = [];
  for (const word of new Set(command.split(BREAKS).slice(0, MAX_WORDS))) {
    const path = posix.normalize(word.replace(/^\$\{?BPFCOMPAT_REMOTE_ROOT\}?\//, ''));
    if (!/[./]/.test(path) || path.includes('$') || path.startsWith('/') || path.startsWith('..')) continue;
    if (path === '.' || shipped.includes(path) || shipped.some((own) => own.startsWith(`${path}/`))) continue;
    const stat = await host.files.stat(join(dir, path)).catch(() => undefined);
    if (!stat?.isFile && !stat?.isDirectory) continue;
    const beside = `${path} lies beside the file that names it, but guests do not get it`;
    notes.push(`${what}: ${beside}; declare it (assets: [${path}]), it is then ${posix.join(REMOTE_ROOT, path)}`);
  }
  return notes;
}
