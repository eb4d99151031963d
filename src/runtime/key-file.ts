import { resolve } from 'node:path';
import { publicKeyOf } from '../history/keys.ts';
import { signerOf } from '../history/signer.ts';
import type { Host } from '../host/host.ts';
import { UsageError } from '../model/errors.ts';
import { option, phrase } from '../model/wording.ts';
import { type EvidenceSigner, publicKeyFacts, signerOfPem } from './signer.ts';

const MAX_KEY = 64 * 1024;
const MAKE_ONE = 'make one with: openssl genpkey -algorithm ed25519';

/** A program that signs (`BPFCOMPAT_SIGNING_MODE=external-cmd`), which the history uses too. */
async function externalSigner(host: Host, workdir: string): Promise<EvidenceSigner> {
  const sign = await signerOf(host, workdir);
  return async (bytes) => {
    const { signature, signature_public_key: raw } = await sign(Buffer.from(bytes));
    const key = publicKeyOf(raw)?.key;
    if (key === undefined) throw new UsageError('signing_mode', 'the signing program printed no Ed25519 key');
    return { ...publicKeyFacts(key), signature: Buffer.from(signature, 'base64') };
  };
}

/**
 * The signer that was chosen: a private key in a file, or the program of the environment.
 * @param file absolute; empty: the program
 * @throws UsageError for a key that others can read, that lies in the work directory, or that is none
 */
export async function chosenSigner(host: Host, file: string, workdir: string): Promise<EvidenceSigner> {
  if (file === '') {
    if (host.env['BPFCOMPAT_SIGNING_MODE'] === 'external-cmd') return externalSigner(host, workdir);
    throw new UsageError('missing_flag', phrase`${option('key')} is missing; ${MAKE_ONE} -out evidence.key`);
  }
  const stat = await host.files.stat(file);
  if (stat === undefined)
    throw new UsageError('key_unreadable', `${file}: there is no such file; ${MAKE_ONE} -out ${file}`);
  if ((stat.mode & 0o077) !== 0)
    throw new UsageError('key_permissions', `${file}: others may read this private key; chmod 600 ${file}`);
  if (`${await host.files.realPath(file)}/`.startsWith(`${resolve(workdir)}/`))
    throw new UsageError(
      'key_place',
      `${file}: a private key must not lie in the work directory, beside what it signs; move it to another place`,
    );
  const signer = signerOfPem((await host.files.read(file, MAX_KEY)).toString('utf8'));
  if (signer === undefined)
    throw new UsageError('key_invalid', `${file}: this is not a private key in PEM of Ed25519 or P-256; ${MAKE_ONE}`);
  return signer;
}
