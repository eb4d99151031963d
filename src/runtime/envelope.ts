import { type Bundle, bundleFromJSON, bundleToJSON, isBundleWithDsseEnvelope, toDSSEBundle } from '@sigstore/bundle';
import { dsse } from '@sigstore/core';
import type { EvidenceSigner, PublicKeyFacts } from './signer.ts';

const BUNDLE_TYPE = 'application/vnd.dev.sigstore.bundle.v0.3+json';
export const IN_TOTO = 'application/vnd.in-toto+json';

export const MAX_BUNDLE_BYTES = 1024 * 1024;

/** A bundle that holds a DSSE envelope with one signature; who signed it, and whether, no one has looked at. */
export interface OpenBundle {
  readonly bundle: Bundle;
  readonly payloadType: string;
  readonly payload: Buffer;
  /** The payload as JSON; undefined where it is none. */
  readonly json: unknown;
  /** Id of the key, or the certificate (DER) that signed. */
  readonly by: { readonly hint: string } | { readonly certificate: Buffer };
}

/** Signs a document. @returns the text of a Sigstore bundle, with one line feed at the end, and the key that signed */
export async function signBundle(
  document: unknown,
  payloadType: string,
  sign: EvidenceSigner,
): Promise<PublicKeyFacts & { readonly text: string }> {
  const artifact = Buffer.from(JSON.stringify(document));
  const { signature, keyId, spki } = await sign(dsse.preAuthEncoding(payloadType, artifact));
  const bundle = toDSSEBundle({ artifact, artifactType: payloadType, signature, keyHint: keyId });
  return { text: `${JSON.stringify(bundleToJSON(bundle))}\n`, keyId, spki };
}

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** @returns why the bytes are no such bundle, as a text */
export function openBundle(bytes: Uint8Array): OpenBundle | string {
  if (bytes.length > MAX_BUNDLE_BYTES) return `it has ${bytes.length} bytes, at most ${MAX_BUNDLE_BYTES} are read`;
  try {
    const bundle = bundleFromJSON(
      JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')),
    );
    if (bundle.mediaType !== BUNDLE_TYPE) return `its media type is ${JSON.stringify(bundle.mediaType)}`;
    if (!isBundleWithDsseEnvelope(bundle)) return 'it holds no DSSE envelope';
    const { payloadType, payload, signatures } = bundle.content.dsseEnvelope;
    if (signatures.length !== 1) return `it has ${signatures.length} signatures, and must have one`;
    const { content } = bundle.verificationMaterial;
    if (content.$case === 'x509CertificateChain') return 'it holds a chain of certificates, and must hold one';
    const by =
      content.$case === 'publicKey'
        ? { hint: content.publicKey.hint }
        : { certificate: Buffer.from(content.certificate.rawBytes) };
    return { bundle, payloadType, payload, json: jsonOf(payload), by };
  } catch (error) {
    return error instanceof SyntaxError ? 'it is not JSON' : `it is not a bundle: ${(error as Error).message}`;
  }
}
