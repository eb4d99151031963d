import { toSignedEntity, Verifier } from '@sigstore/verify';
import type * as z from 'zod';
import { sha256 } from './canonical.ts';
import { IN_TOTO, type OpenBundle, openBundle } from './envelope.ts';
import { verifyKeyless } from './keyless.ts';
import type { Role, Trust, TrustedKey } from './trust.ts';

/** Why a bundle is not believed; docs/runtime.md has each. */
type VerifyCode =
  | 'bundle_invalid'
  | 'signer_unknown'
  | 'signer_expired'
  | 'signer_revoked'
  | 'signature_invalid'
  | 'statement_invalid'
  | 'subject_mismatch'
  | 'stale'
  | 'not_indexed'
  | 'withdrawn'
  | 'index_rollback'
  | 'index_expired'
  | 'policy_accel'
  | 'policy_mode'
  | 'policy_validator'
  | 'policy_shared_boot'
  | 'legacy_not_trusted'
  | 'legacy_chain_invalid';

export interface VerifyProblem {
  readonly code: VerifyCode;
  readonly detail: string;
}

/** A document whose signature is good and whose signer may say it. */
export interface SignedDocument<T> {
  readonly value: T;
  /** SHA-256 of the bundle's bytes. */
  readonly bundleSha256: string;
  /** What the trust file calls the signer. */
  readonly signer: string;
  /** Of a signer without a key: the name in its certificate. */
  readonly keyId: string;
  /** When others saw the signature, in milliseconds since 1970; undefined: nobody did. */
  readonly signedAt?: number;
}

export type Verified<T> =
  | { readonly ok: true; readonly document: SignedDocument<T> }
  | ({ readonly ok: false } & VerifyProblem);

function failure<T>(code: VerifyCode, detail: string): Verified<T> {
  return { ok: false, code, detail };
}

function windowProblem({ id, notBefore, notAfter, revoked }: TrustedKey, now: number): VerifyProblem | undefined {
  if (revoked) return { code: 'signer_revoked', detail: `the key ${id} is revoked` };
  if (notBefore !== undefined && now < notBefore)
    return { code: 'signer_expired', detail: `the key ${id} is not valid yet` };
  if (notAfter !== undefined && now > notAfter)
    return { code: 'signer_expired', detail: `the key ${id} is not valid any more` };
  return undefined;
}

/** Whose signature it is: what the trust calls them, and by what. */
type SignedBy = Pick<SignedDocument<unknown>, 'signer' | 'keyId' | 'signedAt'>;

/** Whether the signature of the bundle is one by this key; the window of the key is looked at elsewhere. */
function isSignedBy({ bundle }: OpenBundle, { key }: TrustedKey): boolean {
  const material = {
    certificateAuthorities: [],
    timestampAuthorities: [],
    tlogs: [],
    ctlogs: [],
    publicKey: () => ({ publicKey: key, validFor: () => true }),
  };
  try {
    const verifier = new Verifier(material, { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 0 });
    verifier.verify(toSignedEntity(bundle));
    return true;
  } catch {
    return false;
  }
}

function unknownKey(role: Role, hint: string, { source }: Trust): string {
  const remedy = '; without a trust file only keys that this user signed with are believed';
  return `no ${role} key of the trust has the id ${hint}${source === 'local' ? remedy : ''}`;
}

/** Steps 2 to 4: a key of the trust for this role, in its time, and its signature. */
function signerOf(open: OpenBundle, trust: Trust, { role, now }: Pick<Expected<z.ZodType>, 'role' | 'now'>) {
  if ('certificate' in open.by) {
    if (role !== 'evidence')
      return {
        code: 'signer_unknown',
        detail: 'it was signed with a certificate, which only evidence may be',
      } as const;
    const read = verifyKeyless(open.bundle, open.by.certificate, trust);
    return 'code' in read ? read : { signer: read.id, keyId: read.san, signedAt: read.signedAt };
  }
  const { hint } = open.by;
  const key = trust.keys[role].find(({ keyId }) => keyId === hint);
  if (key === undefined) return { code: 'signer_unknown', detail: unknownKey(role, hint, trust) } as const;
  const outside = windowProblem(key, now.getTime());
  if (outside) return outside;
  if (!isSignedBy(open, key))
    return { code: 'signature_invalid', detail: `the signature is none of the key ${key.id}` } as const;
  return { signer: key.id, keyId: key.keyId };
}

/** What a document must be for its signature to count. */
export interface Expected<S extends z.ZodType> {
  readonly role: Role;
  /** Payload type of the envelope. */
  readonly payloadType?: string;
  readonly schema: S;
  readonly now: Date;
}

/** A bundle that was opened, or why it is none, and the SHA-256 of its bytes. */
export interface ReadBundle {
  readonly open: OpenBundle | string;
  readonly sha256: string;
}

/** @param digest SHA-256 of the bytes, where it is known */
export function readBundle(bytes: Uint8Array, digest = sha256(bytes)): ReadBundle {
  return { open: openBundle(bytes), sha256: digest };
}

/**
 * The first five steps of docs/runtime.md: the bundle, its signer, the window of the key, the signature, the document. The
 * first one that fails is the result. Never throws, whatever the bytes are.
 */
export function verifyRead<S extends z.ZodType>(
  { open, sha256: bundleSha256 }: ReadBundle,
  trust: Trust,
  { role, payloadType = IN_TOTO, schema, now }: Expected<S>,
): Verified<z.output<S>> {
  if (typeof open === 'string') return failure('bundle_invalid', open);
  const by: SignedBy | VerifyProblem = signerOf(open, trust, { role, now });
  if ('code' in by) return { ok: false, ...by };
  if (open.payloadType !== payloadType)
    return failure('statement_invalid', `its payload type is ${JSON.stringify(open.payloadType)}`);
  const read = schema.safeParse(open.json);
  if (!read.success) {
    const [issue] = read.error.issues;
    return failure('statement_invalid', `${issue?.path.join('.') || 'the payload'}: ${issue?.message}`);
  }
  return { ok: true, document: { value: read.data, bundleSha256, ...by } };
}

/** The same for a bundle that no one has opened yet. */
export function verifySigned<S extends z.ZodType>(
  bytes: Uint8Array,
  trust: Trust,
  expected: Expected<S>,
): Verified<z.output<S>> {
  return verifyRead(readBundle(bytes), trust, expected);
}
