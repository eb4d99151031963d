import type { X509Certificate } from '@sigstore/core';
import type { KeylessSigner } from './trust.ts';

// Fields of certificates that Fulcio issues: where the workflow's source is, and at which ref it ran.
const SOURCE_REPOSITORY = '1.3.6.1.4.1.57264.1.12';
const SOURCE_REF = '1.3.6.1.4.1.57264.1.14';
const ISSUER = '1.3.6.1.4.1.57264.1.8';
const OLD_ISSUER = '1.3.6.1.4.1.57264.1.1';

/** Whose certificate signed, as far as the certificate says. */
interface Identity {
  readonly san: string;
  readonly issuer: string;
  readonly repository: string;
  readonly ref: string;
}

function fieldOf(certificate: X509Certificate, oid: string): string {
  return certificate.extension(oid)?.valueObj.subs[0]?.value.toString('utf8') ?? '';
}

/** What the certificate says; empty texts for what it does not. */
export function identityOf(certificate: X509Certificate): Identity {
  return {
    san: certificate.subjectAltName ?? '',
    issuer: fieldOf(certificate, ISSUER) || (certificate.extension(OLD_ISSUER)?.value.toString('utf8') ?? ''),
    repository: fieldOf(certificate, SOURCE_REPOSITORY),
    ref: fieldOf(certificate, SOURCE_REF),
  };
}

function matches(pattern: string, text: string): boolean {
  return pattern.endsWith('*') ? text.startsWith(pattern.slice(0, -1)) : text === pattern;
}

/** Whether it is the identity of a signer. */
export function isBy({ issuer, san, repository, ref }: KeylessSigner, identity: Identity): boolean {
  return (
    identity.issuer === issuer &&
    matches(san, identity.san) &&
    (repository === undefined || identity.repository === repository) &&
    (ref === undefined || matches(ref, identity.ref))
  );
}

/** Whether the key of the certificate is for signatures, and no authority's. */
export function isForSignatures(certificate: X509Certificate): boolean {
  return !certificate.isCA && certificate.extKeyUsage?.digitalSignature === true;
}
