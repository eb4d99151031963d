import * as z from 'zod';
import { parseDuration } from '../config/duration.ts';
import { readYaml, type SourceFile } from '../config/yaml-file.ts';
import { flag, line, list, oneOfMany, word } from '../config/yaml-schema.ts';
import { sha256 } from './canonical.ts';
import { MATCH_TIERS } from './match-tier.ts';
import { MODES } from './statement.ts';
import {
  DEFAULT_RULES,
  type KeylessSigner,
  ROLES,
  type Role,
  readPublicKey,
  type Trust,
  type TrustedKey,
} from './trust.ts';

const name = word(/^[\w.-]{1,64}$/, 'letters, digits, dots, dashes and underscores');
const digest = word(/^[0-9a-f]{64}$/, 'a SHA-256 in hex');
/** One of few words, which a message lists. */
function oneOf<T extends string>(words: readonly T[]) {
  return oneOfMany(words, words.join(', '));
}

const DAY_MS = 24 * 3_600_000;

const instant = line({ required: true }).transform((text, context) => {
  const ms = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(ms)) return ms;
  context.addIssue({ code: 'custom', message: 'must be a time such as 2026-01-31T00:00:00Z' });
  return z.NEVER;
});

/** A duration that may be in days. */
const age = line({ required: true }).transform((text, context) => {
  const days = /^(\d{1,5})d$/.exec(text)?.[1];
  const ms = days === undefined ? parseDuration(text) : Number(days) * DAY_MS;
  if (ms !== undefined && ms > 0) return ms;
  context.addIssue({ code: 'custom', message: 'must be a duration such as 30d or 12h' });
  return z.NEVER;
});

const Key = z
  .strictObject({
    keyId: digest,
    spki: line({ required: true }),
    notBefore: instant.optional(),
    notAfter: instant.optional(),
    revoked: flag.default(false),
  })
  .superRefine(({ keyId, spki }, context) => {
    const known = readPublicKey(spki);
    if (known === undefined)
      context.addIssue({
        code: 'custom',
        path: ['spki'],
        message: 'is not a public key of Ed25519 or P-256; write base64 of its SPKI in DER',
      });
    else if (known.keyId !== keyId)
      context.addIssue({ code: 'custom', path: ['keyId'], message: `is not that of the key, which is ${known.keyId}` });
  });

const Keyless = z.strictObject({
  issuer: line({ required: true }),
  workflow: line({ required: true }),
  repo: line({ required: true }),
  ref: line({ required: true }),
});

const Signer = z
  .strictObject({ id: name, key: Key.optional(), keyless: Keyless.optional() })
  .superRefine(({ key, keyless }, context) => {
    if ((key === undefined) === (keyless === undefined))
      context.addIssue({ code: 'custom', message: 'must have key or keyless, one of both' });
  });

const ids = list(name, { unique: '' }).default([]);
const Roles = z.strictObject({ evidence: ids, index: ids, approver: ids });

const Require = z.strictObject({
  accel: oneOf(['kvm', 'tcg']).optional(),
  maxAge: age.optional(),
  minMode: oneOf(MODES).optional(),
  validators: list(digest).optional(),
  sharedBoot: oneOf(['allow', 'deny']).optional(),
  matchTiers: list(oneOf(MATCH_TIERS), { unique: '' }).optional(),
  variants: list(name, { unique: '' }).optional(),
});

const TrustFile = z
  .strictObject({
    version: oneOf(['1']),
    signers: list(Signer, { unique: 'id' }),
    roles: Roles,
    require: Require.default({}),
    legacyHistory: z.strictObject({ keyring: line({ required: true }), maxAge: age }).optional(),
  })
  .superRefine(({ signers, roles }, context) => {
    const known = new Set(signers.map(({ id }) => id));
    const used = new Map<string, Role>();
    for (const role of ROLES)
      roles[role].forEach((id, index) => {
        const path = ['roles', role, index];
        const other = used.get(id);
        if (!known.has(id)) context.addIssue({ code: 'custom', path, message: `${id} is not a signer of this file` });
        else if (other !== undefined)
          context.addIssue({ code: 'custom', path, message: `${id} has the role ${other}; a key has one role` });
        used.set(id, role);
      });
  });
type TrustValue = z.infer<typeof TrustFile>;

function keysOf({ signers, roles }: TrustValue, role: Role): TrustedKey[] {
  return roles[role].flatMap((id) => {
    const key = signers.find((one) => one.id === id)?.key;
    const known = key && readPublicKey(key.spki);
    if (!key || !known) return [];
    return [{ ...known, id, notBefore: key.notBefore, notAfter: key.notAfter, revoked: key.revoked }];
  });
}

function keylessOf({ signers, roles }: TrustValue): KeylessSigner[] {
  return signers.flatMap(({ id, keyless }) => (keyless && roles.evidence.includes(id) ? [{ id, ...keyless }] : []));
}

/**
 * Reads a trust file (docs/runtime.md).
 * @throws UsageError `trust_invalid` with file, line and column of everything that is wrong
 */
export function readTrust(source: SourceFile): Trust {
  const { value } = readYaml(source, TrustFile, 'trust_invalid');
  const { require: rules, legacyHistory: legacy } = value;
  return {
    source: 'file',
    sha256: sha256(source.text),
    keys: { evidence: keysOf(value, 'evidence'), index: keysOf(value, 'index'), approver: keysOf(value, 'approver') },
    keyless: keylessOf(value),
    rules: {
      accel: rules.accel,
      maxAgeMs: rules.maxAge,
      minMode: rules.minMode ?? DEFAULT_RULES.minMode,
      validators: rules.validators ?? [],
      sharedBoot: rules.sharedBoot !== 'deny',
      matchTiers: rules.matchTiers ?? DEFAULT_RULES.matchTiers,
      variants: rules.variants ?? [],
    },
    legacy: legacy && { keyring: legacy.keyring, maxAgeMs: legacy.maxAge },
  };
}
