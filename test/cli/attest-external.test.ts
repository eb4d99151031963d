import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dsse } from '@sigstore/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createHost } from '../../src/host/create-host.ts';
import { chosenSigner } from '../../src/runtime/key-file.ts';
import { evidenceReport } from '../fixtures/evidence-report.ts';
import { buildElf, insns } from '../object/elf-builder.ts';
import { runIn } from './run-in.ts';

const OBJECT = buildElf([{ name: 'tracepoint/a/b', executable: true, bytes: insns([[0xb7], [0x95]]) }]);
let cwd = '';

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'attest-external-'));
  writeFileSync(join(cwd, 'conn.bpf.o'), OBJECT);
  writeFileSync(join(cwd, 'report.json'), JSON.stringify(evidenceReport(cwd, OBJECT)));
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

/** A program that signs with a key of its own, which it keeps; `over` is what it signs. It writes down what it was given. */
function signer(over = 'payload', before = ''): Record<string, string> {
  const path = join(cwd, 'signer.mjs');
  writeFileSync(
    path,
    `#!${process.execPath}
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
const payload = readFileSync(0);
const [dir] = process.argv.slice(2);
appendFileSync(dir + '/seen', JSON.stringify({ argv: process.argv.slice(2), payload: payload.toString('base64') }) + '\\n');
${before}
const file = dir + '/kms.pem';
if (!existsSync(file)) writeFileSync(file, generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }));
const key = createPrivateKey(readFileSync(file));
const raw = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(12).toString('base64');
console.log(JSON.stringify({ signature_key_id: 'kms-1', signature_public_key: raw, signature: sign(null, ${over}, key).toString('base64') }));
`,
  );
  chmodSync(path, 0o755);
  return {
    BPFCOMPAT_SIGNING_MODE: 'external-cmd',
    BPFCOMPAT_SIGNING_EXTERNAL_CMD: path,
    BPFCOMPAT_SIGNING_EXTERNAL_ARGS: `${cwd} --flag`,
    XDG_STATE_HOME: join(cwd, 'state'),
  };
}

const create = (env: Record<string, string>) => runIn(cwd, ['attest', 'create', '--report', 'report.json'], false, env);
const bundlesDir = () => join(cwd, '.bpfcompat/store/bundles');

interface Seen {
  readonly argv: readonly string[];
  readonly payload: string;
}

test('a program of the user signs, and sees the bytes that are signed and nothing else', async () => {
  const env = signer();
  const made = await create(env);
  expect([made.exitCode, JSON.parse(made.out).statements.length]).toEqual([0, 3]);
  const seen = readFileSync(join(cwd, 'seen'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Seen);
  expect(seen.map(({ argv }) => argv)).toEqual([
    [cwd, '--flag'],
    [cwd, '--flag'],
  ]);
  const encoded = readdirSync(bundlesDir()).map((name) => {
    const { payloadType, payload } = JSON.parse(readFileSync(join(bundlesDir(), name), 'utf8')).dsseEnvelope;
    return dsse.preAuthEncoding(payloadType, Buffer.from(payload, 'base64')).toString('base64');
  });
  expect(seen.map(({ payload }) => payload).sort()).toEqual(encoded.sort());
  const verified = await runIn(cwd, ['attest', 'verify', '.bpfcompat/store/bundles'], false, env);
  expect(verified.exitCode).toBe(0);
});

test.each([
  ["Buffer.from('other')", '', 'its signature does not fit the payload'],
  ['payload.subarray(1)', '', 'its signature does not fit the payload'],
  ['payload', 'process.exit(4);', 'it ended with 4'],
  ['payload', "console.log('x'.repeat(64 * 1024 * 1024)); process.exit(0);", 'signer.mjs'],
])('a program that signs %s (%s) is no signer, and nothing is kept', async (over, before, message) => {
  const made = await create(signer(over, before));
  expect([made.exitCode, made.err]).toEqual([1, expect.stringContaining(message)]);
  expect(existsSync(bundlesDir())).toBe(false);
  // The first signature was the last one.
  expect(readFileSync(join(cwd, 'seen'), 'utf8').trim().split('\n')).toHaveLength(1);
});

test('a program that does not finish is ended after its time', async () => {
  const env = signer(
    'payload',
    "writeFileSync(dir + '/pid', String(process.pid)); await new Promise((go) => setTimeout(go, 60_000));",
  );
  const real = createHost({ env });
  const limits: (number | undefined)[] = [];
  // On a busy machine a program may not even have started by then: longer, the next time.
  let timeoutMs = 750;
  const host: typeof real = {
    ...real,
    // The same program and the same clock, with a shorter time.
    run: (command, args, options) => {
      limits.push(options?.timeoutMs);
      timeoutMs *= 2;
      return real.run(command, args, { ...options, timeoutMs });
    },
  };
  const sign = await chosenSigner(host, '', join(cwd, '.bpfcompat'));
  do await expect(sign(Buffer.from('x'))).rejects.toThrow('it did not finish within a minute');
  while (!existsSync(join(cwd, 'pid')) && timeoutMs < 20_000);
  expect(new Set(limits)).toEqual(new Set([60_000]));
  const pid = Number(readFileSync(join(cwd, 'pid'), 'utf8'));
  expect(() => process.kill(pid, 0)).toThrow('ESRCH');
});
