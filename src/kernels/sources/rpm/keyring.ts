import { join } from 'node:path';
import type { Host } from '../../../host/host.ts';
import { HostError, UsageError } from '../../../model/errors.ts';
import { FINGERPRINTS, isShippedKey, shippedKey, UNSHIPPED } from '../../keys/shipped.ts';
import { binaryKeys } from './armor.ts';

const MAX_KEY_FILE = 256 * 1024;

/** Keys that packages of one profile are checked with. */
export interface Keyring {
  /** File for gpgv. */
  readonly path: string;
  /** An empty directory for gpgv. */
  readonly home: string;
  /** What the profile calls the keys. */
  readonly names: readonly string[];
  /** Fingerprints of the primary keys that may sign; undefined where the user's own files decide. */
  readonly pinned: readonly string[] | undefined;
}

interface KeyFile {
  readonly bytes: Uint8Array;
  readonly pinned: readonly string[] | undefined;
}

/** Variable with a directory whose keys take the place of those of the same name that come with bpfcompat. */
const KEYS_VARIABLE = 'BPFCOMPAT_RPM_KEYS';

async function readKey(host: Host, name: string): Promise<KeyFile> {
  const path = name.replace(/^file:\/\//, '');
  const dir = host.env[KEYS_VARIABLE];
  const own = path.startsWith('/') ? path : dir ? join(dir, path) : undefined;
  if (own !== undefined && (await host.files.stat(own))?.isFile) {
    const pinned = Object.hasOwn(UNSHIPPED, path) ? UNSHIPPED[path] : undefined;
    return { bytes: await host.files.read(own, MAX_KEY_FILE), pinned };
  }
  if (isShippedKey(path)) return { bytes: shippedKey(path), pinned: FINGERPRINTS[path] };
  if (path.startsWith('/'))
    throw new HostError(
      'keyring_missing',
      `${path} is missing, and kernel.gpgkey names it; put the vendor's public key there`,
    );
  if (Object.hasOwn(UNSHIPPED, path)) {
    throw new HostError(
      'keyring_missing',
      `the key ${path} does not come with bpfcompat; put the public key of its vendor with the fingerprint ${UNSHIPPED[path]?.join(', ')} under this name into a directory, and name that with ${KEYS_VARIABLE}`,
    );
  }
  const known = Object.keys(FINGERPRINTS).join(', ');
  throw new UsageError(
    'bad_profile',
    `kernel.gpgkey: no key ${path} comes with bpfcompat; it has ${known}. Others go into a directory that ${KEYS_VARIABLE} names`,
  );
}

/**
 * Writes the keys that a profile names into `dir`, as gpgv reads them.
 * @throws HostError `keyring_missing`; UsageError `bad_profile` for an unknown name
 */
export async function openKeyring(host: Host, names: readonly string[], dir: string): Promise<Keyring> {
  const home = join(dir, 'gpgv');
  const path = join(home, 'keyring.gpg');
  await host.files.makeDir(home, 0o700);
  const keys: KeyFile[] = [];
  for (const name of names) keys.push(await readKey(host, name));
  await host.files.writeAtomic(path, Buffer.concat(keys.map(({ bytes }) => binaryKeys(bytes))));
  // One file of the user's, and the table no longer says whose keys there are.
  const pinned = keys.some((key) => key.pinned === undefined) ? undefined : keys.flatMap((key) => key.pinned ?? []);
  return { path, home, names, pinned };
}
