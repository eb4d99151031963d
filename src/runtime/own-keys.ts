import { dirname, isAbsolute, join } from 'node:path';
import type { Host } from '../host/host.ts';
import { HostError } from '../model/errors.ts';

const MAX_BYTES = 256 * 1024;
const OTHERS_WRITE = 0o022;

/**
 * Where this user keeps the public keys that they signed evidence with: never in a work directory, since that may come with
 * a repository. Undefined where the environment names no place of the user.
 */
function ownKeysPath({ env }: Host): string | undefined {
  const { XDG_STATE_HOME: state = '', HOME: home = '' } = env;
  // The XDG rules say that a relative path there counts as unset.
  if (isAbsolute(state)) return join(state, 'bpfcompat', 'evidence-keys.pub');
  return isAbsolute(home) ? join(home, '.local', 'state', 'bpfcompat', 'evidence-keys.pub') : undefined;
}

async function linesOf(host: Host, path: string): Promise<string[]> {
  const stat = await host.files.stat(path);
  if (stat === undefined) return [];
  if (stat.uid !== process.getuid?.() || (stat.mode & OTHERS_WRITE) !== 0)
    throw new HostError(
      'own_keys_open',
      `${path} can be written by others, so that anybody may add keys to it; remove it, or name a trust file (docs/runtime.md)`,
    );
  const text = (await host.files.read(path, MAX_BYTES)).toString('utf8');
  return text.split('\n').filter((line) => line !== '');
}

/** Public keys that this user signed evidence with, base64 each. @throws HostError `own_keys_open` where others may add some */
export async function ownKeys(host: Host): Promise<string[]> {
  const path = ownKeysPath(host);
  return path === undefined ? [] : linesOf(host, path);
}

/** Notes a key that this user signed evidence with, if the environment names a place for it. @param spki base64 */
export async function noteOwnKey(host: Host, spki: string): Promise<void> {
  const path = ownKeysPath(host);
  if (path === undefined) return;
  await host.files.makeDir(dirname(path), 0o700);
  await using _lock = await host.files.lock(`${path}.lock`);
  const known = await linesOf(host, path);
  if (!known.includes(spki)) await host.files.writeAtomic(path, [...known, spki, ''].join('\n'));
}
