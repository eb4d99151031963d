import * as z from 'zod';
import { openBundle } from './envelope.ts';
import { STATEMENT_TYPE, Subject } from './statement.ts';
import { readPublicKey, type Trust } from './trust.ts';
import { type Verified, type VerifyProblem, verifySigned } from './verify.ts';

const INDEX_TYPE = 'https://github.com/Kernel-Guard/bpfcompat/artifact-index/v0.1';

const hex = z.string().regex(/^[0-9a-f]{64}$/);
const text = z.string().max(1024);

const IndexedArtifact = z.object({
  name: text,
  version: text.default(''),
  variant: text.default(''),
  sha256: hex,
  /** SHA-256 of each bundle about it. */
  bundles: z.array(hex).max(10_000),
  withdrawn: z.object({ since: z.iso.datetime(), reason: text }).optional(),
});
export type IndexedArtifact = z.infer<typeof IndexedArtifact>;

const IndexPredicate = z.object({
  name: text.min(1),
  version: z.number().int().positive(),
  expires: z.iso.datetime(),
  artifacts: z.array(IndexedArtifact).max(100_000),
});
export type ArtifactIndex = z.infer<typeof IndexPredicate>;

const IndexStatement = z.object({
  _type: z.literal(STATEMENT_TYPE),
  subject: z.array(Subject).min(1),
  predicateType: z.literal(INDEX_TYPE),
  predicate: IndexPredicate,
});

/** The statement of an index. Its subjects are the artifacts that it lists. */
export function indexStatement(index: ArtifactIndex) {
  const subject = new Map(index.artifacts.map(({ name, sha256 }) => [sha256, { name, digest: { sha256 } }]));
  return { _type: STATEMENT_TYPE, subject: [...subject.values()], predicateType: INDEX_TYPE, predicate: index };
}

/** What an index says whose signature no one has looked at; undefined for what is not an index. */
export function readIndexUnverified(bytes: Uint8Array): ArtifactIndex | undefined {
  const open = openBundle(bytes);
  return typeof open === 'string' ? undefined : IndexStatement.safeParse(open.json).data?.predicate;
}

/** Whether one of these keys signed an index, whenever that was: one that was made from it holds what it withdrew. */
export function isSignedIndex(bytes: Uint8Array, trust: Trust, spkis: readonly string[], now: Date): boolean {
  const own = spkis.flatMap((spki) => readPublicKey(spki) ?? []).map((key) => ({ ...key, id: 'own', revoked: false }));
  const index = [...trust.keys.index, ...own].map((key) => ({ ...key, notBefore: undefined, notAfter: undefined }));
  const keys = { ...trust.keys, index };
  return verifySigned(bytes, { ...trust, keys }, { role: 'index', schema: IndexStatement, now }).ok;
}

/** What a client has seen of an index before. */
export interface SeenIndex {
  readonly version: number;
  /** Of the bundle. */
  readonly sha256: string;
}

/** An index that may be used. */
export interface UsableIndex {
  readonly index: ArtifactIndex;
  readonly bundleSha256: string;
  /** By what its highest version is remembered. */
  readonly id: string;
}

/**
 * Checks an index: signed by an index key, not expired, not older than what was seen.
 * @param seen the highest version of an index by its id; undefined for one that is new
 */
export function verifyIndex(
  bytes: Uint8Array,
  trust: Trust,
  now: Date,
  seen: (id: string) => SeenIndex | undefined,
): { readonly ok: true; readonly usable: UsableIndex } | ({ readonly ok: false } & VerifyProblem) {
  const read: Verified<z.infer<typeof IndexStatement>> = verifySigned(bytes, trust, {
    role: 'index',
    schema: IndexStatement,
    now,
  });
  if (!read.ok) return read;
  const { value, bundleSha256, keyId } = read.document;
  const index = value.predicate;
  const id = `${keyId}/${index.name}`;
  const before = seen(id);
  if (before !== undefined && index.version < before.version)
    return {
      ok: false,
      code: 'index_rollback',
      detail: `it has version ${index.version}, and version ${before.version} was seen`,
    };
  if (before?.version === index.version && before.sha256 !== bundleSha256)
    return { ok: false, code: 'index_rollback', detail: `version ${index.version} was seen with other contents` };
  if (Date.parse(index.expires) <= now.getTime())
    return { ok: false, code: 'index_expired', detail: `it expired ${index.expires}` };
  return { ok: true, usable: { index, bundleSha256, id } };
}
