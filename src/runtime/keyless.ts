import type { Bundle } from '@sigstore/bundle';
import { RFC3161Timestamp, X509Certificate } from '@sigstore/core';
import { toSignedEntity, VerificationError, Verifier } from '@sigstore/verify';
import { messageOf } from '../model/errors.ts';
import { identityOf, isBy, isForSignatures } from './certificate-identity.ts';
import type { KeylessSigner, Trust } from './trust.ts';
import { rootsFor, type SigstoreRoot } from './trusted-root.ts';
import type { VerifyProblem } from './verify.ts';

/** Entries of logs and timestamps that are looked at, each. */
const MAX_WITNESSES = 8;

/** Signatures of one checkpoint: that of its log, and those of others who saw it. */
const MAX_COSIGNERS = 16;
/** As the library finds them. */
const COSIGNER = /\u2014 (\S+) \S+\n/g;
const PATTERN = /[\\^$*+?()[\]{}|]/;

/** A signature by a workflow that the trust has. */
export interface KeylessSignature {
  readonly id: string;
  /** Subject alternative name of the certificate. */
  readonly san: string;
  /** When a log or an authority of timestamps saw the signature, the earliest. Milliseconds since 1970. */
  readonly signedAt: number;
}

/** Every time that the bundle has a witness for; whether the witnesses are good is seen by the library. */
function timesOf({ verificationMaterial: { tlogEntries, timestampVerificationData } }: Bundle): Date[] {
  const logged = tlogEntries.filter(
    ({ inclusionPromise, integratedTime }) => inclusionPromise && integratedTime !== '0',
  );
  const stamps = timestampVerificationData?.rfc3161Timestamps ?? [];
  return [
    ...logged.map(({ integratedTime }) => new Date(Number(integratedTime) * 1000)),
    ...stamps.map(({ signedTimestamp }) => RFC3161Timestamp.parse(Buffer.from(signedTimestamp)).signingTime),
  ];
}

/**
 * Why the checkpoints of a bundle are not given to the library: it matches the names of those who signed one as patterns, with
 * which whoever wrote the bundle could keep it busy for ever, and checks as many signatures as there are.
 */
function checkpointProblem({ verificationMaterial: { tlogEntries } }: Bundle): VerifyProblem | undefined {
  for (const { inclusionProof } of tlogEntries) {
    const names = [...(inclusionProof?.checkpoint?.envelope ?? '').matchAll(COSIGNER)].map(([, name = '']) => name);
    if (names.length > MAX_COSIGNERS)
      return problem(
        'bundle_invalid',
        `a checkpoint has ${names.length} signatures, at most ${MAX_COSIGNERS} are read`,
      );
    if (names.some((name) => PATTERN.test(name)))
      return problem('bundle_invalid', 'a checkpoint is signed by a name that is a pattern');
  }
  return undefined;
}

function problem(code: VerifyProblem['code'], detail: string): VerifyProblem {
  return { code, detail };
}

/** Why the library does not take the certificate: it is not known, or it was not in force. */
function certificateProblem(error: Error, certificate: X509Certificate, times: readonly Date[], root: SigstoreRoot) {
  if (times.some((time) => !certificate.validForDate(time)))
    return problem('signer_expired', 'it was signed at a time for which its certificate is not valid');
  const inForce = root.material.certificateAuthorities.filter(({ validFor }) =>
    times.every((time) => validFor.start <= time && time <= validFor.end),
  );
  if (inForce.length === 0)
    return problem('signer_expired', 'it was signed at a time for which the trusted root has no certificate authority');
  const { cause } = error as { cause?: unknown };
  const why = cause instanceof Error ? `${error.message}: ${cause.message}` : error.message;
  return problem('signer_unknown', `its certificate is none of the trusted root: ${why}`);
}

/** Chain, logs, timestamps and signature, by the library. Undefined: all good. */
function rootProblem(bundle: Bundle, certificate: X509Certificate, root: SigstoreRoot): VerifyProblem | undefined {
  try {
    new Verifier(root.material, root.thresholds).verify(toSignedEntity(bundle));
    return undefined;
  } catch (error) {
    if (error instanceof VerificationError && error.code === 'CERTIFICATE_ERROR')
      return certificateProblem(error, certificate, timesOf(bundle), root);
    return problem('signature_invalid', messageOf(error));
  }
}

function windowProblem({ id, notBefore, notAfter }: KeylessSigner, signedAt: number): VerifyProblem | undefined {
  if (notBefore !== undefined && signedAt < notBefore)
    return problem('signer_expired', `it was signed before the trust believes ${id}`);
  if (notAfter !== undefined && signedAt > notAfter)
    return problem('signer_expired', `it was signed after the trust believes ${id}`);
  return undefined;
}

function check(bundle: Bundle, bytes: Buffer, { keyless, roots }: Trust): KeylessSignature | VerifyProblem {
  const certificate = X509Certificate.parse(bytes as Buffer<ArrayBuffer>);
  const known = rootsFor(certificate, roots);
  const problems = known.map((root) => rootProblem(bundle, certificate, root));
  if (problems.length === 0) return problem('signer_unknown', 'its certificate is of no authority of the trusted root');
  if (problems.every((one) => one !== undefined)) return problems.at(-1) ?? problem('signature_invalid', '');
  if (!isForSignatures(certificate)) return problem('signer_unknown', 'its certificate is none for signatures');
  const identity = identityOf(certificate);
  const signers = keyless.filter((one) => isBy(one, identity));
  const signedAt = Math.min(...timesOf(bundle).map((time) => time.getTime()));
  const outside = signers.map((one) => windowProblem(one, signedAt));
  const signer = signers[outside.indexOf(undefined)];
  if (signer !== undefined) return { id: signer.id, san: identity.san, signedAt };
  const { san, ref, issuer } = identity;
  return outside[0] ?? problem('signer_unknown', `no signer of the trust is ${san} at ${ref}, by ${issuer}`);
}

/**
 * Whether a workflow that the trust has signed the bundle: a certificate of the trusted root, issued for that workflow, valid
 * when a log or an authority of timestamps saw the signature. Nothing is looked up in the network. Never throws.
 * @param certificate DER
 */
export function verifyKeyless(bundle: Bundle, certificate: Buffer, trust: Trust): KeylessSignature | VerifyProblem {
  if (trust.keyless.length === 0)
    return problem('signer_unknown', 'it was signed with a certificate, and the trust has no keyless signer');
  const { tlogEntries, timestampVerificationData } = bundle.verificationMaterial;
  const most = Math.max(tlogEntries.length, timestampVerificationData?.rfc3161Timestamps.length ?? 0);
  if (most > MAX_WITNESSES)
    return problem('bundle_invalid', `it has ${most} entries of logs or timestamps, at most ${MAX_WITNESSES} are read`);
  const unread = checkpointProblem(bundle);
  if (unread) return unread;
  try {
    return check(bundle, certificate, trust);
  } catch (error) {
    return problem('bundle_invalid', `its certificate or a timestamp cannot be read: ${messageOf(error)}`);
  }
}
