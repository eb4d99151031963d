import { createHash, type KeyObject, sign, verify } from 'node:crypto';
import * as z from 'zod';
import { type PublicKey, publicKeyOf } from '../history/keys.ts';

/** The signature of exported events: over the SHA-256 of the file. */
const AuditSignature = z.object({
  algorithm: z.literal('ed25519'),
  public_key: z.string(),
  sha256: z.string(),
  signature: z.string(),
});
type AuditSignature = z.infer<typeof AuditSignature>;

const digestOf = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

export function signAudit(
  bytes: Uint8Array,
  { key, publicKey }: { readonly key: KeyObject; readonly publicKey: PublicKey },
): AuditSignature {
  const digest = digestOf(bytes);
  const signature = sign(null, digest, key).toString('base64');
  return { algorithm: 'ed25519', public_key: publicKey.base64, sha256: digest.toString('hex'), signature };
}

/**
 * Why exported events are not what was signed; undefined where they are.
 * @param trusted the key that must have signed; undefined: the one that the signature names
 */
export function auditFault(bytes: Uint8Array, envelope: string, trusted: PublicKey | undefined): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(envelope);
  } catch {
    return 'the signature is not JSON';
  }
  const own = AuditSignature.safeParse(value).data;
  const key = trusted ?? (own && publicKeyOf(own.public_key));
  if (own === undefined || key === undefined) return 'the signature is not one of exported events';
  if (own.public_key !== key.base64) return 'it was signed with another key';
  const digest = digestOf(bytes);
  if (own.sha256 !== digest.toString('hex')) return 'the events were changed: their digest is another';
  const signature = Buffer.from(own.signature, 'base64');
  return signature.length === 64 && verify(null, digest, key.key, signature)
    ? undefined
    : 'the signature does not fit its digest and key';
}
