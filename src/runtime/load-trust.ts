import { join } from 'node:path';
import type { Host } from '../host/host.ts';
import { UsageError } from '../model/errors.ts';
import { localTrust, type Trust } from './trust.ts';
import { readTrust } from './trust-file.ts';

const OWN_KEYS = 'evidence-keys.pub';
const MAX_TRUST = 256 * 1024;

function ownKeysPath(workdir: string): string {
  return join(workdir, 'keys', OWN_KEYS);
}

async function ownKeys(host: Host, workdir: string): Promise<string[]> {
  const path = ownKeysPath(workdir);
  if ((await host.files.stat(path)) === undefined) return [];
  const text = (await host.files.read(path, MAX_TRUST)).toString('utf8');
  return text.split('\n').filter((line) => line !== '');
}

/** Notes a public key that signed evidence in this work directory. @param spki base64 */
export async function noteOwnKey(host: Host, workdir: string, spki: string): Promise<void> {
  const known = await ownKeys(host, workdir);
  if (known.includes(spki)) return;
  await host.files.makeDir(join(workdir, 'keys'), 0o700);
  await host.files.writeAtomic(ownKeysPath(workdir), [...known, spki, ''].join('\n'));
}

/**
 * The trust file; without one, the keys that signed in this work directory.
 * @param file absolute, or empty
 * @throws UsageError for a file that is not there or wrong
 */
export async function loadTrust(host: Host, file: string, workdir: string): Promise<Trust> {
  if (file === '') return localTrust(await ownKeys(host, workdir));
  if ((await host.files.stat(file)) === undefined)
    throw new UsageError('trust_invalid', `${file}: there is no such file; name a trust file (docs/runtime.md)`);
  return readTrust({ file, text: (await host.files.read(file, MAX_TRUST)).toString('utf8') });
}
