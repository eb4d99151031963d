import type { X509Certificate } from '@sigstore/core';
import { TrustedRoot } from '@sigstore/protobuf-specs';
import { type TrustMaterial, toTrustMaterial } from '@sigstore/verify';
import { messageOf, UsageError } from '../model/errors.ts';

const MEDIA_TYPE = /^application\/vnd\.dev\.sigstore\.trustedroot(?:\+json;version=0\.1|\.v0\.[12]\+json)$/;
const MAX_ROOTS = 16;

/** Authorities that certificates of workflows are checked by: one instance of Sigstore. */
export interface SigstoreRoot {
  readonly material: TrustMaterial;
  /** What each signature needs of it: inclusion in a log, a certificate that a log has, a time. */
  readonly thresholds: {
    readonly tlogThreshold: 0 | 1;
    readonly ctlogThreshold: 0 | 1;
    readonly timestampThreshold: 1;
  };
}

function documentsOf(text: string): unknown[] {
  try {
    return [JSON.parse(text)];
  } catch {
    // One document a line, as `gh attestation trusted-root` prints them.
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    return lines.map((line) => JSON.parse(line));
  }
}

function noKey(): never {
  throw new Error('keys are in the trust file');
}

function rootOf(json: unknown): SigstoreRoot {
  const mediaType = (json as { mediaType?: unknown } | null)?.mediaType;
  if (typeof mediaType !== 'string' || !MEDIA_TYPE.test(mediaType))
    throw new Error(`its media type is ${JSON.stringify(mediaType)}`);
  const material = toTrustMaterial(TrustedRoot.fromJSON(json), noKey);
  const { certificateAuthorities, timestampAuthorities, tlogs, ctlogs } = material;
  if (certificateAuthorities.every(({ certChain }) => certChain.length === 0))
    throw new Error('it has no certificate authority');
  if (tlogs.length + timestampAuthorities.length === 0)
    throw new Error('it has neither a log nor an authority of timestamps');
  return {
    material,
    // An instance that keeps no logs (that of GitHub for private repositories) has authorities of timestamps instead.
    thresholds: {
      tlogThreshold: tlogs.length > 0 ? 1 : 0,
      ctlogThreshold: ctlogs.length > 0 ? 1 : 0,
      timestampThreshold: 1,
    },
  };
}

/**
 * Reads trusted roots of Sigstore: `trusted_root.json`, or several of them, one a line.
 * @param file for messages
 * @throws UsageError `trust_invalid` for a text that is none
 */
export function readTrustedRoots(file: string, text: string): readonly SigstoreRoot[] {
  try {
    const documents = documentsOf(text);
    if (documents.length === 0 || documents.length > MAX_ROOTS)
      throw new Error(`it has ${documents.length} documents, and must have 1 to ${MAX_ROOTS}`);
    return documents.map(rootOf);
  } catch (cause) {
    throw new UsageError(
      'trust_invalid',
      `${file}: this is no trusted root of Sigstore (${messageOf(cause)}); "gh attestation trusted-root" prints one`,
      { cause },
    );
  }
}

/** Those that have an authority called as the issuer of the certificate; whether it issued it is seen later. */
export function rootsFor(certificate: X509Certificate, roots: readonly SigstoreRoot[]): readonly SigstoreRoot[] {
  return roots.filter(({ material }) =>
    material.certificateAuthorities.some(({ certChain }) =>
      certChain.some(({ subject }) => subject.equals(certificate.issuer)),
    ),
  );
}
