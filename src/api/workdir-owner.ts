import type { Host } from '../host/host.ts';
import { UsageError } from '../model/errors.ts';

/**
 * Files of another user could not be read by the server of this work directory: a token would count no more, and nothing
 * could be audited. @throws UsageError `workdir_owner`
 */
export async function checkOwner(host: Host, workdir: string): Promise<void> {
  const owner = (await host.files.stat(workdir))?.uid;
  if (owner === undefined || owner === process.getuid?.()) return;
  throw new UsageError(
    'workdir_owner',
    `${workdir} belongs to user ${owner}, whose server could not read what another user writes there; run this as that user (sudo -u '#${owner}')`,
  );
}
