import { createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import { sha256 } from './canonical.ts';

/** What a trust file says of a public key. */
export interface PublicKeyFacts {
  /** SHA-256 in hex of the public key (SPKI, DER). */
  readonly keyId: string;
  /** The public key: SPKI, DER, base64. */
  readonly spki: string;
}

/** Signs evidence, an index or an approval. */
export type EvidenceSigner = (bytes: Uint8Array) => Promise<PublicKeyFacts & { readonly signature: Buffer }>;

export function publicKeyFacts(key: KeyObject): PublicKeyFacts {
  const der = key.export({ format: 'der', type: 'spki' });
  return { keyId: sha256(der), spki: der.toString('base64') };
}

/** Whether it is a key that signatures here may be made with: Ed25519, or P-256. */
export function isSigningKey({ asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject): boolean {
  return type === 'ed25519' || (type === 'ec' && details?.namedCurve === 'prime256v1');
}

/** The signer of a private key in PEM. @returns undefined for a text that is no such key */
export function signerOfPem(pem: string): EvidenceSigner | undefined {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    return undefined;
  }
  if (!isSigningKey(key)) return undefined;
  const digest = key.asymmetricKeyType === 'ed25519' ? null : 'sha256';
  const facts = publicKeyFacts(createPublicKey(key));
  return async (bytes) => ({ ...facts, signature: sign(digest, bytes, key) });
}
