import { basename, dirname, join, relative, resolve } from 'node:path';
import type { NamedPath } from '../config/suite-paths.ts';
import { quoted } from '../config/words.ts';
import type { Host } from '../host/host.ts';
import { messageOf, UsageError } from '../model/errors.ts';
import { phrase, type Wording } from '../model/wording.ts';

/**
 * Where the paths of a file may lead. Suites, manifests and profiles are data of a repository, which may be untrusted:
 * they name files of that repository and nothing else of this machine.
 */
export interface Root {
  /** Directory of the file, where its relative paths start. */
  readonly dir: string;
  /** Directory that no path leaves, without links. */
  readonly top: string;
}

export function within(top: string, path: string): boolean {
  return path === top || path.startsWith(top === '/' ? '/' : `${top}/`);
}

function isMissing(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '');
}

async function realOrUndefined(host: Host, path: string): Promise<string | undefined> {
  try {
    return await host.files.realPath(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Where a path leads when all links are followed; what is not there yet is put below the nearest parent that is. */
export async function realPlaceOf(host: Host, path: string): Promise<string> {
  const real = await realOrUndefined(host, path);
  if (real !== undefined || dirname(path) === path) return real ?? path;
  return join(await realPlaceOf(host, dirname(path)), basename(path));
}

/** The nearest directory from `dir` upward that holds a `.git`. */
export async function gitTop(host: Host, dir: string): Promise<string | undefined> {
  for (let at = dir; ; at = dirname(at)) {
    if ((await host.files.stat(join(at, '.git')).catch(() => undefined)) !== undefined) return at;
    if (dirname(at) === at) return undefined;
  }
}

/**
 * The root of a file in `dir`: the workspace of a workflow or the git work tree that holds it, else the directory that
 * the user works in when that does, else its own directory.
 */
export async function rootOf(host: Host, cwd: string, dir: string): Promise<Root> {
  const real = await realPlaceOf(host, resolve(dir));
  const workspace = host.env['GITHUB_WORKSPACE'] ?? '';
  const candidates = [
    workspace.startsWith('/') ? await realPlaceOf(host, workspace) : undefined,
    await gitTop(host, real),
    await realPlaceOf(host, resolve(cwd)),
  ];
  const top = candidates.find((one) => one !== undefined && one !== '/' && within(one, real));
  return { dir: resolve(dir), top: top ?? real };
}

/** A path in `.git` decides what git runs: no file of ours goes there, and none comes from there. */
export function isInGit(top: string, real: string): boolean {
  return relative(top, real)
    .split('/')
    .some((part) => part.toLowerCase() === '.git');
}

/** What is not a regular file on a real file system, in words; undefined for those that are, and for what is not there. */
export async function strangeFile(host: Host, path: string): Promise<string | undefined> {
  const stat = await host.files.stat(path);
  if (stat === undefined) return undefined;
  if (!stat.isFile && !stat.isDirectory) return 'is a pipe, a socket or a device';
  return (await host.files.isVirtual(path)) ? 'is made up by the kernel as it is read' : undefined;
}

/** Where the user works, as paths of flags are measured by it. */
export interface FlagRoot {
  /** The current directory as it is called, and without links. */
  readonly here: string;
  readonly real: string;
  /** Directory that a link of the repository does not leave, without links. */
  readonly top: string;
}

/** Looked up once for all flags of a call. */
export async function flagRoot(host: Host, cwd: string): Promise<FlagRoot> {
  const here = resolve(cwd);
  const { top } = await rootOf(host, here, here);
  return { here, real: await realPlaceOf(host, here), top };
}

/**
 * Where a path of the user's own flag leads. The user may name any place of this machine; a link of the repository that
 * the flag goes through may not, for it can be untrusted.
 * @param said how messages name the flag with its value
 * @throws UsageError `path_outside`
 */
export async function confineFlag(host: Host, root: FlagRoot, said: Wording, path: string): Promise<string> {
  const { here, top } = root;
  const absolute = resolve(here, path);
  const named = within(here, absolute) ? join(root.real, relative(here, absolute)) : absolute;
  // What cannot be followed is for the reader to report.
  const real = await realPlaceOf(host, named).catch(() => named);
  const leaves = within(top, named) && !within(top, real);
  if (!leaves && (!isInGit(top, real) || isInGit(top, named))) return real;
  const where = leaves ? `outside of ${top}` : 'in .git';
  throw new UsageError(
    'path_outside',
    phrase`${said}: it is a link to ${real}, ${where}; name that place itself if it is meant`,
  );
}

function reject({ origin, key, path }: NamedPath, words: string): never {
  throw new UsageError('path_outside', `${origin}: ${key} ${quoted(path)} ${words}`);
}

const REMEDIES = {
  read: 'copy the file there',
  write: 'choose a place there',
  directory: 'choose a directory there',
} as const;

/**
 * Follows a path that a file names and says where it ends. Everything that suites, manifests and profiles name goes
 * through here before it is opened, made or written.
 * @returns the path without links; what is not there is for the reader to report
 * @throws UsageError `path_outside` with file, line and column
 */
export async function confine(host: Host, { dir, top }: Root, named: NamedPath): Promise<string> {
  const { path, use, fromTop } = named;
  const absolute = resolve(fromTop ? top : dir, path);
  let real: string;
  try {
    real = await realPlaceOf(host, absolute);
  } catch (error) {
    return reject(named, `cannot be followed (${messageOf(error)}); correct the path`);
  }
  if (!within(top, real)) {
    const how = within(top, absolute) || within(dir, absolute) ? `is a link to ${real}, outside of` : 'lies outside of';
    reject(named, `${how} ${top}; ${REMEDIES[use]}`);
  }
  if (isInGit(top, real)) reject(named, `lies in .git, where only git reads and writes; name another place`);
  const strange = await strangeFile(host, real);
  if (strange !== undefined) reject(named, `${strange}; name a regular file`);
  return real;
}
