import { dirname, resolve } from 'node:path';
import * as z from 'zod';
import { parseDuration } from '../config/duration.ts';
import { readYaml, type SourceFile } from '../config/yaml-file.ts';
import { flag, line, list, oneOfMany, word } from '../config/yaml-schema.ts';
import { UsageError } from '../model/errors.ts';
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
import { readTrustedRoots } from './trusted-root.ts';

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

const GITHUB_ISSUER = 'https://token.actions.githubusercontent.com';

/** Who a certificate is for: a workflow on GitHub, or any other name of a certificate. */
const Keyless = z
  .strictObject({
    issuer: word(/^https:\/\/[^\s*]+$/, 'the https address of an issuer'),
    workflow: word(
      /^[\w.-]+\/[\w.-]+\/\.github\/workflows\/[\w.-]+\.ya?ml(?:@refs\/[^\s*]+\*?)?$/,
      'a workflow such as acme/ci/.github/workflows/attest.yml, or with @refs/heads/main behind it',
    ).optional(),
    repo: word(/^[\w.-]+\/[\w.-]+$/, 'a repository such as acme/probe').optional(),
    ref: word(/^refs\/[^\s*]+\*?$/, 'a ref such as refs/heads/main or refs/tags/v*').optional(),
    san: word(/^[^\s*]{8,}\*?$/, 'the name of a certificate; one * may stand at its end').optional(),
    notBefore: instant.optional(),
    notAfter: instant.optional(),
  })
  .superRefine(({ issuer, workflow, repo, ref, san }, context) => {
    const gitHub = [workflow, repo, ref];
    // The name is that of the workflow: of one that others may call, everybody's jobs have it.
    if (san !== undefined && `${issuer}/`.startsWith(`${GITHUB_ISSUER}/`))
      return context.addIssue({
        code: 'custom',
        path: ['san'],
        message: 'does not say for which repository a workflow ran; name workflow, repo and ref',
      });
    if (san === undefined ? gitHub.includes(undefined) : gitHub.some((one) => one !== undefined))
      context.addIssue({ code: 'custom', message: 'must have workflow, repo and ref, or san alone' });
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

/** Each key is that of one signer: else it had two roles, or was believed under one name and revoked under another. */
function checkKeys({ signers }: Pick<Named, 'signers'>, context: z.RefinementCtx): void {
  const known = new Map<string, string>();
  for (const [index, { id, key }] of signers.entries()) {
    if (key === undefined) continue;
    const other = known.get(key.keyId);
    if (other !== undefined)
      context.addIssue({
        code: 'custom',
        path: ['signers', index, 'key', 'keyId'],
        message: `is the key of ${other}, too; a key is that of one signer`,
      });
    known.set(key.keyId, id);
  }
}

interface Named {
  readonly signers: readonly z.infer<typeof Signer>[];
  readonly roles: z.infer<typeof Roles>;
}

/** Every role is of a signer of the file, who has no other one; only evidence is signed without a key. */
function checkRoles({ signers, roles }: Named, context: z.RefinementCtx): void {
  const used = new Map<string, Role>();
  const problemOf = (role: Role, id: string): string | undefined => {
    const signer = signers.find((one) => one.id === id);
    if (signer === undefined) return `${id} is not a signer of this file`;
    if (used.has(id)) return `${id} has the role ${used.get(id)}; a key has one role`;
    if (signer.keyless && role !== 'evidence') return `${id} is keyless, and signs evidence only; name a key`;
    return undefined;
  };
  for (const role of ROLES)
    roles[role].forEach((id, index) => {
      const message = problemOf(role, id);
      if (message !== undefined) context.addIssue({ code: 'custom', path: ['roles', role, index], message });
      used.set(id, role);
    });
}

const TrustFile = z
  .strictObject({
    version: oneOf(['1']),
    signers: list(Signer, { unique: 'id' }),
    roles: Roles,
    require: Require.default({}),
    trustedRoot: z.strictObject({ file: line({ required: true }), sha256: digest }).optional(),
    legacyHistory: z.strictObject({ keyring: line({ required: true }), maxAge: age }).optional(),
  })
  .superRefine(checkRoles)
  .superRefine(checkKeys)
  .superRefine(({ signers, trustedRoot }, context) => {
    if (trustedRoot === undefined && signers.some(({ keyless }) => keyless !== undefined))
      context.addIssue({
        code: 'custom',
        path: ['signers'],
        message:
          'has a keyless signer, and no trustedRoot says by what its certificate is checked; "gh attestation trusted-root" prints one',
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

const GITHUB = 'https://github.com';

function keylessSigner(id: string, { workflow, repo, ref, san, ...rest }: z.infer<typeof Keyless>): KeylessSigner {
  const { issuer, notBefore, notAfter } = rest;
  const who = { id, issuer, notBefore, notAfter };
  if (workflow === undefined) return { ...who, san: san ?? '', repository: undefined, ref: undefined };
  // A workflow that is not pinned to a ref of its own must be taken from one that the trust lists.
  const name = workflow.includes('@') ? workflow : `${workflow}@${ref}`;
  return { ...who, san: `${GITHUB}/${name}`, repository: `${GITHUB}/${repo}`, ref };
}

function keylessOf({ signers, roles }: TrustValue): KeylessSigner[] {
  return signers.flatMap(({ id, keyless }) =>
    keyless && roles.evidence.includes(id) ? [keylessSigner(id, keyless)] : [],
  );
}

/** Reads a trusted root that a trust file names. @returns undefined where there is no such file */
export type ReadBeside = (file: string) => Promise<Buffer | undefined>;

async function rootsOf({ trustedRoot }: TrustValue, { file }: SourceFile, read: ReadBeside) {
  if (trustedRoot === undefined) return [];
  const path = resolve(dirname(file), trustedRoot.file);
  const bytes = await read(path);
  if (bytes === undefined)
    throw new UsageError('trust_invalid', `${path}: there is no such file; trustedRoot of ${file} names it`);
  if (sha256(bytes) !== trustedRoot.sha256)
    throw new UsageError(
      'trust_invalid',
      `${path} has the digest ${sha256(bytes)}, and trustedRoot.sha256 of ${file} is another; write the new one there if you mean it`,
    );
  return readTrustedRoots(path, bytes.toString('utf8'));
}

/**
 * Reads a trust file (docs/runtime.md), and the trusted root that it names.
 * @param read for the trusted root; its path is absolute
 * @throws UsageError `trust_invalid` with file, line and column of everything that is wrong
 */
export async function readTrust(source: SourceFile, read: ReadBeside): Promise<Trust> {
  const { value } = readYaml(source, TrustFile, 'trust_invalid');
  const { require: rules, legacyHistory: legacy } = value;
  return {
    source: 'file',
    sha256: sha256(source.text),
    keys: { evidence: keysOf(value, 'evidence'), index: keysOf(value, 'index'), approver: keysOf(value, 'approver') },
    keyless: keylessOf(value),
    roots: await rootsOf(value, source, read),
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
