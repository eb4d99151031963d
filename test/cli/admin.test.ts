import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { revokeTokens } from '../../src/api/admin.ts';
import { createToken } from '../../src/api/admin-token.ts';
import { createHost } from '../../src/host/create-host.ts';
import { addAuditEvent, readAuditEvents } from '../../src/registry/audit.ts';
import { findToken } from '../../src/registry/grants.ts';
import { changeTokens } from '../../src/registry/tokens.ts';
import { REGISTRY_TOKENS, writeRegistryTokens } from '../server/server-lab.ts';
import { runIn } from './run-in.ts';

let dir: string;
let workdir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'bpfcompat-admin-'));
  workdir = join(dir, 'work');
  writeRegistryTokens(workdir);
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const admin = (...words: string[]) => runIn(dir, ['admin', ...words], false, { BPFCOMPAT_WORKDIR: 'work' });
const tokenFile = () => readFileSync(join(workdir, 'cloud-registry/auth/tokens.json'), 'utf8');

test('tokens are listed without what would let anybody in', async () => {
  const { exitCode, out } = await admin('list-tokens');
  expect(exitCode).toBe(0);
  expect(out).toContain('- reads acme/net may=read\n');
  expect(out).toContain('- expired */* may=read,write until=2020-01-01T00:00:00Z (does not count now)\n');
  const { out: json } = await admin('list-tokens', '--json');
  for (const secret of [...Object.values(REGISTRY_TOKENS), 'token_hash', 'salt']) expect(json).not.toContain(secret);
  expect(JSON.parse(json).tokens).toHaveLength(4);
});

test('root leaves no tokens that the user of the server cannot read', async () => {
  const { files, ...rest } = createHost({ env: {} });
  const stat: typeof files.stat = async (path) => {
    const found = await files.stat(path);
    return found && { ...found, uid: 1000 };
  };
  const host = { ...rest, files: { ...files, stat } };
  const before = tokenFile();
  await expect(changeTokens(host, workdir, () => [], 0)).rejects.toMatchObject({
    code: 'workdir_owner',
    message: expect.stringContaining("sudo -u '#1000'"),
  });
  expect(tokenFile()).toBe(before);
  await changeTokens(host, workdir, () => [], 1000);
  expect(JSON.parse(tokenFile()).tokens).toEqual([]);
});

describe('create-token', () => {
  const NET = ['--subject', 'ci of net', '--tenant', 'acme', '--project', 'net'];

  test('makes one that the server takes, and keeps a hash of it', async () => {
    const { exitCode, out, err } = await admin(
      'create-token',
      ...NET,
      '--write',
      '--expires-at',
      '2099-01-01T00:00:00Z',
    );
    expect([exitCode, err]).toEqual([0, expect.stringContaining('- ci of net acme/net may=read,write until=2099')]);
    const token = out.trim();
    expect(token).toMatch(/^[0-9a-f]{64}$/);
    expect(tokenFile()).not.toContain(token);
    const { tokens } = JSON.parse(tokenFile());
    expect(tokens).toHaveLength(5);
    const now = new Date('2026-01-01T00:00:00Z');
    expect(findToken(tokens, token, now)).toMatchObject({ subject: 'ci of net', projects: ['net'], can_write: true });
    expect(findToken(tokens, token, new Date('2099-01-01T00:00:00Z'))).toBeUndefined();
    expect(findToken(tokens, token.replace(/^./, 'x'), now)).toBeUndefined();
    expect(statSync(join(workdir, 'cloud-registry/auth/tokens.json')).mode & 0o777).toBe(0o600);
    expect((await admin('audit-export')).out).toContain('"action":"admin_create_token","tenant":"acme"');
  });

  test('begins a registry, and reads without --write', async () => {
    rmSync(workdir, { recursive: true });
    const { out } = await admin('create-token', ...NET, '--json');
    expect(JSON.parse(out)).toMatchObject({
      token: expect.any(String),
      can_read: true,
      can_write: false,
      current: true,
    });
    expect(JSON.parse(tokenFile()).tokens).toHaveLength(1);
  });

  test.each([
    [['--tenant', 'acme', '--project', 'net'], /--subject/],
    [['--subject', 'ci', '--project', 'net'], /--tenant/],
    [['--subject', 'ci', '--tenant', 'acme'], /--project/],
    [['--subject', 'ci', '--tenant', '../x', '--project', 'net'], /--tenant "..\/x"/],
    [['--subject', 'ci', '--tenant', 'acme', '--project', 'net,a b'], /--project "a b"/],
    [[...NET, '--expires-at', 'soon'], /--expires-at/],
  ])('%j is an error, and changes nothing', async (words, message) => {
    const before = tokenFile();
    const { exitCode, err } = await admin('create-token', ...words);
    expect([exitCode, err]).toEqual([1, expect.stringMatching(message)]);
    expect(tokenFile()).toBe(before);
  });

  test('in the work directory of another user it writes nothing that their server could not read', async () => {
    const host = createHost({ env: { PATH: process.env['PATH'] } });
    const stat: typeof host.files.stat = async (path) => {
      const own = await host.files.stat(path);
      return own && { ...own, uid: own.uid + 1 };
    };
    const place = { host: { ...host, files: { ...host.files, stat } }, cwd: dir, workdir };
    const before = tokenFile();
    const who = { subject: 'whole', tenant: 'acme', project: '' };
    const both = [
      createToken(place, { ...who, projects: ['*'], write: false, expiresAt: '' }),
      revokeTokens(place, { ...who, dryRun: false }),
    ];
    for (const one of both) await expect(one).rejects.toThrow(/belongs to user \d+.*sudo -u/);
    expect(tokenFile()).toBe(before);
  });
});

describe('revoke-token', () => {
  test('takes out what fits, and nothing else', async () => {
    const before = tokenFile();
    expect((await admin('revoke-token', '--subject', 'whole', '--tenant', 'acme', '--dry-run')).exitCode).toBe(0);
    expect(tokenFile()).toBe(before);
    expect((await admin('revoke-token', '--subject', 'whole', '--tenant', 'acme')).exitCode).toBe(0);
    expect(JSON.parse(tokenFile()).tokens.map((one: { subject: string }) => one.subject)).toEqual([
      'reads',
      'elsewhere',
      'expired',
    ]);
    expect(statSync(join(workdir, 'cloud-registry/auth/tokens.json')).mode & 0o777).toBe(0o600);
    expect((await admin('audit-export')).out).toContain('"action":"admin_revoke_token","tenant":"acme"');
  });

  test('takes each out that was to go, and shows the others to nobody on the way', async () => {
    const host = createHost({ env: { PATH: process.env['PATH'] } });
    const modes: number[] = [];
    const rename: typeof host.files.rename = (from, to) => {
      modes.push(statSync(from).mode & 0o777);
      return host.files.rename(from, to);
    };
    const place = { host: { ...host, files: { ...host.files, rename } }, cwd: dir, workdir };
    const revoke = (subject: string) => revokeTokens(place, { subject, tenant: '', project: '', dryRun: false });
    await Promise.all([revoke('whole'), revoke('reads'), revoke('expired')]);
    expect(JSON.parse(tokenFile()).tokens).toMatchObject([{ subject: 'elsewhere' }]);
    expect(modes).toEqual([0o600, 0o600, 0o600]);
  });

  test.each([
    [['--subject', 'whole'], /either --tenant or --all-tenants/],
    [['--subject', 'whole', '--tenant', 'acme', '--all-tenants'], /either/],
    [['--tenant', 'acme'], /--subject/],
    [['--subject', 'nobody', '--all-tenants'], /no token fits --subject/],
    [['--subject', 'whole', '--tenant', 'acme', '--project', 'net'], /no token fits/],
  ])('%j is an error, and changes nothing', async (words, message) => {
    const before = tokenFile();
    const { exitCode, err } = await admin('revoke-token', ...words);
    expect([exitCode, err]).toEqual([1, expect.stringMatching(message)]);
    expect(tokenFile()).toBe(before);
  });
});

test('a directory without a registry, and one without a history, are errors', async () => {
  expect((await admin('list-tokens', '--workdir', 'none')).err).toContain('--workdir');
  expect((await admin('verify-chain')).err).toContain('there is no history');
});

describe('the audit trail', () => {
  const host = createHost({ env: {} });
  const add = (tenant: string, n: number, maxBytes = 0) =>
    addAuditEvent(host, workdir, { action: 'a', tenant, status: 'ok', message: String(n) }, { maxBytes, maxFiles: 2 });
  const keys = () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const seed = privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(16).toString('base64');
    writeFileSync(join(dir, 'key'), seed);
    return publicKey.export({ format: 'der', type: 'spki' }).subarray(12).toString('base64');
  };
  const messages = (text: string) =>
    text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line).message as string]));

  test('is exported in order, over its older files, for one tenant or the newest alone', async () => {
    for (let n = 0; n < 6; n++) await add(n % 2 === 0 ? 'acme' : 'other', n, 250);
    // Three files of two events: the oldest two files that are kept, and the present one.
    const all = messages((await admin('audit-export')).out);
    expect(all).toEqual([...all].sort());
    expect(all.at(-1)).toBe('5');
    expect(messages((await admin('audit-export', '--tenant', 'acme')).out).every((one) => Number(one) % 2 === 0)).toBe(
      true,
    );
    expect(messages((await admin('audit-export', '--limit', '2')).out)).toEqual(['4', '5']);
    expect(messages((await admin('audit-export', '--tenant', 'acme', '--limit', '2')).out)).toEqual(['2', '4']);
  });

  test('is read without parsing what others did, and no further than the limit', async () => {
    for (let n = 0; n < 4; n++) await add('acme', n);
    await add('other', 4);
    const { parse } = JSON;
    let parsed = 0;
    JSON.parse = (...words: Parameters<typeof parse>) => {
      parsed++;
      return parse(...words);
    };
    try {
      const read = (tenant: string, limit: number) => readAuditEvents(host, workdir, { tenant, limit });
      expect((await read('other', 200)).map(({ message }) => message)).toEqual(['4']);
      expect(parsed).toBe(1);
      expect((await read('acme', 2)).map(({ message }) => message)).toEqual(['2', '3']);
      expect(parsed).toBe(3);
    } finally {
      JSON.parse = parse;
    }
  });

  test('is signed, and every change is found', async () => {
    await add('acme', 1);
    const pubkey = keys();
    expect((await admin('audit-export', '--out', 'e.jsonl', '--sign-key', 'key')).exitCode).toBe(0);
    const verify = (...words: string[]) => admin('audit-verify', '--input', 'e.jsonl', ...words);
    expect(await verify('--pubkey', pubkey)).toMatchObject({ exitCode: 0, out: 'Audit: verified\n' });
    expect(await verify('--trust-envelope-key')).toMatchObject({ exitCode: 0 });
    expect((await verify()).err).toMatch(/either --pubkey or --trust-envelope-key/);
    const other = keys();
    expect(await verify('--pubkey', other)).toMatchObject({ exitCode: 1, out: expect.stringContaining('another key') });
    writeFileSync(join(dir, 'e.jsonl'), readFileSync(join(dir, 'e.jsonl'), 'utf8').replace('"ok"', '"no"'));
    expect(await verify('--pubkey', pubkey)).toMatchObject({ exitCode: 1, out: expect.stringContaining('changed') });
    expect(await verify('--trust-envelope-key')).toMatchObject({ exitCode: 1 });
  });
});
