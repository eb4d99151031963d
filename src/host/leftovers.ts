import { randomBytes } from 'node:crypto';
import { existsSync, readlinkSync } from 'node:fs';
import { lstat, readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';

/** Process numbers mean something within one namespace only: containers may share a directory. */
function pidNamespace(): string {
  try {
    return /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? '0';
  } catch {
    return '0';
  }
}

const NAMESPACE = pidNamespace();
const OWNER = `${NAMESPACE}-${process.pid}`;

/** Start of the name of a temporary directory: says whose it is. */
export function directoryPrefix(prefix: string): string {
  return `${prefix}${OWNER}-`;
}

/** Name for the temporary file that becomes `path`: says whose it is. */
export function temporaryName(path: string): string {
  return `.${basename(path)}.${OWNER}.${randomBytes(4).toString('hex')}.tmp`;
}

const DIRECTORY = /^bpfcompat-(?:[a-z]+-)?(\d+)-(\d+)-[A-Za-z0-9]{6}$/;
const FILE = /^\.(.+)\.(\d+)-(\d+)\.[0-9a-f]{8}\.tmp$/;

function isGone(namespace: string | undefined, pid: string | undefined): boolean {
  return namespace === NAMESPACE && !existsSync(`/proc/${pid}`);
}

function isLeftover(name: string): boolean {
  const [, namespace, pid] = DIRECTORY.exec(name) ?? [];
  return isGone(namespace, pid) || fileOf(name) !== undefined;
}

/**
 * What a file that a process of ours left was for; undefined for any other. Names come with repositories, too: none of ours
 * was for a directory itself, or for the one above.
 */
function fileOf(name: string): string | undefined {
  const [, of = '', namespace, pid] = FILE.exec(name) ?? [];
  return isGone(namespace, pid) && !/^\.{0,2}$/.test(of) ? of : undefined;
}

/** A file that a killed process of ours left. */
export interface Leftover {
  readonly name: string;
  /** Name of what it was for. */
  readonly of: string;
}

/** The files in `dir` that killed processes of ours left there; none where it cannot be read. */
export async function leftoverFiles(dir: string): Promise<Leftover[]> {
  const names = await readdir(dir).catch(() => []);
  return names.flatMap((name) => {
    const of = fileOf(name);
    return of === undefined ? [] : [{ name, of }];
  });
}

/**
 * Removes from `dir` what processes of ours left there that were killed before they could clean up. Everybody may put a
 * directory of such a name into /tmp and a link into it while it is removed, through which root would remove other files:
 * what another user owns stays.
 * @param uid ours
 */
export async function sweepLeftovers(dir: string, uid = process.getuid?.()): Promise<void> {
  const names = await readdir(dir).catch(() => []);
  for (const name of names.filter(isLeftover)) {
    const path = join(dir, name);
    const owner = (await lstat(path).catch(() => undefined))?.uid;
    if (owner === uid) await rm(path, { recursive: true, force: true }).catch(() => {});
  }
}
