import { createPublicKey, type KeyObject } from 'node:crypto';
import { sha256 } from './canonical.ts';
import { MATCH_TIERS, type MatchTier } from './match-tier.ts';
import { isSigningKey } from './signer.ts';
import type { Mode } from './statement.ts';
import type { SigstoreRoot } from './trusted-root.ts';

/** What a signature may be for; a key has one. */
export const ROLES = ['evidence', 'index', 'approver'] as const;
export type Role = (typeof ROLES)[number];

export interface TrustedKey {
  readonly id: string;
  readonly keyId: string;
  readonly key: KeyObject;
  /** Milliseconds since 1970; undefined: no bound. */
  readonly notBefore: number | undefined;
  readonly notAfter: number | undefined;
  readonly revoked: boolean;
}

/** Who signs without a key of their own: what their certificate must say. */
export interface KeylessSigner {
  readonly id: string;
  /** Who vouched for the identity, exactly. */
  readonly issuer: string;
  /** Subject alternative name; may end with `*`. */
  readonly san: string;
  /** Address of the repository that the workflow ran for; undefined: any. */
  readonly repository: string | undefined;
  /** The ref that it ran at; may end with `*`. Undefined: any. */
  readonly ref: string | undefined;
  /** When it may have signed: milliseconds since 1970; undefined: no bound. */
  readonly notBefore: number | undefined;
  readonly notAfter: number | undefined;
}

/** What evidence must be besides being signed. */
export interface TrustRules {
  readonly accel: 'kvm' | 'tcg' | undefined;
  /** Milliseconds. */
  readonly maxAgeMs: number | undefined;
  readonly minMode: Mode;
  /** SHA-256 of validators; empty: any. */
  readonly validators: readonly string[];
  readonly sharedBoot: boolean;
  readonly matchTiers: readonly MatchTier[];
  /** Preferred variants, the best first. */
  readonly variants: readonly string[];
}

/** Whom a consumer believes. Everything that is not in it is denied. */
export interface Trust {
  /** `file`: a trust file; `local`: the keys that this user signed evidence with. */
  readonly source: 'file' | 'local';
  /** Of the bytes of the file. */
  readonly sha256: string;
  readonly keys: Readonly<Record<Role, readonly TrustedKey[]>>;
  /** Signers of evidence only. */
  readonly keyless: readonly KeylessSigner[];
  /** What their certificates are checked by. */
  readonly roots: readonly SigstoreRoot[];
  readonly rules: TrustRules;
  /** Rows of the history that count as evidence, the weakest there is. */
  readonly legacy: { readonly keyring: string; readonly maxAgeMs: number } | undefined;
}

export const DEFAULT_RULES: TrustRules = {
  accel: undefined,
  maxAgeMs: undefined,
  minMode: 'load_attach',
  validators: [],
  sharedBoot: true,
  matchTiers: MATCH_TIERS.filter((tier) => tier !== 'likely'),
  variants: [],
};

/** A public key of the kinds that sign here. @param spki base64 of its SPKI in DER */
export function readPublicKey(spki: string): { readonly keyId: string; readonly key: KeyObject } | undefined {
  const der = Buffer.from(spki, 'base64');
  try {
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
    return isSigningKey(key) ? { keyId: sha256(der), key } : undefined;
  } catch {
    return undefined;
  }
}

/** Trust in nothing but keys of evidence of this user. @param spkis base64 of each */
export function localTrust(spkis: readonly string[]): Trust {
  const evidence = spkis.flatMap((spki) => {
    const known = readPublicKey(spki);
    return known ? [{ ...known, id: 'local', notBefore: undefined, notAfter: undefined, revoked: false }] : [];
  });
  return {
    source: 'local',
    sha256: sha256(
      `local\n${evidence
        .map(({ keyId }) => keyId)
        .sort()
        .join('\n')}`,
    ),
    keys: { evidence, index: [], approver: [] },
    keyless: [],
    roots: [],
    rules: DEFAULT_RULES,
    legacy: undefined,
  };
}
