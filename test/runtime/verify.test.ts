import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ArtifactIndex, indexStatement, verifyIndex } from '../../src/runtime/artifact-index.ts';
import { sha256 } from '../../src/runtime/canonical.ts';
import { readTrust } from '../../src/runtime/trust-file.ts';
import { readBundle } from '../../src/runtime/verify.ts';
import { authenticEvidence, type EvidenceContext, verifyEvidence } from '../../src/runtime/verify-evidence.ts';
import { bundle, NOW, statement, testKey, trustedKey, trustOf } from '../fixtures/runtime-lab.ts';

const key = testKey();
const other = testKey();
const TRUST = trustOf({ evidence: [trustedKey('ci', key)] });
const CONTEXT: EvidenceContext = { trust: TRUST, now: NOW, index: undefined };
const good = await bundle(statement(), key);

function codeOf(bytes: Uint8Array, context: Partial<EvidenceContext> = {}): string {
  const read = verifyEvidence(bytes, { ...CONTEXT, ...context });
  return read.ok ? 'ok' : read.code;
}

/** The bundle with another value at a place of its JSON. */
function changed(path: readonly string[], value: unknown, from = good): Buffer {
  const json = JSON.parse(from.bytes.toString());
  const last = path.at(-1) ?? '';
  const holder = path.slice(0, -1).reduce((at, key) => at[key], json);
  holder[last] = value;
  return Buffer.from(JSON.stringify(json));
}

const HINT = ['verificationMaterial', 'publicKey', 'hint'];
const SIGNATURES = ['dsseEnvelope', 'signatures'];
const [signature] = JSON.parse(good.bytes.toString()).dsseEnvelope.signatures;
const PAYLOAD = Buffer.from(JSON.stringify(statement({ version: '9' }))).toString('base64');

test.each(['ed25519', 'p256'] as const)('a good bundle by %s verifies', async (kind) => {
  const own = testKey(kind);
  const { bytes, sha256: digest } = await bundle(statement(), own);
  const read = verifyEvidence(bytes, { ...CONTEXT, trust: trustOf({ evidence: [trustedKey('own', own)] }) });
  expect(read).toMatchObject({ ok: true, document: { signer: 'own', keyId: own.keyId, bundleSha256: digest } });
});

describe('each step has its code', () => {
  test.each<[string, Uint8Array, string]>([
    ['no JSON', Buffer.from('x'), 'bundle_invalid'],
    ['too large', Buffer.alloc(1024 * 1024 + 1), 'bundle_invalid'],
    ['another media type', changed(['mediaType'], 'application/json'), 'bundle_invalid'],
    ['a second signature', changed(SIGNATURES, [signature, signature]), 'bundle_invalid'],
    ['no signature', changed(SIGNATURES, []), 'bundle_invalid'],
    ['another hint', changed(HINT, other.keyId), 'signer_unknown'],
    ['another payload', changed(['dsseEnvelope', 'payload'], PAYLOAD), 'signature_invalid'],
    ['another payload type', changed(['dsseEnvelope', 'payloadType'], 'text/plain'), 'signature_invalid'],
  ])('%s', (_name, bytes, code) => {
    expect(codeOf(bytes)).toBe(code);
  });

  test('a forged signer: another key under the trusted hint', async () => {
    const forged = await bundle(statement(), other);
    expect(codeOf(forged.bytes)).toBe('signer_unknown');
    expect(codeOf(changed(HINT, key.keyId, forged))).toBe('signature_invalid');
  });

  test('a key has one role', () => {
    expect(codeOf(good.bytes, { trust: trustOf({ index: [trustedKey('ci', key)] }) })).toBe('signer_unknown');
  });

  test('a key is that of one signer: else it had two roles, or was revoked under one name and believed under another', async () => {
    const signer = (id: string, more = ''): string =>
      `  - { id: ${id}, key: { keyId: ${key.keyId}, spki: "${key.spki}"${more} } }\n`;
    const read = (signers: string, roles: string) =>
      readTrust({ file: '/t.yaml', text: `version: 1\nsigners:\n${signers}roles: ${roles}\n` }, async () => undefined);
    expect(codeOf(good.bytes, { trust: await read(signer('ci'), '{ evidence: [ci] }') })).toBe('ok');
    for (const [signers, roles] of [
      [signer('ci') + signer('ops'), '{ evidence: [ci], approver: [ops] }'],
      [signer('ci') + signer('old', ', revoked: true'), '{ evidence: [ci, old] }'],
    ] as const)
      await expect(read(signers, roles)).rejects.toThrow(/t\.yaml:4.*is the key of ci, too/);
  });

  test('the window of the key and its revocation', () => {
    const at = (more: Parameters<typeof trustedKey>[2]): string =>
      codeOf(good.bytes, { trust: trustOf({ evidence: [trustedKey('ci', key, more)] }) });
    expect(at({ notBefore: NOW.getTime() + 1 })).toBe('signer_expired');
    expect(at({ notAfter: NOW.getTime() - 1 })).toBe('signer_expired');
    expect(at({ revoked: true })).toBe('signer_revoked');
    expect(at({ notBefore: NOW.getTime(), notAfter: NOW.getTime() })).toBe('ok');
  });

  test('what is signed must be a statement of this kind', async () => {
    const read = async (value: unknown): Promise<string> => codeOf((await bundle(value, key)).bytes);
    expect(await read({ ...statement(), _type: 'other' })).toBe('statement_invalid');
    expect(await read({ ...statement(), predicateType: 'https://slsa.dev/provenance/v1' })).toBe('statement_invalid');
    expect(await read({ ...statement(), subject: [] })).toBe('statement_invalid');
    expect(codeOf((await bundle(statement(), key, 'text/plain')).bytes)).toBe('statement_invalid');
    // Who reads it later ignores what it does not know.
    expect(await read({ ...statement(), later: 1 })).toBe('ok');
  });

  test('subject, age and rules', async () => {
    expect(codeOf(good.bytes, { subject: sha256('other') })).toBe('subject_mismatch');
    expect(codeOf(good.bytes, { subject: sha256('object') })).toBe('ok');
    const rules = (more: Parameters<typeof trustOf>[1]) => ({
      trust: trustOf({ evidence: [trustedKey('ci', key)] }, more),
    });
    expect(codeOf(good.bytes, rules({ maxAgeMs: 24 * 3_600_000 }))).toBe('stale');
    expect(codeOf(good.bytes, rules({ maxAgeMs: 30 * 24 * 3_600_000 }))).toBe('ok');
    expect(codeOf(good.bytes, rules({ accel: 'kvm' }))).toBe('policy_accel');
    expect(codeOf(good.bytes, rules({ minMode: 'behavior' }))).toBe('policy_mode');
    expect(codeOf(good.bytes, rules({ validators: [sha256('x')] }))).toBe('policy_validator');
    expect(codeOf(good.bytes, rules({ validators: [sha256('validator')] }))).toBe('ok');
    const shared = await bundle(statement({ sharedBoot: true }), key);
    expect(codeOf(shared.bytes, rules({ sharedBoot: false }))).toBe('policy_shared_boot');
  });

  test('a clock that jumps back makes evidence of the future, and a small difference none', () => {
    expect(codeOf(good.bytes, { now: new Date('2026-05-31T23:54:00Z') })).toBe('stale');
    expect(codeOf(good.bytes, { now: new Date('2026-05-31T23:56:00Z') })).toBe('ok');
  });
});

describe('the index', () => {
  const indexKey = testKey();
  const trust = trustOf({ evidence: [trustedKey('ci', key)], index: [trustedKey('index', indexKey)] });
  const entry = { name: 'conn', version: '1.0.0', variant: '', sha256: sha256('object'), bundles: [good.sha256] };
  const index: ArtifactIndex = { name: 'main', version: 3, expires: '2026-06-20T00:00:00Z', artifacts: [entry] };

  test('evidence must be listed, and not withdrawn', () => {
    expect(codeOf(good.bytes, { trust, index })).toBe('ok');
    expect(codeOf(good.bytes, { trust, index: { ...index, artifacts: [{ ...entry, bundles: [] }] } })).toBe(
      'not_indexed',
    );
    const withdrawn = { since: '2026-06-02T00:00:00Z', reason: 'leaks' };
    expect(codeOf(good.bytes, { trust, index: { ...index, artifacts: [{ ...entry, withdrawn }] } })).toBe('withdrawn');
    // A second entry without the mark does not lift it.
    expect(codeOf(good.bytes, { trust, index: { ...index, artifacts: [entry, { ...entry, withdrawn }] } })).toBe(
      'withdrawn',
    );
    expect(codeOf(good.bytes, { trust, index: { code: 'index_expired', detail: '' } })).toBe('index_expired');
  });

  const read = async (value: unknown, seen?: { version: number; sha256: string }, by = indexKey, now = NOW) => {
    const { bytes } = await bundle(value, by);
    const result = verifyIndex(bytes, trust, now, () => seen);
    return result.ok ? 'ok' : result.code;
  };

  test('only an index key signs it, never an older version, never after its end', async () => {
    expect(await read(indexStatement(index))).toBe('ok');
    expect(await read(indexStatement(index), undefined, key)).toBe('signer_unknown');
    expect(await read(statement(), undefined)).toBe('statement_invalid');
    expect(await read(indexStatement(index), { version: 4, sha256: '' })).toBe('index_rollback');
    expect(await read(indexStatement(index), { version: 2, sha256: '' })).toBe('ok');
    expect(await read(indexStatement(index), undefined, indexKey, new Date('2026-06-20T00:00:00Z'))).toBe(
      'index_expired',
    );
  });

  test('a version that was seen with other contents is none', async () => {
    const { bytes, sha256: digest } = await bundle(indexStatement(index), indexKey);
    const seen = (sum: string) => verifyIndex(bytes, trust, NOW, () => ({ version: 3, sha256: sum }));
    expect(seen(digest).ok).toBe(true);
    expect(seen('other')).toMatchObject({ ok: false, code: 'index_rollback' });
  });
});

test('no byte can be changed without notice, and nothing throws', () => {
  fc.assert(
    fc.property(fc.nat(good.bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, by) => {
      const bytes = Buffer.from(good.bytes);
      bytes[at] = (bytes[at] ?? 0) ^ by;
      const read = authenticEvidence(readBundle(bytes), CONTEXT);
      // White space, and base64 in another spelling, may say the same; then it is the same statement.
      if (read.ok) expect(read.document.value).toEqual(statement());
    }),
    { numRuns: 300 },
  );
  fc.assert(
    fc.property(fc.json(), (json) => {
      expect(authenticEvidence(readBundle(Buffer.from(json)), CONTEXT).ok).toBe(false);
    }),
  );
});
