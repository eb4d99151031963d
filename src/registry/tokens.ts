import { dirname, join } from 'node:path';
import * as z from 'zod';
import type { Host } from '../host/host.ts';
import { messageOf, UsageError } from '../model/errors.ts';
import { registryPlace } from './places.ts';

const MAX_BYTES = 4 * 1024 * 1024;

const text = z.string();
const Token = z
  .strictObject({
    token: text.min(16).optional(),
    /** Hex HMAC-SHA256 of the token, keyed with the salt. */
    token_hash: text.regex(/^[0-9a-f]{64}$/i).optional(),
    token_hash_salt: text.min(1).optional(),
    not_before: text.optional(),
    expires_at: text.optional(),
    subject: text.min(1),
    tenant: text.default(''),
    projects: z.array(text).default([]),
    can_read: z.boolean().default(false),
    can_write: z.boolean().default(false),
  })
  .refine((one) => (one.token === undefined) !== (one.token_hash === undefined), {
    error: 'needs either token or token_hash',
  })
  .refine((one) => one.token_hash === undefined || one.token_hash_salt !== undefined, {
    error: 'token_hash needs token_hash_salt',
  });
/** A line of `auth/tokens.json`: who may do what, with which token. */
export type RegistryToken = z.infer<typeof Token>;

/** `cloud_registry_auth.v0.1` */
const TokenFile = z.strictObject({
  schema_version: z.literal('cloud_registry_auth.v0.1').default('cloud_registry_auth.v0.1'),
  tokens: z.array(Token),
});

function tokenFile(host: Host, workdir: string): Promise<string> {
  return registryPlace(host, workdir, 'auth', 'tokens.json');
}

/**
 * The tokens of a work directory; undefined where it has no file of them.
 * @throws UsageError `registry_tokens_invalid` for a file that cannot be read: nobody is let through then
 */
export async function readTokens(host: Host, workdir: string): Promise<RegistryToken[] | undefined> {
  const path = await tokenFile(host, workdir);
  if ((await host.files.stat(path)) === undefined) return undefined;
  try {
    return TokenFile.parse(JSON.parse((await host.files.read(path, MAX_BYTES)).toString('utf8'))).tokens;
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : messageOf(cause);
    throw new UsageError('registry_tokens_invalid', `${path}: ${why}; correct the file`, { cause });
  }
}

/** What root writes the user of a server cannot read, and then nobody is let through. @throws UsageError `workdir_owner` */
async function rejectForeign(host: Host, workdir: string, uid: number | undefined): Promise<void> {
  const owner = (await host.files.stat(workdir))?.uid;
  if (uid !== 0 || owner === undefined || owner === 0) return;
  throw new UsageError(
    'workdir_owner',
    `${workdir} belongs to user ${owner}, whose server could not read tokens that root writes; run this as that user: sudo -u '#${owner}' bpfcompat ...`,
  );
}

/**
 * Changes the tokens of a work directory, one change at a time. Nobody else may read the file, not even for a moment.
 * @param change what becomes of them
 * @param uid ours
 * @throws what `change` throws, and UsageError as `readTokens`, `workdir_owner`
 */
export async function changeTokens(
  host: Host,
  workdir: string,
  change: (tokens: readonly RegistryToken[]) => readonly RegistryToken[],
  uid = process.getuid?.(),
): Promise<void> {
  await rejectForeign(host, workdir, uid);
  const path = await tokenFile(host, workdir);
  const lock = await registryPlace(host, workdir, 'auth', 'tokens.lock');
  await using _lock = await host.files.lock(lock);
  const tokens = change((await readTokens(host, workdir)) ?? []);
  const text = `${JSON.stringify({ schema_version: 'cloud_registry_auth.v0.1', tokens }, null, 2)}\n`;
  const temporary = join(dirname(path), host.files.ownName(path));
  try {
    await host.files.createSparse(temporary, 0, 0o600);
    await host.files.append(temporary, text);
    await host.files.rename(temporary, path);
  } catch (error) {
    await host.files.remove(temporary);
    throw error;
  }
}
