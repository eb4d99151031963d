import { join } from 'node:path';
import type { Host } from '../../../host/host.ts';
import { HostError } from '../../../model/errors.ts';
import { runTool } from '../../tool.ts';
import { binaryKeys } from '../rpm/armor.ts';
import { readSigner, type Signer } from '../signer.ts';

const MAX_KEYRING = 4 * 1024 * 1024;

/**
 * Whose key signed a suite. apt has checked the signature already and does not say whose it is; this only reports.
 * @param dir private directory
 * @returns undefined where gpgv is not there (newer versions of apt need it no longer) or does not say
 */
export async function listsSigner(
  host: Host,
  keyring: string,
  inRelease: string,
  dir: string,
  signal: AbortSignal | undefined,
): Promise<Signer | undefined> {
  const home = join(dir, 'gpgv');
  const keys = join(home, 'keyring.gpg');
  try {
    await host.files.makeDir(home, 0o700);
    await host.files.writeAtomic(keys, binaryKeys(await host.files.read(keyring, MAX_KEYRING)));
    const args = ['--homedir', home, '--keyring', keys, '--status-fd', '1', '--', inRelease];
    const { stdout } = await runTool(host, 'gpgv', args, { signal });
    return readSigner(stdout.toString('utf8'));
  } catch (error) {
    if (error instanceof HostError && error.code === 'tool_missing') return undefined;
    throw error;
  }
}
