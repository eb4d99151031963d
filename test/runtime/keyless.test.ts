import { describe, expect, test } from 'vitest';
import { sha256 } from '../../src/runtime/canonical.ts';
import type { KeylessSigner, Trust } from '../../src/runtime/trust.ts';
import { readTrust } from '../../src/runtime/trust-file.ts';
import { readTrustedRoots } from '../../src/runtime/trusted-root.ts';
import { verifyEvidence } from '../../src/runtime/verify-evidence.ts';
import { statement, trustOf } from '../fixtures/runtime-lab.ts';
import {
  CLAIMS,
  GITHUB_ISSUER,
  type KeylessParts,
  keylessBundle,
  SIGNED,
  type SigstoreLab,
  sigstoreLab,
  trustedRoot,
} from '../fixtures/sigstore-lab.ts';

const lab = await sigstoreLab();
const later = (ms: number): Date => new Date(SIGNED.getTime() + ms);
const NOW = later(3_600_000);
const FINISHED = later(-30_000).toISOString();
const STATEMENT = statement({ finishedOn: FINISHED });

const CI: KeylessSigner = {
  id: 'ci',
  issuer: GITHUB_ISSUER,
  san: 'https://github.com/acme/ci/.github/workflows/attest.yml@refs/tags/v*',
  repository: 'https://github.com/acme/probe',
  ref: 'refs/tags/v*',
  notBefore: undefined,
  notAfter: undefined,
};

type Root = ReturnType<typeof trustedRoot>;

function trust(signer: Partial<KeylessSigner> = {}, root: Partial<Root> = {}, of: SigstoreLab = lab): Trust {
  const roots = readTrustedRoots('trusted_root.json', JSON.stringify({ ...trustedRoot(of), ...root }));
  return { ...trustOf({}), keyless: [{ ...CI, ...signer }], roots };
}

function verify(bytes: Uint8Array, by: Trust = trust(), subject?: string) {
  return verifyEvidence(bytes, { trust: by, now: NOW, index: undefined, subject });
}

function codeOf(bytes: Uint8Array, by: Trust = trust(), subject?: string): string {
  const read = verify(bytes, by, subject);
  return read.ok ? 'ok' : read.code;
}

const made = (parts: KeylessParts = {}, of: SigstoreLab = lab) => keylessBundle(STATEMENT, of, parts);
const good = await made();

// biome-ignore lint/suspicious/noExplicitAny: a bundle that a test changes at any place
function changed(change: (json: any) => void, from = good): Buffer {
  const json = JSON.parse(from.bytes.toString());
  change(json);
  return Buffer.from(JSON.stringify(json));
}

test('evidence that a workflow signed, seen by a log, by an authority of timestamps, or both', async () => {
  expect(verify(good.bytes)).toMatchObject({
    ok: true,
    document: { signer: 'ci', keyId: CLAIMS.san, signedAt: SIGNED.getTime(), bundleSha256: good.sha256 },
  });
  expect(codeOf((await made({ witnesses: ['log', 'stamp'] })).bytes)).toBe('ok');
  // The log is required wherever the trusted root has one.
  const stamped = await made({ witnesses: ['stamp'] });
  expect(codeOf(stamped.bytes)).toBe('signature_invalid');
  expect(codeOf(stamped.bytes, trust({}, { tlogs: [] }))).toBe('ok');
  expect(codeOf((await made({ witnesses: [] })).bytes)).toBe('signature_invalid');
  expect(codeOf((await made({ witnesses: [] })).bytes, trust({}, { tlogs: [] }))).toBe('signature_invalid');
});

describe('who signed', () => {
  test.each<[string, KeylessParts]>([
    ['another issuer', { issuer: 'https://gitlab.com' }],
    ['an issuer that begins the same', { issuer: `${GITHUB_ISSUER}.example` }],
    ['another workflow', { san: CLAIMS.san.replace('attest.yml', 'other.yml') }],
    ['a workflow of another repository', { san: CLAIMS.san.replace('acme/ci', 'evil/ci') }],
    ['the workflow at another ref', { san: CLAIMS.san.replace('refs/tags/v1.4.0', 'refs/heads/v1.4.0') }],
    ['a name that has the right one in it', { san: `https://evil.example/?${CLAIMS.san}` }],
    ['another source', { repository: 'https://github.com/acme/probe-fork' }],
    ['another ref of the source', { ref: 'refs/heads/main' }],
  ])('not by %s', async (_name, parts) => {
    expect(codeOf((await made(parts)).bytes)).toBe('signer_unknown');
  });

  test('a name is no pattern but for a star at its end', async () => {
    expect(codeOf(good.bytes, trust({ san: CLAIMS.san }))).toBe('ok');
    expect(codeOf(good.bytes, trust({ san: CLAIMS.san.slice(0, -1) }))).toBe('signer_unknown');
    expect(codeOf(good.bytes, trust({ san: CLAIMS.san.replace('attest.yml', '......yml') }))).toBe('signer_unknown');
  });

  test('only who the trust lists, and certificates sign evidence only', () => {
    expect(codeOf(good.bytes, { ...trust(), keyless: [] })).toBe('signer_unknown');
    expect(codeOf(good.bytes, { ...trust(), roots: [] })).toBe('signer_unknown');
  });

  test('one of several windows of a signer', () => {
    const closed = { ...CI, notAfter: SIGNED.getTime() - 1 };
    expect(codeOf(good.bytes, trust({ notAfter: SIGNED.getTime() - 1 }))).toBe('signer_expired');
    expect(codeOf(good.bytes, trust({ notBefore: SIGNED.getTime() + 1 }))).toBe('signer_expired');
    expect(codeOf(good.bytes, { ...trust(), keyless: [closed, CI] })).toBe('ok');
  });
});

describe('the certificate', () => {
  test('of another authority, with the same names', async () => {
    const forger = await sigstoreLab();
    expect(codeOf((await made({}, forger)).bytes)).toBe('signer_unknown');
    // The logs are those of the trust; only the authority is not.
    const mixed = await made({}, { ...lab, ca: forger.ca });
    expect(codeOf(mixed.bytes)).toBe('signer_unknown');
    expect(codeOf(mixed.bytes, trust({}, { certificateAuthorities: trustedRoot(forger).certificateAuthorities }))).toBe(
      'signer_unknown',
    );
  });

  test('after a change of all keys of Sigstore', async () => {
    const next = await sigstoreLab();
    const [old, young] = [trustedRoot(lab), trustedRoot(next)];
    const fresh = await made({ witnesses: ['log', 'stamp'] }, next);
    expect([codeOf((await made({}, next)).bytes), codeOf(fresh.bytes)]).toEqual([
      'signer_unknown',
      'signature_invalid',
    ]);
    // The new trusted root has the earlier ones, too.
    const both = {
      certificateAuthorities: [...old.certificateAuthorities, ...young.certificateAuthorities],
      ctlogs: [...old.ctlogs, ...young.ctlogs],
      tlogs: [...old.tlogs, ...young.tlogs],
      timestampAuthorities: [...old.timestampAuthorities, ...young.timestampAuthorities],
    };
    expect([codeOf(fresh.bytes, trust({}, both)), codeOf(good.bytes, trust({}, both))]).toEqual(['ok', 'ok']);
  });

  test('outside of the window of the trusted root', () => {
    const [authority] = trustedRoot(lab).certificateAuthorities;
    const at = (validFor: { start: string; end?: string }) =>
      codeOf(
        good.bytes,
        trust({}, { certificateAuthorities: [{ ...authority, validFor } as Root['certificateAuthorities'][0]] }),
      );
    const start = new Date(0).toISOString();
    expect(at({ start, end: later(-1).toISOString() })).toBe('signer_expired');
    expect(at({ start: later(1).toISOString() })).toBe('signer_expired');
    expect(at({ start, end: later(0).toISOString() })).toBe('ok');
  });

  test.each([
    ['before', -1000],
    ['after', 601_000],
  ])('seen by the log %s its time', async (_name, ms) => {
    const other = await sigstoreLab({ issued: SIGNED, logged: later(ms) });
    const read = verify((await made({}, other)).bytes, trust({}, {}, other));
    expect(read).toMatchObject({ ok: false, code: 'signer_expired', detail: expect.stringContaining('certificate') });
  });

  test('of which one of two witnesses says another time', async () => {
    const other = await sigstoreLab({ issued: SIGNED, logged: SIGNED, stamped: later(900_000) });
    expect(codeOf((await made({ witnesses: ['log', 'stamp'] }, other)).bytes, trust({}, {}, other))).toBe(
      'signer_expired',
    );
  });

  test('that no log of certificates has', async () => {
    const { bytes } = await made({ certificateLogged: false });
    expect(codeOf(bytes)).toBe('signer_unknown');
    const { ctlogs } = trustedRoot(await sigstoreLab());
    expect(codeOf(good.bytes, trust({}, { ctlogs }))).toBe('signer_unknown');
    expect(codeOf(bytes, trust({}, { ctlogs: [] }))).toBe('ok');
  });

  test('of an authority itself', async () => {
    const root = Buffer.from(
      trustedRoot(lab).certificateAuthorities[0]?.certChain.certificates[0]?.rawBytes ?? '',
      'base64',
    );
    const bytes = changed((json) => {
      json.verificationMaterial.certificate.rawBytes = root.toString('base64');
    });
    expect(['signer_unknown', 'signature_invalid']).toContain(codeOf(bytes));
  });

  test('that cannot be read', () => {
    const bytes = changed((json) => {
      json.verificationMaterial.certificate.rawBytes = 'AAAA';
    });
    expect(codeOf(bytes)).toBe('bundle_invalid');
  });
});

describe('what the log says', () => {
  const entryOf = (change: (entry: Record<string, unknown>) => void) =>
    changed((json) => change(json.verificationMaterial.tlogEntries[0]));

  test('of a log that the trusted root does not have', async () => {
    const other = await sigstoreLab();
    const { bytes } = await made({}, { ...lab, tlog: other.tlog });
    expect(codeOf(bytes)).toBe('signature_invalid');
    expect(codeOf(bytes, trust({}, { tlogs: trustedRoot(other).tlogs }))).toBe('ok');
  });

  test('outside of the time of the log', () => {
    const [log] = trustedRoot(lab).tlogs;
    if (!log) throw new Error('no log');
    const publicKey = {
      ...log.publicKey,
      validFor: { start: new Date(0).toISOString(), end: later(-1).toISOString() },
    };
    expect(codeOf(good.bytes, trust({}, { tlogs: [{ ...log, publicKey }] }))).toBe('signature_invalid');
  });

  test.each<[string, Buffer]>([
    ['another time', entryOf((entry) => Object.assign(entry, { integratedTime: String(SIGNED.getTime() / 1000 + 1) }))],
    ['another place', entryOf((entry) => Object.assign(entry, { logIndex: '1' }))],
    [
      'another tree',
      entryOf((entry) => Object.assign(entry['inclusionProof'] as object, { hashes: ['AAAA'], treeSize: '2' })),
    ],
    [
      'a promise of nobody',
      entryOf((entry) => Object.assign(entry, { inclusionPromise: { signedEntryTimestamp: 'AAAA' } })),
    ],
    ['no promise, so that nobody says when', entryOf((entry) => delete entry['inclusionPromise'])],
    [
      'a checkpoint of nobody',
      entryOf((entry) =>
        Object.assign((entry['inclusionProof'] as { checkpoint: object }).checkpoint, {
          envelope: `rekor.example - 1\n1\nAAAA\n\n— rekor.example AAAAAAAA\n`,
        }),
      ),
    ],
  ])('%s', (_name, bytes) => {
    expect(codeOf(bytes)).toBe('signature_invalid');
  });

  test('about another statement, or another signature', async () => {
    const { bytes } = await made({ entryOf: statement({ result: 'FAILED', finishedOn: FINISHED }) });
    expect(codeOf(bytes)).toBe('signature_invalid');
    const other = JSON.parse((await made()).bytes.toString()).verificationMaterial.tlogEntries;
    const moved = changed((json) => Object.assign(json.verificationMaterial, { tlogEntries: other }));
    expect(codeOf(moved)).toBe('signature_invalid');
  });

  test('a checkpoint by a name that is a pattern, or by too many', () => {
    const signedBy = (change: (line: string) => string) =>
      entryOf((entry) => {
        const { checkpoint } = entry['inclusionProof'] as { checkpoint: { envelope: string } };
        checkpoint.envelope = checkpoint.envelope.replace(/\u2014 \S+ \S+\n/, change);
      });
    expect(codeOf(signedBy((line) => line))).toBe('ok');
    // Matched against the address of the log this would take as good as for ever.
    expect(codeOf(signedBy((line) => line.replace(/ \S+ /, ' (.|.|.|.)*@ ')))).toBe('bundle_invalid');
    expect(codeOf(signedBy((line) => line.repeat(16)))).toBe('ok');
    expect(codeOf(signedBy((line) => line.repeat(17)))).toBe('bundle_invalid');
  });

  test('too much of it', () => {
    const bytes = changed((json) => {
      const [one] = json.verificationMaterial.tlogEntries;
      json.verificationMaterial.tlogEntries = Array.from({ length: 9 }, () => one);
    });
    expect(codeOf(bytes)).toBe('bundle_invalid');
  });
});

describe('a timestamp', () => {
  const rootless = (of: SigstoreLab, timestamps = of): Trust =>
    trust({}, { tlogs: [], timestampAuthorities: trustedRoot(timestamps).timestampAuthorities }, of);

  test('of another authority, of another signature, outside of the time of its authority', async () => {
    const stamped = await made({ witnesses: ['stamp'] });
    expect(codeOf(stamped.bytes, rootless(lab))).toBe('ok');
    expect(codeOf(stamped.bytes, rootless(lab, await sigstoreLab()))).toBe('signature_invalid');
    const other = JSON.parse((await made({ witnesses: ['stamp'] })).bytes.toString()).verificationMaterial;
    const moved = changed((json) => {
      json.verificationMaterial.timestampVerificationData = other.timestampVerificationData;
    }, stamped);
    expect(codeOf(moved, rootless(lab))).toBe('signature_invalid');
    const [authority] = trustedRoot(lab).timestampAuthorities;
    const ended = { ...authority, validFor: { start: new Date(0).toISOString(), end: later(-1).toISOString() } };
    const by = trust({}, { tlogs: [], timestampAuthorities: [ended as Root['timestampAuthorities'][0]] });
    expect(codeOf(stamped.bytes, by)).toBe('signature_invalid');
  });
});

describe('the statement', () => {
  test('another one under the same signature, and one about another object', () => {
    const payload = Buffer.from(JSON.stringify(statement({ version: '9', finishedOn: FINISHED }))).toString('base64');
    expect(codeOf(changed((json) => Object.assign(json.dsseEnvelope, { payload })))).toBe('signature_invalid');
    expect(codeOf(changed((json) => Object.assign(json.dsseEnvelope, { payloadType: 'text/plain' })))).toBe(
      'signature_invalid',
    );
    expect(codeOf(good.bytes, trust(), sha256('object'))).toBe('ok');
    expect(codeOf(good.bytes, trust(), sha256('other'))).toBe('subject_mismatch');
  });

  test('that claims to be younger than its signature', async () => {
    const young = await keylessBundle(statement({ finishedOn: later(1_800_000).toISOString() }), lab);
    expect(codeOf(young.bytes)).toBe('stale');
  });

  test('a part that was changed, at any place of the bundle, is noticed', () => {
    for (let at = 0; at < good.bytes.length; at += 101) {
      const bytes = Buffer.from(good.bytes);
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      const read = verify(bytes);
      if (read.ok) expect(read.document.value).toEqual(STATEMENT);
    }
  });
});

describe('the trust file', () => {
  const root = JSON.stringify(trustedRoot(lab));
  const keyless = `{ issuer: ${GITHUB_ISSUER}, workflow: acme/ci/.github/workflows/attest.yml, repo: acme/probe, ref: refs/tags/v* }`;
  const file = (
    signer = keyless,
    more = `trustedRoot: { file: root.json, sha256: ${sha256(root)} }`,
    role = 'evidence',
  ) => `version: 1\nsigners:\n  - id: ci\n    keyless: ${signer}\nroles: { ${role}: [ci] }\n${more}\n`;
  const read = (text: string) =>
    readTrust({ file: '/etc/x/trust.yaml', text }, async (path) =>
      path === '/etc/x/root.json' ? Buffer.from(root) : undefined,
    );

  test('names the workflow and the trusted root', async () => {
    expect(codeOf(good.bytes, await read(file()))).toBe('ok');
    const pinned = keyless.replace('attest.yml', 'attest.yml@refs/heads/main');
    expect(codeOf(good.bytes, await read(file(pinned)))).toBe('signer_unknown');
    const onMain = await made({ san: CLAIMS.san.replace('refs/tags/v1.4.0', 'refs/heads/main') });
    expect(codeOf(onMain.bytes, await read(file(pinned)))).toBe('ok');
    expect(codeOf(onMain.bytes, await read(file()))).toBe('signer_unknown');
    const gitLab = { issuer: 'https://gitlab.com', san: 'https://gitlab.com/acme/probe//.gitlab-ci.yml@refs/tags/v1' };
    const elsewhere = await made({ ...gitLab, repository: 'https://gitlab.com/acme/probe' });
    expect(codeOf(elsewhere.bytes, await read(file(JSON.stringify(gitLab))))).toBe('ok');
    expect(codeOf(good.bytes, await read(file(JSON.stringify(gitLab))))).toBe('signer_unknown');
  });

  test.each([
    ['no trusted root', file(keyless, ''), 'trustedRoot'],
    [
      'a trusted root that is not there',
      file().replace('root.json', 'other.json'),
      '/etc/x/other.json: there is no such',
    ],
    ['another trusted root', file().replace(sha256(root), sha256('x')), sha256(root)],
    ['the role index', file(keyless, undefined, 'index'), 'signs evidence only'],
    ['no ref', file(keyless.replace(', ref: refs/tags/v*', '')), 'workflow, repo and ref'],
    ['both ways', file(keyless.replace('{ ', '{ san: https://example.com/, ')), 'workflow, repo and ref'],
    [
      'a workflow that others may call, for any of them',
      file(`{ issuer: ${GITHUB_ISSUER}, san: "${CLAIMS.san}" }`),
      'for which repository',
    ],
    ['any ref', file(keyless.replace('refs/tags/v*', "'*'")), 'a ref such as'],
    ['a star within', file(keyless.replace('refs/tags/v*', 'refs/*/v1')), 'a ref such as'],
  ])('%s', async (_name, text, message) => {
    await expect(read(text)).rejects.toThrow(message);
  });

  test('a trusted root is several documents, one a line, or none', async () => {
    const other = await sigstoreLab();
    const both = `${JSON.stringify(trustedRoot(other))}\n${root}\n`;
    expect(codeOf(good.bytes, { ...trust(), roots: readTrustedRoots('r', both) })).toBe('ok');
    const broken = { ...trustedRoot(lab), certificateAuthorities: [] };
    for (const text of ['', '{}', 'x', '[]', JSON.stringify(broken)])
      expect(() => readTrustedRoots('r.json', text)).toThrow('r.json: this is no trusted root');
  });
});
