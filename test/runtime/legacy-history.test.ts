import { createHash, createPublicKey, verify } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { trustedKeys } from '../../src/history/keys.ts';
import type { HistoryRecord } from '../../src/history/record.ts';
import { signerOf } from '../../src/history/signer.ts';
import { appendHistory } from '../../src/history/store.ts';
import { createHost } from '../../src/host/create-host.ts';
import { sha256 } from '../../src/runtime/canonical.ts';
import { runIn } from '../cli/run-in.ts';
import { probeOf, testKey, UBUNTU_20 } from '../fixtures/runtime-lab.ts';

let cwd = '';
const host = createHost({ env: {} });
const DIGEST = sha256('object');
/** What stands before the bytes of a public key in its DER. */
const ED25519 = Buffer.from('302a300506032b6570032100', 'hex');

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'legacy-'));
  put('host.json', JSON.stringify(probeOf(UBUNTU_20)));
});
afterEach(() => rmSync(cwd, { recursive: true }));

function put(name: string, text: string): void {
  writeFileSync(join(cwd, name), text);
}

function record(more: Partial<HistoryRecord> = {}): HistoryRecord {
  const now = new Date(Date.now() - 60_000).toISOString();
  return {
    schema_version: 'artifact_history.v0.1',
    run_id: 'r1',
    run_started_at: now,
    created_at: now,
    artifact_name: 'conn',
    artifact_version: '1.0.0',
    artifact_path: '/gone',
    artifact_sha256: DIGEST,
    matrix_path: '',
    summary_status: 'pass',
    required_passed: 1,
    required_failed: 0,
    total_profiles: 1,
    supported_profiles: ['ubuntu-20.04-5.4'],
    json_report_path: '/gone.json',
    ...more,
  };
}

/** Rows in the work directory, signed with its key, which the trust lists. */
async function written(...records: HistoryRecord[]): Promise<void> {
  const workdir = join(cwd, '.bpfcompat');
  await appendHistory(host, workdir, records, await signerOf(host, workdir));
  const [key] = await trustedKeys(host, workdir);
  put('keyring.pub', `${key?.[0]}\n`);
}

async function select(require = 'minMode: load_only', legacy = true) {
  const entry = legacy ? 'legacyHistory: {keyring: keyring.pub, maxAge: 1h}\n' : '';
  put('trust.yaml', `version: 1\nsigners: []\nroles: {}\nrequire: {${require}}\n${entry}`);
  const args = ['--artifact-name', 'conn', '--trust', 'trust.yaml', '--host', 'host.json', '--limit', '0'];
  const { exitCode, out, err } = await runIn(cwd, ['runtime', 'select', ...args]);
  if (exitCode === 1) throw new Error(err);
  const { selection } = JSON.parse(out);
  const codes = selection.candidates.map((one: { rejections?: { code: string }[] }) => one.rejections?.[0]?.code ?? '');
  return { exitCode, selection, codes };
}

test('a row counts under the entry of the trust alone, as the weakest evidence', async () => {
  await written(record());
  const { exitCode, selection } = await select();
  expect(exitCode).toBe(0);
  expect(selection.selected).toMatchObject({ match_tier: 'legacy', mode: 'load_only', sha256: DIGEST });
  expect(await select('minMode: load_only', false)).toMatchObject({ exitCode: 3, codes: ['legacy_not_trusted'] });
});

test.each<[string, Partial<HistoryRecord>, string, string]>([
  ['it does not say that it was attached', {}, 'minMode: load_attach', 'policy_mode'],
  ['it does not say how its guest was run', {}, 'minMode: load_only, accel: kvm', 'policy_accel'],
  ['of another kernel', { supported_profiles: ['ubuntu-24.04-6.8'] }, 'minMode: load_only', 'kernel_mismatch'],
  ['a failure', { failed_profiles: ['ubuntu-20.04-5.4'] }, 'minMode: load_only', 'result_failed'],
  ['too old', { run_started_at: '2020-01-01T00:00:00Z' }, 'minMode: load_only', 'stale'],
  ['without a digest', { artifact_sha256: '00' }, 'minMode: load_only', 'statement_invalid'],
])('%s', async (_name, more, require, code) => {
  await written(record(more));
  expect(await select(require)).toMatchObject({ exitCode: 3, codes: [code] });
});

test('one changed row makes all of them worthless, and so does a cut', async () => {
  await written(record({ artifact_name: 'other' }), record());
  const file = join(cwd, '.bpfcompat/registry/artifact_versions.jsonl');
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replace('"other"', '"otter"'));
  expect((await select()).codes).toEqual(['legacy_chain_invalid']);
  writeFileSync(file, `${text.split('\n')[1]}\n`);
  expect((await select()).codes).toEqual(['legacy_chain_invalid']);
});

test('a key that lies beside the rows is not believed for that', async () => {
  await written(record());
  put('keyring.pub', '');
  expect((await select()).codes).toEqual(['legacy_chain_invalid']);
});

test('an arm64 host is called like an x86_64 one, and gets nothing of it', async () => {
  await written(record());
  put('host.json', JSON.stringify(probeOf({ ...UBUNTU_20, arch: 'aarch64' }, { arch: 'aarch64' })));
  expect((await select()).codes).toEqual(['kernel_mismatch']);
});

test('rows of an earlier tool, by its rules for bytes, hash and signature', async () => {
  const { key, sign } = testKey();
  const raw = key.export({ format: 'der', type: 'spki' }).subarray(-32);
  const { json_report_path: path, supported_profiles: profiles, ...rest } = record();
  const { matrix_path, summary_status, required_passed, required_failed, total_profiles, ...head } = rest;
  const counts = { matrix_path, summary_status, required_passed, required_failed, total_profiles };
  const tail = { ...counts, supported_profiles: profiles, json_report_path: path };
  const bytes = Buffer.from(JSON.stringify({ ...head, ...tail }));
  const digest = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex');
  const signature = (await sign(bytes)).signature.toString('base64');
  const signed = {
    signature_alg: 'ed25519',
    signature_key_id: digest(raw).slice(0, 12),
    signature_public_key: raw.toString('base64'),
    signature,
  };
  mkdirSync(join(cwd, '.bpfcompat/registry'), { recursive: true });
  const line = JSON.stringify({ ...head, record_sha256: digest(bytes), ...signed, ...tail });
  put('.bpfcompat/registry/artifact_versions.jsonl', `${line}\n`);
  put('keyring.pub', `# an earlier tool\n${digest(raw).slice(0, 12)} ${raw.toString('base64')}\n`);
  expect((await select()).selection.selected).toMatchObject({ match_tier: 'legacy' });
});

test('our rows, by the same rules for bytes, hash and signature', async () => {
  await written(record({ run_id: 'r0' }), record());
  const text = readFileSync(join(cwd, '.bpfcompat/registry/artifact_versions.jsonl'), 'utf8');
  let before: string | undefined;
  for (const line of text.trimEnd().split('\n')) {
    const { record_sha256: own, ...row } = JSON.parse(line);
    const { signature_alg, signature_key_id, signature_public_key, signature, ...rest } = row;
    const bytes = Buffer.from(JSON.stringify(rest));
    expect([own, rest.prev_record_sha256]).toEqual([sha256(bytes), before]);
    const raw = Buffer.from(signature_public_key, 'base64');
    expect([signature_alg, signature_key_id]).toEqual(['ed25519', sha256(raw).slice(0, 12)]);
    const key = createPublicKey({ key: Buffer.concat([ED25519, raw]), format: 'der', type: 'spki' });
    expect(verify(null, bytes, key, Buffer.from(signature, 'base64'))).toBe(true);
    before = own;
  }
});
