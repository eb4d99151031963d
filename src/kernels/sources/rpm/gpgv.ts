import type { Host } from '../../../host/host.ts';
import { HostError } from '../../../model/errors.ts';
import { lastWords, runTool } from '../../tool.ts';
import { readSigner } from '../signer.ts';
import type { Keyring } from './keyring.ts';

/** What gpgv says of one signature. */
export interface SignatureWord {
  readonly status: 'good' | 'bad' | 'expired_key' | 'expired' | 'revoked_key' | 'unknown_key' | 'unreadable';
  /** Fingerprint of the primary key where it is good, else what gpgv names the key by. */
  readonly key: string;
  /** User id of a key whose signature is good. */
  readonly owner?: string;
}

/** gpgv's lines, first match wins. It ends with 0 for a key that has expired: only its words count. */
const WORDS: readonly (readonly [RegExp, Exclude<SignatureWord['status'], 'good' | 'unreadable'>])[] = [
  [/^\[GNUPG:\] BADSIG (\S+)/m, 'bad'],
  [/^\[GNUPG:\] REVKEYSIG (\S+)/m, 'revoked_key'],
  [/^\[GNUPG:\] EXPKEYSIG (\S+)/m, 'expired_key'],
  [/^\[GNUPG:\] EXPSIG (\S+)/m, 'expired'],
  [/^\[GNUPG:\] (?:NO_PUBKEY|ERRSIG) (\S+)/m, 'unknown_key'],
];

/** Reads what gpgv wrote to its status descriptor. */
export function readStatus(status: string): SignatureWord {
  for (const [pattern, word] of WORDS) {
    const match = pattern.exec(status);
    if (match) return { status: word, key: match[1] ?? '' };
  }
  const signer = readSigner(status);
  if (signer !== undefined) return { status: 'good', ...signer };
  return { status: 'unreadable', key: '' };
}

/** Checks one detached signature. @throws HostError `tool_missing`; CancelledError */
export function checkSignature(
  host: Host,
  keyring: Keyring,
  { signature, data }: { readonly signature: string; readonly data: string },
  signal: AbortSignal | undefined,
): Promise<SignatureWord & { readonly said: string }> {
  return runGpgv(host, keyring, ['--', signature, data], signal);
}

/**
 * Checks a text that is signed in itself.
 * @param output new file for the part of it that was signed
 */
export function checkClearSigned(
  host: Host,
  keyring: Keyring,
  file: string,
  output: string,
  signal: AbortSignal | undefined,
): Promise<SignatureWord & { readonly said: string }> {
  return runGpgv(host, keyring, ['--output', output, '--', file], signal);
}

async function runGpgv(
  host: Host,
  keyring: Keyring,
  words: readonly string[],
  signal: AbortSignal | undefined,
): Promise<SignatureWord & { readonly said: string }> {
  // Without a directory of keys of its own, gpgv would look into the user's.
  const args = ['--homedir', keyring.home, '--keyring', keyring.path, '--status-fd', '1', ...words];
  const result = await runTool(host, 'gpgv', args, { signal });
  const word = readStatus(result.stdout.toString('utf8'));
  // A signature of a key that is not ours is none, whatever lies in the file.
  const foreign = word.status === 'good' && keyring.pinned !== undefined && !keyring.pinned.includes(word.key);
  return { ...(foreign ? { status: 'unknown_key' as const, key: word.key } : word), said: lastWords(result) };
}

/** Why a signature is not good, and what to do. @param what is signed */
export function signatureError(
  what: string,
  keyring: Keyring,
  word: SignatureWord & { readonly said: string },
): HostError {
  const names = keyring.names.join(', ');
  const renew = `put a newer ${keyring.names.length === 1 ? names : 'copy of it'} into a directory that BPFCOMPAT_RPM_KEYS names`;
  const reasons: Record<Exclude<SignatureWord['status'], 'good'>, string> = {
    bad: 'its signature does not fit its bytes: the mirror is damaged, or somebody changed it; nothing was used, choose another mirror',
    expired_key: `the key ${word.key} that signed it has expired in the copy used here (${names}); ${renew}`,
    expired: `its signature has expired; nothing was used, choose another version or mirror`,
    revoked_key: `the key ${word.key} that signed it was revoked; nothing was used, choose another version`,
    unknown_key: `it is signed by the key ${word.key}, which is not among ${names}; when the vendor has a new key, ${renew}, otherwise choose another mirror`,
    unreadable: `its signature cannot be read (${word.said}); nothing was used, choose another mirror`,
  };
  const reason = word.status === 'good' ? 'its signature is good' : reasons[word.status];
  return new HostError('bad_signature', `${what}: ${reason}`);
}
