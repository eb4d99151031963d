import { sign, verify } from 'node:crypto';
import * as z from 'zod';
import type { Host } from '../host/host.ts';
import { HostError, UsageError } from '../model/errors.ts';
import { ownKey, publicKeyOf, type TakeLock } from './keys.ts';

interface Signature {
  readonly signature_alg: 'ed25519';
  readonly signature_key_id: string;
  /** Base64 of the raw key. */
  readonly signature_public_key: string;
  readonly signature: string;
}

/** Signs canonical bytes. */
export type Signer = (payload: Buffer) => Promise<Signature>;

const ALGORITHM = 'ed25519';
const EXTERNAL_TIMEOUT_MS = 60_000;

const SignerOutput = z.object({
  signature_alg: z.literal(ALGORITHM).default(ALGORITHM),
  signature_key_id: z.string(),
  signature_public_key: z.string(),
  signature: z.string(),
});

/** Whether `signature` (base64) is one over `payload` by the key (base64). */
export function isSignature(payload: Buffer, publicKey: string, signature: string): boolean {
  const key = publicKeyOf(publicKey)?.key;
  const bytes = Buffer.from(signature, 'base64');
  return key !== undefined && bytes.length === 64 && verify(null, payload, key, bytes);
}

/**
 * The signer that the environment names: the key of the work directory, or a program
 * (`BPFCOMPAT_SIGNING_MODE=external-cmd`).
 * @throws UsageError for a mode that is not known and for one without its program
 */
export async function signerOf(host: Host, workdir: string, take?: TakeLock): Promise<Signer> {
  const mode = host.env['BPFCOMPAT_SIGNING_MODE'] || 'local';
  if (mode === 'external-cmd') return externalSigner(host);
  if (mode !== 'local') {
    throw new UsageError('signing_mode', `BPFCOMPAT_SIGNING_MODE is "${mode}"; use local or external-cmd`);
  }
  const { key, publicKey } = await ownKey(host, workdir, take);
  return async (payload) => ({
    signature_alg: ALGORITHM,
    signature_key_id: publicKey.id,
    signature_public_key: publicKey.base64,
    signature: sign(null, payload, key).toString('base64'),
  });
}

function externalSigner(host: Host): Signer {
  const command = host.env['BPFCOMPAT_SIGNING_EXTERNAL_CMD'] ?? '';
  if (command === '') {
    throw new UsageError(
      'signing_mode',
      'BPFCOMPAT_SIGNING_MODE is external-cmd, and BPFCOMPAT_SIGNING_EXTERNAL_CMD names no program; set it',
    );
  }
  const args = (host.env['BPFCOMPAT_SIGNING_EXTERNAL_ARGS'] ?? '').split(/\s+/).filter((word) => word !== '');
  const failed = (why: string, cause?: unknown): HostError =>
    new HostError('signer_failed', `BPFCOMPAT_SIGNING_EXTERNAL_CMD ${command}: ${why}`, { cause });
  return async (payload) => {
    const end = await host.run(command, args, { input: payload, timeoutMs: EXTERNAL_TIMEOUT_MS });
    if (end.timedOut) throw failed('it did not finish within a minute; look at what it waits for');
    if (end.exitCode !== 0) throw failed(`it ended with ${end.exitCode ?? end.signal}; run it by hand to see why`);
    let response: z.infer<typeof SignerOutput>;
    try {
      response = SignerOutput.parse(JSON.parse(end.stdout.toString('utf8')));
    } catch (cause) {
      throw failed('its output is not the JSON of a signature; it must print signature, key id and public key', cause);
    }
    if (isSignature(payload, response.signature_public_key, response.signature)) return response;
    throw failed('its signature does not fit the payload and its public key; it must sign the bytes of stdin');
  };
}
