import { dirname, isAbsolute, join } from 'node:path';
import type { Host } from '../host/host.ts';
import { HostError, UsageError } from '../model/errors.ts';

const OWNER_ONLY = 0o700;
const OTHERS_WRITE = 0o022;
/** A directory such as /tmp: anybody makes entries in it, and removes only their own. */
const ANYBODY_ADDS = 0o1002;

/**
 * What lies in the store is booted: no one else may write to it. A store of ours that others could only read is closed.
 * @throws HostError `store_not_ours`, `store_planted`, `store_open`
 */
export async function secureRoot(host: Host, root: string): Promise<void> {
  const stat = await host.files.stat(root);
  const own = process.getuid?.();
  if (stat === undefined || own === undefined) return;
  const remedy = 'set BPFCOMPAT_CACHE_DIR to a directory of your own';
  if (stat.uid !== own) {
    throw new HostError(
      'store_not_ours',
      `${root} belongs to user ${stat.uid}, not to user ${own} who runs this; ${remedy}`,
    );
  }
  await rejectPlanted(host, root, own);
  if ((stat.mode & OTHERS_WRITE) !== 0) {
    throw new HostError(
      'store_open',
      `${root} can be written by others (mode ${stat.mode.toString(8)}), so that anybody may change the kernels in it; remove it, or ${remedy}`,
    );
  }
  if ((stat.mode & 0o077) !== 0) await host.files.setMode(root, OWNER_ONLY);
}

/**
 * Whoever makes `/tmp/ci` first can put another store into it at any time, however well ours is closed. Other directories
 * above the store are not looked at: containers have those of other users, and open ones, for good reasons.
 */
async function rejectPlanted(host: Host, root: string, own: number): Promise<void> {
  for (let at = await host.files.realPath(root); dirname(at) !== at; at = dirname(at)) {
    const [stat, above] = await Promise.all([at, dirname(at)].map((path) => host.files.stat(path)));
    if (stat === undefined || above === undefined || (above.mode & ANYBODY_ADDS) !== ANYBODY_ADDS) continue;
    if (stat.uid === own || stat.uid === 0) continue;
    throw new HostError(
      'store_planted',
      `${at}, which ${root} lies in, was made by user ${stat.uid} in ${dirname(at)}, where anybody can make directories; set BPFCOMPAT_CACHE_DIR to a place that is your own`,
    );
  }
}

/** Directory of the kernel store: BPFCOMPAT_CACHE_DIR, else bpfcompat under the user's cache directory (XDG). */
export function storeRoot(env: Host['env']): string {
  const own = env['BPFCOMPAT_CACHE_DIR'];
  if (own !== undefined && own !== '') {
    if (isAbsolute(own)) return own;
    throw new UsageError('bad_cache_dir', `BPFCOMPAT_CACHE_DIR: "${own}" is not an absolute path; write it in full`);
  }
  const xdg = env['XDG_CACHE_HOME'];
  // The XDG rules say that a relative path there counts as unset.
  if (xdg !== undefined && isAbsolute(xdg)) return join(xdg, 'bpfcompat');
  const home = env['HOME'];
  if (home !== undefined && isAbsolute(home)) return join(home, '.cache', 'bpfcompat');
  throw new HostError(
    'no_cache_dir',
    'there is no place to keep kernels: set BPFCOMPAT_CACHE_DIR to a directory, or HOME',
  );
}
