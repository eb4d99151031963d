import { createHmac, randomBytes } from 'node:crypto';
import { addAuditEvent } from '../registry/audit.ts';
import { changeTokens } from '../registry/tokens.ts';
import { ensureWorkDirectory } from '../run/directories.ts';
import { type RegistryPlace, type ShownToken, shownToken } from './admin.ts';
import { checkOwner } from './workdir-owner.ts';

/**
 * Makes a token of the registry. The file has a salted hash alone: the token itself is in the result and nowhere else.
 * @param expiresAt RFC 3339; empty: it counts until it is taken out @throws UsageError
 */
export async function createToken(
  { host, workdir }: RegistryPlace,
  on: {
    readonly subject: string;
    readonly tenant: string;
    readonly projects: readonly string[];
    readonly write: boolean;
    readonly expiresAt: string;
  },
): Promise<ShownToken & { readonly token: string }> {
  const { subject, tenant, projects, write, expiresAt } = on;
  await checkOwner(host, workdir);
  await ensureWorkDirectory(host, workdir);
  await host.files.makeDir(`${workdir}/cloud-registry/auth`, 0o700);
  const token = randomBytes(32).toString('hex');
  const salt = randomBytes(16);
  const row = {
    token_hash: createHmac('sha256', salt).update(token).digest('hex'),
    token_hash_salt: salt.toString('base64'),
    ...(expiresAt !== '' && { expires_at: expiresAt }),
    ...{ subject, tenant, projects: [...projects], can_read: true, can_write: write },
  };
  await changeTokens(host, workdir, (tokens) => [...tokens, row]);
  const event = { action: 'admin_create_token', tenant, status: 'ok', message: subject };
  await addAuditEvent(host, workdir, event, { maxBytes: 0, maxFiles: 0 });
  return { ...shownToken(row, host.now()), token };
}
