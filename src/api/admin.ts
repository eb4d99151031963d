import { resolve } from 'node:path';
import { keysIn, type PublicKey, publicKeyOf, signingKeyOf } from '../history/keys.ts';
import type { Host } from '../host/host.ts';
import { messageOf, UsageError } from '../model/errors.ts';
import { option, phrase, type Wording } from '../model/wording.ts';
import { type AuditEvent, type AuditQuery, addAuditEvent, readAuditEvents } from '../registry/audit.ts';
import { auditFault, signAudit } from '../registry/audit-signature.ts';
import { isCurrent } from '../registry/grants.ts';
import { changeTokens, type RegistryToken, readTokens } from '../registry/tokens.ts';
import { checkOwner } from './workdir-owner.ts';

/** Where the registry of a server is. */
export interface RegistryPlace {
  readonly host: Host;
  readonly cwd: string;
  /** Absolute path of the work directory. */
  readonly workdir: string;
}

/** A token as it may be shown: without itself. */
export type ShownToken = Omit<RegistryToken, 'token' | 'token_hash' | 'token_hash_salt'> & {
  readonly hashed: boolean;
  /** It counts now. */
  readonly current: boolean;
};

/** A token without what would let anybody in. */
export function shownToken(
  { token, token_hash: _, token_hash_salt: __, ...rest }: RegistryToken,
  now: Date,
): ShownToken {
  return { ...rest, hashed: token === undefined, current: isCurrent(rest, now) };
}

function known(tokens: readonly RegistryToken[] | undefined, workdir: string): readonly RegistryToken[] {
  if (tokens) return tokens;
  throw new UsageError(
    'registry_tokens_missing',
    phrase`there are no tokens in ${workdir}; name the work directory of the server with ${option('workdir')}`,
  );
}

/** The tokens of a registry, without what would let anybody in. */
export async function listTokens({ host, workdir }: RegistryPlace): Promise<ShownToken[]> {
  return known(await readTokens(host, workdir), workdir).map((one) => shownToken(one, host.now()));
}

/**
 * Takes the tokens of a subject out: they count no more from the next request on.
 * @param on tenant empty: of every tenant; project empty: of every project
 * @throws UsageError `token_unknown` where no token fits
 */
export async function revokeTokens(
  place: RegistryPlace,
  on: { readonly subject: string; readonly tenant: string; readonly project: string; readonly dryRun: boolean },
): Promise<ShownToken[]> {
  const { host, workdir } = place;
  const fits = ({ subject, tenant, projects }: RegistryToken): boolean =>
    subject === on.subject &&
    (on.tenant === '' || tenant === on.tenant) &&
    (on.project === '' || projects.includes(on.project));
  const fitting = (tokens: readonly RegistryToken[] | undefined): ShownToken[] => {
    const found = known(tokens, workdir).filter(fits);
    if (found.length > 0) return found.map((one) => shownToken(one, host.now()));
    throw new UsageError(
      'token_unknown',
      phrase`no token fits ${option('subject')}; see "bpfcompat admin list-tokens"`,
    );
  };
  if (!on.dryRun) await checkOwner(host, workdir);
  let gone = fitting(await readTokens(host, workdir));
  if (on.dryRun) return gone;
  await changeTokens(host, workdir, (tokens) => {
    gone = fitting(tokens);
    return tokens.filter((one) => !fits(one));
  });
  const { tenant, project } = on;
  const about = { ...(tenant !== '' && { tenant }), ...(project !== '' && { project }) };
  const event = { action: 'admin_revoke_token', ...about, status: 'ok', message: `${gone.length} of ${on.subject}` };
  await addAuditEvent(host, workdir, event, { maxBytes: 0, maxFiles: 0 });
  return gone;
}

const MAX_EXPORT = 1024 * 1024 * 1024;

type Files = Pick<RegistryPlace, 'host' | 'cwd'>;

async function bytesOf({ host, cwd }: Files, path: string, said: Wording): Promise<Buffer> {
  return host.files.read(resolve(cwd, path), MAX_EXPORT).catch((cause: unknown) => {
    throw new UsageError('file_unreadable', phrase`${said} ${path}: ${messageOf(cause)}`, { cause });
  });
}

/** Events of the audit trail as lines of JSON, the oldest first. */
export async function exportAudit({ host, workdir }: RegistryPlace, query: AuditQuery): Promise<string> {
  const events: readonly AuditEvent[] = await readAuditEvents(host, workdir, query);
  return events.map((event) => `${JSON.stringify(event)}\n`).join('');
}

/** The signature of an export, as the text of its file. @throws UsageError for a file that is no key */
export async function auditSignature(place: Files, text: string, keyFile: string): Promise<string> {
  const said = option('sign-key');
  const key = signingKeyOf((await bytesOf(place, keyFile, said)).toString('utf8'));
  if (key === undefined)
    throw new UsageError(
      'signing_key_invalid',
      phrase`${said} ${keyFile} is not an Ed25519 key (base64 of 32 or 64 bytes)`,
    );
  return `${JSON.stringify(signAudit(Buffer.from(text), key), null, 2)}\n`;
}

async function publicKey(place: Files, word: string): Promise<PublicKey> {
  const own = publicKeyOf(word) ?? keysIn((await bytesOf(place, word, option('pubkey'))).toString('utf8'))[0];
  if (own) return own;
  throw new UsageError(
    'public_key_invalid',
    phrase`${option('pubkey')} ${word} has no Ed25519 key (base64 of 32 bytes)`,
  );
}

/** Why exported events are not what was signed; undefined where they are. @param pubkey empty: the key of the signature */
export async function verifyAudit(
  place: Files,
  { input, sig, pubkey }: { readonly input: string; readonly sig: string; readonly pubkey: string },
): Promise<string | undefined> {
  const bytes = await bytesOf(place, input, option('input'));
  const envelope = await bytesOf(place, sig || `${input}.sig.json`, option('sig'));
  return auditFault(bytes, envelope.toString('utf8'), pubkey === '' ? undefined : await publicKey(place, pubkey));
}
