import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { join, resolve } from 'node:path';
import type { Host } from '../host/host.ts';
import { CancelledError, HostError, messageOf, UsageError } from '../model/errors.ts';
import { SIGNING_KEY as PRIVATE } from '../model/work-directory.ts';

const PUBLIC = 'artifact-registry-signing-key.pub';
const KEYRING = 'trusted-signing-keys.pub';
const MAX_KEY_BYTES = 1024 * 1024;

/** What stands before the 32 raw bytes of an Ed25519 key in its standard encodings. */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');
const SPKI = Buffer.from('302a300506032b6570032100', 'hex');

/** A public key as records carry it. */
export interface PublicKey {
  /** First 12 hex digits of the SHA-256 of the raw key. */
  readonly id: string;
  /** The 32 raw bytes in base64. */
  readonly base64: string;
  readonly key: KeyObject;
}

/** @returns undefined for anything that is not base64 of 32 bytes */
export function publicKeyOf(base64: string): PublicKey | undefined {
  const raw = Buffer.from(base64, 'base64');
  if (raw.length !== 32 || raw.toString('base64') !== base64) return undefined;
  return {
    id: createHash('sha256').update(raw).digest('hex').slice(0, 12),
    base64,
    key: createPublicKey({ key: Buffer.concat([SPKI, raw]), format: 'der', type: 'spki' }),
  };
}

function rawPublic(key: KeyObject): string {
  return createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(SPKI.length).toString('base64');
}

/** Takes the lock at a path, or says why it cannot be had: who can be cancelled, and by whom, is the caller's to say. */
export type TakeLock = (path: string) => Promise<AsyncDisposable>;

async function readIfThere(host: Host, path: string): Promise<string | undefined> {
  if ((await host.files.stat(path)) === undefined) return undefined;
  return (await host.files.read(path, MAX_KEY_BYTES)).toString('utf8');
}

/** A file in `keys` of a work directory. @throws UsageError `link_in_workdir` */
async function readOwn(host: Host, dir: string, name: string): Promise<string | undefined> {
  await host.files.rejectLink(dir);
  await host.files.rejectLink(join(dir, name));
  return readIfThere(host, join(dir, name));
}

/**
 * The key of this work directory, made on first use (mode 0600, its directory 0700).
 * @throws UsageError for a file that is not a key, HostError when it cannot be written
 */
export async function ownKey(
  host: Host,
  workdir: string,
  take?: TakeLock,
): Promise<{ key: KeyObject; publicKey: PublicKey }> {
  const dir = join(workdir, 'keys');
  const path = join(dir, PRIVATE);
  const text = (await readOwn(host, dir, PRIVATE)) ?? (await makeKeyOnce(host, workdir, take));
  const own = signingKeyOf(text);
  if (own) return own;
  throw new UsageError(
    'signing_key_invalid',
    `${path}: this is not an Ed25519 key (base64 of 32 or 64 bytes); restore it, or move it away to have a new one made`,
  );
}

/** A key as its file has it: base64 of the seed, or of the seed and the public key. @returns undefined for anything else */
export function signingKeyOf(text: string): { key: KeyObject; publicKey: PublicKey } | undefined {
  const bytes = Buffer.from(text.trim(), 'base64');
  if (bytes.length !== 32 && bytes.length !== 64) return undefined;
  const key = createPrivateKey({
    key: Buffer.concat([PKCS8, bytes.subarray(0, 32)]),
    format: 'der',
    type: 'pkcs8',
  });
  const publicKey = publicKeyOf(rawPublic(key));
  const isOther = bytes.length === 64 && bytes.subarray(32).toString('base64') !== publicKey?.base64;
  return publicKey === undefined || isOther ? undefined : { key, publicKey };
}

/** Two runs that begin together in a new work directory get the same key. */
async function makeKeyOnce(
  host: Host,
  workdir: string,
  take: TakeLock = (path) => host.files.lock(path),
): Promise<string> {
  const dir = join(workdir, 'keys');
  await host.files.rejectLink(dir);
  await host.files.rejectLink(join(dir, '.lock'));
  try {
    await using _lock = await take(join(dir, '.lock'));
    return (await readOwn(host, dir, PRIVATE)) ?? (await makeKey(host, dir));
  } catch (cause) {
    if (cause instanceof HostError || cause instanceof CancelledError) throw cause;
    throw new HostError(
      'signing_key_unwritable',
      `cannot write ${dir}: ${messageOf(cause)}; check its permissions and the space`,
      { cause },
    );
  }
}

async function makeKey(host: Host, dir: string): Promise<string> {
  const { privateKey } = generateKeyPairSync('ed25519');
  const seed = privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(PKCS8.length);
  const base64 = rawPublic(privateKey);
  const text = `${Buffer.concat([seed, Buffer.from(base64, 'base64')]).toString('base64')}\n`;
  await host.files.setMode(dir, 0o700);
  // No one else may read it, not even for a moment.
  const temporary = join(dir, `.${PRIVATE}.new`);
  await host.files.remove(temporary);
  await host.files.createSparse(temporary, 0, 0o600);
  await host.files.append(temporary, text);
  await host.files.writeAtomic(join(dir, PUBLIC), `${publicKeyOf(base64)?.id} ${base64}\n`);
  await host.files.rename(temporary, join(dir, PRIVATE));
  return text;
}

/** Keys of a list: one per line, an id in front where there is one, `#` comments. Other lines are left out. */
export function keysIn(text: string): PublicKey[] {
  return text
    .split('\n')
    .map(
      (line) =>
        line
          .replace(/#.*/, '')
          .trim()
          .split(/[\s:]+/)
          .at(-1) ?? '',
    )
    .flatMap((base64) => publicKeyOf(base64) ?? []);
}

/**
 * Keys whose signatures are believed, by their base64: that of the work directory, its keyring, and those of the
 * environment.
 * @throws UsageError for a keyring of the environment that cannot be read
 */
export async function trustedKeys(host: Host, workdir: string): Promise<ReadonlyMap<string, PublicKey>> {
  const dir = join(workdir, 'keys');
  const own = await readOwn(host, dir, PRIVATE);
  const files = [await readOwn(host, dir, PUBLIC), await readOwn(host, dir, KEYRING)];
  const { BPFCOMPAT_TRUSTED_SIGNING_KEYS_PATH: path = '', BPFCOMPAT_TRUSTED_SIGNING_PUBLIC_KEYS: inline = '' } =
    host.env;
  if (path !== '') {
    const keyring = await readIfThere(host, resolve(path));
    if (keyring === undefined) {
      throw new UsageError(
        'keyring_unreadable',
        `BPFCOMPAT_TRUSTED_SIGNING_KEYS_PATH ${path}: there is no such file; correct it or unset the variable`,
      );
    }
    files.push(keyring);
  }
  const keys = [...files.flatMap((text) => keysIn(text ?? '')), ...keysIn(inline.replace(/[\s,]+/g, '\n'))];
  if (own !== undefined) keys.push((await ownKey(host, workdir)).publicKey);
  return new Map(keys.map((key) => [key.base64, key]));
}
