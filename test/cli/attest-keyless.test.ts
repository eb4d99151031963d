import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleFromJSON } from '@sigstore/bundle';
import { fulcioHandler, rekorHandler, tsaHandler } from '@sigstore/mock';
import { TrustedRoot } from '@sigstore/protobuf-specs';
import { toSignedEntity, toTrustMaterial, Verifier } from '@sigstore/verify';
import { type BuildOptions, build } from 'esbuild';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { sha256 } from '../../src/runtime/canonical.ts';
import { evidenceReport } from '../fixtures/evidence-report.ts';
import { DEBIAN_12, probeOf } from '../fixtures/runtime-lab.ts';
import { CLAIMS, GITHUB_ISSUER, sigstoreLab, trustedRoot } from '../fixtures/sigstore-lab.ts';
import { buildElf, insns } from '../object/elf-builder.ts';
import { runIn } from './run-in.ts';

// An instance of Sigstore and the token service of a workflow, on the loopback address.
const OBJECT = buildElf([{ name: 'tracepoint/a/b', executable: true, bytes: insns([[0xb7], [0x95]]) }]);
const lab = await sigstoreLab({});
const ENV = ['ACTIONS_ID_TOKEN_REQUEST_URL', 'ACTIONS_ID_TOKEN_REQUEST_TOKEN', 'SIGSTORE_ID_TOKEN'];
const before = ENV.map((name) => [name, process.env[name]] as const);
const rekor = rekorHandler(lab.tlog);
const handlers = [
  fulcioHandler(lab.ca),
  { ...rekor, fn: (body: string) => rekor.fn(loggedEntry(body)) },
  tsaHandler(lab.tsa),
];
let server: Server;
let base = '';
let cwd = '';
let isDown = false;

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const TOKEN = [
  part({ alg: 'none' }),
  part({ sub: CLAIMS.san, iss: GITHUB_ISSUER, repository: 'acme/probe', ref: CLAIMS.ref }),
  part('signature'),
].join('.');

/** What a log keeps of a proposed entry: digests and signatures. */
function loggedEntry(body: string): string {
  const { apiVersion, kind, spec } = JSON.parse(body);
  const { payload, signatures } = JSON.parse(spec.proposedContent.envelope);
  const [verifier] = spec.proposedContent.verifiers;
  const payloadHash = { algorithm: 'sha256', value: sha256(Buffer.from(payload, 'base64')) };
  const signed = signatures.map(({ sig }: { sig: string }) => ({ signature: sig, verifier }));
  return JSON.stringify({ apiVersion, kind, spec: { payloadHash, signatures: signed } });
}

beforeAll(async () => {
  server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://x');
    const isToken = pathname === '/token' && request.headers.authorization === 'Bearer secret';
    if (isToken && searchParams.get('audience') === 'sigstore') {
      response.end(JSON.stringify({ value: TOKEN }));
      return;
    }
    const handler = handlers.find(({ path }) => path === pathname);
    if (handler === undefined || isDown) {
      response.writeHead(404).end();
      return;
    }
    const { statusCode, response: bytes, contentType } = await handler.fn(body);
    response.writeHead(statusCode, contentType ? { 'content-type': contentType } : {}).end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => new Promise((resolve) => server.close(resolve)));

beforeEach(() => {
  isDown = false;
  cwd = mkdtempSync(join(tmpdir(), 'attest-keyless-'));
  writeFileSync(join(cwd, 'conn.bpf.o'), OBJECT);
  writeFileSync(join(cwd, 'report.json'), JSON.stringify(evidenceReport(cwd, OBJECT)));
  writeFileSync(join(cwd, 'host.json'), JSON.stringify(probeOf(DEBIAN_12)));
  writeFileSync(join(cwd, 'signing.json'), JSON.stringify(signingConfig()));
  for (const name of ENV) delete process.env[name];
  process.env['ACTIONS_ID_TOKEN_REQUEST_URL'] = `${base}/token?x=1`;
  process.env['ACTIONS_ID_TOKEN_REQUEST_TOKEN'] = 'secret';
});

afterEach(() => {
  rmSync(cwd, { recursive: true });
  for (const [name, value] of before)
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
});

function signingConfig() {
  const service = { url: base, majorApiVersion: 1, validFor: { start: '2020-01-01T00:00:00Z' }, operator: 'lab' };
  return {
    mediaType: 'application/vnd.dev.sigstore.signingconfig.v0.2+json',
    caUrls: [service],
    rekorTlogUrls: [service],
    rekorTlogConfig: { selector: 'ANY' },
    tsaUrls: [{ ...service, url: base }],
    tsaConfig: { selector: 'ANY' },
  };
}

function writeTrust(ref = 'refs/tags/v*'): void {
  mkdirSync(join(cwd, 'trust'), { recursive: true });
  const root = JSON.stringify(trustedRoot(lab));
  writeFileSync(join(cwd, 'trust/root.json'), root);
  writeFileSync(
    join(cwd, 'trust/trust.yaml'),
    `version: 1
signers:
  - id: ci
    keyless: { issuer: ${GITHUB_ISSUER}, workflow: acme/ci/.github/workflows/attest.yml, repo: acme/probe, ref: ${ref} }
roles: { evidence: [ci] }
trustedRoot: { file: root.json, sha256: ${sha256(root)} }
`,
  );
}

const run = (...argv: string[]) => runIn(cwd, argv, false, { XDG_STATE_HOME: join(cwd, 'state') });
const create = (...more: string[]) =>
  run('attest', 'create', '--report', 'report.json', '--keyless', '--signing-config', 'signing.json', ...more);
const select = () =>
  run('runtime', 'select', '--artifact-name', 'conn', '--host', 'host.json', '--trust', 'trust/trust.yaml');

test('from the token of a workflow to a decision, verified offline', async () => {
  const made = await create();
  expect([made.exitCode, made.err]).toEqual([0, expect.any(String)]);
  const { key_id, statements } = JSON.parse(made.out);
  expect([key_id, statements.length]).toEqual([undefined, 3]);
  const [bundle = ''] = readdirSync(join(cwd, '.bpfcompat/store/bundles'));
  expect(readFileSync(join(cwd, '.bpfcompat/store/bundles', bundle), 'utf8')).not.toContain(TOKEN);

  writeTrust();
  isDown = true;
  const verified = await run('attest', 'verify', '.bpfcompat/store/bundles', '--trust', 'trust/trust.yaml');
  expect([verified.exitCode, verified.out]).toEqual([0, expect.stringMatching(/verified .*signed by ci\n/)]);
  const chosen = await select();
  expect(chosen.exitCode).toBe(0);
  expect(JSON.parse(chosen.out).selection.selected.sha256).toBe(sha256(OBJECT));

  writeTrust('refs/heads/main');
  const other = await select();
  expect([other.exitCode, other.out.includes('"code": "signer_unknown"')]).toEqual([3, true]);
});

test('others verify it without anything of ours, as gh attestation verify does', async () => {
  expect((await create()).exitCode).toBe(0);
  const verifier = new Verifier(toTrustMaterial(TrustedRoot.fromJSON(trustedRoot(lab))));
  const dir = join(cwd, '.bpfcompat/store/bundles');
  const texts = readdirSync(dir).map((name) => readFileSync(join(dir, name), 'utf8'));
  expect(texts).toHaveLength(2);
  for (const text of texts) {
    const bundle = bundleFromJSON(JSON.parse(text));
    const policy = { subjectAlternativeName: CLAIMS.san, extensions: { issuer: GITHUB_ISSUER } };
    const { identity } = verifier.verify(toSignedEntity(bundle), policy);
    expect(identity?.subjectAlternativeName).toBe(CLAIMS.san);
    const { payload, payloadType } = JSON.parse(text).dsseEnvelope;
    const statement = JSON.parse(Buffer.from(payload, 'base64').toString());
    expect([payloadType, statement._type, statement.predicateType]).toEqual([
      'application/vnd.in-toto+json',
      'https://in-toto.io/Statement/v1',
      'https://in-toto.io/attestation/test-result/v0.1',
    ]);
    expect(statement.subject[0].digest.sha256).toBe(sha256(OBJECT));
    const other = { ...policy, extensions: { issuer: 'https://gitlab.com' } };
    expect(() => verifier.verify(toSignedEntity(bundle), other)).toThrow(/issuer/);
  }
});

// Bundling can lose what libraries look up by name (generated messages, algorithms), which only the bundle shows.
test('the program as it is shipped signs with a token and verifies, too', async () => {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const { cliBundle } = (await import(new URL('../../scripts/cli-bundle.mjs', import.meta.url).href)) as {
    cliBundle: (info: object) => BuildOptions;
  };
  const outdir = join(cwd, 'build');
  await build({ ...cliBundle({ version: '0' }), absWorkingDir: root, outdir });
  const env = { ...process.env, XDG_STATE_HOME: join(cwd, 'state') };
  const shipped = (...argv: string[]) =>
    new Promise<{ code: number | string; out: string; err: string }>((resolve) => {
      execFile(process.execPath, [join(outdir, 'cli.mjs'), ...argv], { cwd, env }, (error, out, err) =>
        resolve({ code: error?.code ?? 0, out, err }),
      );
    });
  const made = await shipped(
    ...['attest', 'create', '--report', 'report.json', '--keyless', '--signing-config', 'signing.json'],
  );
  expect([made.code, made.err]).toEqual([0, expect.stringContaining('experimental')]);

  writeTrust();
  isDown = true;
  const bundles = join(cwd, '.bpfcompat/store/bundles');
  const verify = () => shipped('attest', 'verify', bundles, '--trust', 'trust/trust.yaml');
  const good = await verify();
  expect([good.code, good.out]).toEqual([0, expect.stringMatching(/verified .*signed by ci\n/)]);

  for (const name of readdirSync(bundles)) {
    const bundle = JSON.parse(readFileSync(join(bundles, name), 'utf8'));
    const payload = Buffer.from(bundle.dsseEnvelope.payload, 'base64').toString().replace('PASSED', 'WARNED');
    bundle.dsseEnvelope.payload = Buffer.from(payload).toString('base64');
    writeFileSync(join(bundles, name), JSON.stringify(bundle));
  }
  const changed = await verify();
  expect([changed.code, changed.out]).toEqual([1, expect.stringContaining('signature_invalid')]);
}, 60_000);

test('without a token, and without an authority, nothing is written', async () => {
  isDown = true;
  const rejected = await create();
  expect([rejected.exitCode, rejected.err]).toEqual([1, expect.stringContaining('gave no certificate (404)')]);
  expect(rejected.err).not.toContain(TOKEN);
  for (const name of ENV) delete process.env[name];
  expect((await create()).err).toContain('give the job the permission id-token: write');
  process.env['SIGSTORE_ID_TOKEN'] = 'no.token-at-all.x';
  const unreadable = await create();
  expect(unreadable.err).toContain('cannot be read');
  expect(unreadable.err).not.toContain('no.token-at-all.x');
  expect(() => readdirSync(join(cwd, '.bpfcompat/store/bundles'))).toThrow();
});

test('flags and files that do not fit', async () => {
  writeFileSync(join(cwd, 'signing.json'), '{}');
  expect((await create()).err).toContain('signing.json: no signing config of Sigstore');
  writeFileSync(join(cwd, 'signing.json'), JSON.stringify({ ...signingConfig(), caUrls: [] }));
  expect((await create()).err).toContain('No valid CA');
  rmSync(join(cwd, 'signing.json'));
  expect((await create()).err).toContain('there is no such file');
  expect((await create('--key', 'k.pem')).err).toContain('--keyless signs without --key');
  expect((await create('--unsigned', 'dir')).err).toContain('--unsigned signs nothing; leave out --keyless');
  const alone = await run('attest', 'create', '--report', 'report.json', '--signing-config', 'x');
  expect(alone.err).toContain('--signing-config says where --keyless signs');
});
