import { join } from 'node:path';
import type { Host } from '../../../host/host.ts';
import { HostError } from '../../../model/errors.ts';
import { mustRun } from '../../tool.ts';
import type { Signer } from '../signer.ts';
import { checkSignature, type SignatureWord, signatureError } from './gpgv.ts';
import type { Keyring } from './keyring.ts';
import type { RpmFile } from './read-package.ts';

type Word = SignatureWord & { readonly said: string };

/** The first good signature, else the one that says most: a package may carry some that GnuPG cannot read. */
async function bestOf(
  host: Host,
  keyring: Keyring,
  signatures: readonly Uint8Array[],
  data: string,
  dir: string,
  signal: AbortSignal | undefined,
): Promise<Word | undefined> {
  const words: Word[] = [];
  for (const [index, bytes] of signatures.entries()) {
    const signature = join(dir, `${index}.sig`);
    await host.files.writeAtomic(signature, bytes);
    const word = await checkSignature(host, keyring, { signature, data }, signal);
    if (word.status === 'good') return word;
    words.push(word);
  }
  return (
    words.find(({ status }) => status !== 'unreadable' && status !== 'unknown_key') ??
    words.find(({ status }) => status !== 'unreadable') ??
    words[0]
  );
}

function signerOf({ key, owner = '' }: Word): Signer {
  return { key, owner };
}

function unsigned(what: string, why: string): HostError {
  return new HostError('bad_signature', `${what}: ${why}; nothing was used, choose another mirror or version`);
}

/**
 * Checks that a package is as its vendor signed it: the signature is over the header, which has the digest of the payload.
 * @param indexSigned whether a signed index names the digest of this file, and it was found right
 * @returns whose key signed it
 * @throws HostError `bad_signature`, `wrong_digest`
 */
export async function verifyPackage(
  host: Host,
  file: RpmFile,
  keyring: Keyring,
  dir: string,
  indexSigned: boolean,
  signal: AbortSignal | undefined,
): Promise<Signer> {
  const { facts } = file;
  const what = `${facts.name} ${facts.version}-${facts.release}`;
  await host.files.makeDir(dir);
  const header = join(dir, 'header');
  await host.files.writeAtomic(header, file.header);
  if (facts.payloadDigest === undefined) return await verifyOld(host, file, keyring, dir, indexSigned, header, signal);
  const word = await bestOf(host, keyring, file.headerSignatures, header, dir, signal);
  if (word === undefined) throw unsigned(what, 'it is not signed');
  if (word.status !== 'good') throw signatureError(what, keyring, word);
  const { algorithm, hex } = facts.payloadDigest;
  if ((await host.files.digest(file.path, algorithm, file.payloadAt)) === hex) return signerOf(word);
  throw new HostError(
    'wrong_digest',
    `${what}: its payload is not the one that its vendor signed; nothing was used, choose another mirror`,
  );
}

/** Packages of the time of EL7 have no digest of the payload: there the other signature counts, over both parts. */
async function verifyOld(
  host: Host,
  file: RpmFile,
  keyring: Keyring,
  dir: string,
  indexSigned: boolean,
  header: string,
  signal: AbortSignal | undefined,
): Promise<Signer> {
  const what = `${file.facts.name} ${file.facts.version}-${file.facts.release}`;
  const whole = join(dir, 'whole');
  const copy = 'tail -c "+$1" -- "$2" >"$3"';
  await mustRun(host, 'sh', ['-c', copy, 'sh', String(file.headerAt + 1), file.path, whole], { signal });
  const word = await bestOf(host, keyring, file.wholeSignatures, whole, dir, signal);
  await host.files.remove(whole);
  if (word?.status === 'good') return signerOf(word);
  const overHeader = indexSigned ? await bestOf(host, keyring, file.headerSignatures, header, dir, signal) : undefined;
  if (overHeader?.status === 'good') return signerOf(overHeader);
  const detail = word ?? overHeader;
  if (detail !== undefined) throw signatureError(what, keyring, detail);
  throw unsigned(what, 'no signature covers its payload, and no signed index names it');
}
