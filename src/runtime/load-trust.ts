import type { Host } from '../host/host.ts';
import { UsageError } from '../model/errors.ts';
import { ownKeys } from './own-keys.ts';
import { localTrust, type Trust } from './trust.ts';
import { readTrust } from './trust-file.ts';

const MAX_TRUST = 256 * 1024;
const MAX_ROOT = 1024 * 1024;

/**
 * The trust file; without one, the keys that this user signed evidence with.
 * @param file absolute, or empty
 * @throws UsageError for a file that is not there or wrong
 */
export async function loadTrust(host: Host, file: string): Promise<Trust> {
  if (file === '') return localTrust(await ownKeys(host));
  if ((await host.files.stat(file)) === undefined)
    throw new UsageError('trust_invalid', `${file}: there is no such file; name a trust file (docs/runtime.md)`);
  const read = async (path: string): Promise<Buffer | undefined> =>
    (await host.files.stat(path))?.isFile ? Buffer.from(await host.files.read(path, MAX_ROOT)) : undefined;
  return readTrust({ file, text: (await host.files.read(file, MAX_TRUST)).toString('utf8') }, read);
}
