import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { addToHistory, historyDoubt, listHistory, recordOfVersion, signAll, verifyAll } from '../../src/api/history.ts';
import { gate } from '../../src/gate/gate.ts';
import { publicKeyOf } from '../../src/history/keys.ts';
import { canonicalBytes, HistoryRecord, recordHash, recordLine } from '../../src/history/record.ts';
import { createHost } from '../../src/host/create-host.ts';
import { registryLocks } from '../../src/run/registry-locks.ts';
import { recordRun } from '../fixtures/record-run.ts';
import { mixedRun, quickRun } from '../fixtures/scenes.ts';

let workDir = '';
beforeEach(() => {
  workDir = mkdtempSync(join(tmpdir(), 'history-'));
});
afterEach(() => rmSync(workDir, { recursive: true }));

const file = (): string => join(workDir, 'registry', 'artifact_versions.jsonl');
const head = (): string => join(workDir, 'registry', 'artifact_versions.head.json');
const lines = (): string[] => readFileSync(file(), 'utf8').trimEnd().split('\n');
const recordAt = (index: number): HistoryRecord => HistoryRecord.parse(JSON.parse(lines()[index] ?? ''));

/** Adds a run with two objects; the version distinguishes it. */
function add(version: string, env: Record<string, string> = {}) {
  const run = { ...quickRun(), artifacts: quickRun().artifacts.slice(0, 2) };
  const artifacts = run.artifacts.map(({ name }, artifact) => ({
    json: `/r/${name}-${version}.json`,
    markdown: '',
    verdict: gate({
      targets: run.targets,
      results: run.results.filter(({ cell }) => cell.artifact === artifact),
    }),
  }));
  const places = { workdir: workDir, out: '', markdown: '', artifactVersion: version };
  return recordRun(
    createHost({ env: { PATH: process.env['PATH'], ...env } }),
    run,
    { json: '', markdown: '', artifacts },
    { ...places, artifactVariant: '', artifactUri: '' },
    '/src/compat.yaml',
  );
}

const issues = async (env: Record<string, string> = {}): Promise<(string | undefined)[]> =>
  (await verifyAll({ workDir, env })).map(({ issues: own }) => own?.join('; '));

/** A record as an earlier tool wrote it: this text is the contract. */
const LINE =
  '{"schema_version":"artifact_history.v0.1","run_id":"20260102T030405Z-a1b2c3","run_started_at":"2026-01-02T03:04:05Z","created_at":"2026-01-02T03:05:00Z","artifact_name":"a\\u003cb\\u003e\\u0026ü","artifact_version":"v1","artifact_path":"/a.o","artifact_sha256":"00","matrix_path":"","summary_status":"pass","required_passed":1,"required_failed":0,"total_profiles":1,"supported_profiles":["k"],"json_report_path":"/r.json"}';

describe('bytes', () => {
  test('canonical: fixed order, empty optional fields left out, escapes of the contract', () => {
    const record = HistoryRecord.parse({
      ...JSON.parse(LINE),
      unknown: 1,
      artifact_variant: '',
      failed_profiles: [],
      record_sha256: 'x',
      signature: 'y',
    });
    expect(canonicalBytes(record).toString()).toBe(LINE);
    expect(recordHash(record)).toBe(createHash('sha256').update(LINE).digest('hex'));
    expect(recordLine(record)).toContain('"artifact_sha256":"00","record_sha256":"x","signature":"y","matrix_path"');
  });

  test('line separators are escaped, other characters are raw', () => {
    const record = HistoryRecord.parse({ ...JSON.parse(LINE), artifact_name: '\u2028\u2029é😀' });
    expect(canonicalBytes(record).toString()).toContain('"artifact_name":"\\u2028\\u2029é😀"');
  });
});

describe('a chain', () => {
  test('a directory without one is an error, and nothing is made there', async () => {
    const rejected = {
      code: 'history_missing',
      message: `there is no history in ${workDir}; name the work directory of the runs with workDir`,
    };
    for (const request of [verifyAll, historyDoubt, listHistory, signAll])
      await expect(request({ workDir, env: {} })).rejects.toMatchObject(rejected);
    expect(readdirSync(workDir)).toEqual([]);
  });

  test('a history that is gone is cut, not missing', async () => {
    await add('v1');
    rmSync(file());
    expect(await issues()).toEqual(['the history was cut: 2 records were written, 0 are left']);
  });

  test('what cannot be known is said: there is no note of how long it was', async () => {
    await add('v1');
    expect(await historyDoubt({ workDir, env: {} })).toBe('');
    rmSync(head());
    expect(await issues()).toEqual([undefined, undefined]);
    expect(await historyDoubt({ workDir, env: {} })).toMatch(/^nothing says how many records were written/);
    await signAll({ workDir, env: {} });
    expect(await historyDoubt({ workDir, env: {} })).toBe('');
  });

  test('is linked, signed, and verifies', async () => {
    expect(await add('v1')).toBeUndefined();
    expect(await add('v2')).toBeUndefined();
    const rows = await verifyAll({ workDir, env: {} });
    expect(rows.map(({ verified, index }) => [index, verified])).toEqual([
      [0, true],
      [1, true],
      [2, true],
      [3, true],
    ]);
    expect(rows[0]).not.toHaveProperty('issues');
    expect(recordAt(0).prev_record_sha256).toBeUndefined();
    expect(recordAt(3).prev_record_sha256).toBe(recordAt(2).record_sha256);
    expect(recordAt(1)).toMatchObject({
      schema_version: 'artifact_history.v0.1',
      artifact_name: 'unlink',
      artifact_version: 'v1',
      manifest_path: '/src/compat.yaml',
      summary_status: 'fail',
      required_passed: 3,
      required_failed: 1,
      total_profiles: 4,
      supported_profiles: ['debian-11-5.10', 'debian-12-6.1', 'debian-12-6.12'],
      failed_profiles: ['debian-13-7.3'],
      classification_codes: ['UNSUPPORTED_ATTACH_TYPE'],
      json_report_path: '/r/unlink-v1.json',
      signature_alg: 'ed25519',
    });
  });

  test('the private key is for its owner only', async () => {
    await add('v1');
    const key = join(workDir, 'keys', 'artifact-registry-signing-key.ed25519');
    expect(statSync(key).mode & 0o777).toBe(0o600);
    expect(statSync(join(workDir, 'keys')).mode & 0o777).toBe(0o700);
    expect(Buffer.from(readFileSync(key, 'utf8').trim(), 'base64')).toHaveLength(64);
    const [id, base64 = ''] = readFileSync(join(workDir, 'keys/artifact-registry-signing-key.pub'), 'utf8').split(/\s/);
    expect(publicKeyOf(base64)?.id).toBe(id);
    expect(recordAt(0)).toMatchObject({ signature_key_id: id, signature_public_key: base64 });
  });

  test('many at once', async () => {
    await Promise.all(['a', 'b', 'c', 'd'].map((version) => add(version)));
    expect(await issues()).toEqual(Array(8).fill(undefined));
  });

  test('is listed newest first, and found by version', async () => {
    await add('v1');
    await add('v2');
    const list = await listHistory({ workDir, env: {}, artifactName: 'unlink', limit: 1 });
    expect(list.map(({ artifact_version: version }) => version)).toEqual(['v2']);
    expect(await listHistory({ workDir, env: {} })).toHaveLength(4);
    await expect(listHistory({ workDir, env: {}, artifactName: 'unlnk' })).rejects.toThrow(
      /^artifactName "unlnk" is not in the history of .*; did you mean "unlink"\?/,
    );
    const host = createHost({ env: {} });
    expect(await recordOfVersion(host, workDir, 'unlink', 'v1', '--base-version')).toMatchObject({
      json_report_path: '/r/unlink-v1.json',
    });
    await expect(recordOfVersion(host, workDir, 'unlnk', 'v1', '--x')).rejects.toThrow(/did you mean "unlink"/);
    await expect(recordOfVersion(host, workDir, 'unlink', 'v9', '--head-version')).rejects.toThrow(
      /^--head-version "v9" of "unlink" is not in the history/,
    );
  });
});

describe('what is noticed', () => {
  beforeEach(async () => {
    await add('v1');
    await add('v2');
  });

  test('a changed record', async () => {
    writeFileSync(file(), readFileSync(file(), 'utf8').replace('"summary_status":"fail"', '"summary_status":"pass"'));
    const [first, second, third] = await issues();
    expect(first).toBeUndefined();
    expect(second).toBe('its hash is not that of the record; its signature does not fit the record');
    expect(third).toBe('it does not follow the line before it');
  });

  test('a changed record with a new hash', async () => {
    const forged: HistoryRecord = { ...recordAt(1), summary_status: 'pass' };
    const text = recordLine({ ...forged, record_sha256: recordHash(forged) });
    writeFileSync(file(), [lines()[0], text, ...lines().slice(2), ''].join('\n'));
    expect((await issues())[1]).toBe('its signature does not fit the record');
  });

  test.each([1, 2, 4])('%i records are gone from the end', async (gone) => {
    writeFileSync(
      file(),
      lines()
        .slice(0, 4 - gone)
        .map((line) => `${line}\n`)
        .join(''),
    );
    expect((await issues()).at(-1)).toBe(`the history was cut: 4 records were written, ${4 - gone} are left`);
  });

  test('records are gone, and others were written since', async () => {
    writeFileSync(file(), `${lines().slice(0, 2).join('\n')}\n`);
    expect(await add('v3')).toMatch(/was cut or changed; "bpfcompat history verify --workdir/);
    expect((await issues()).at(-1)).toBe('record 3 is not the one that was written last');
  });

  test('a line that was cut in the middle', async () => {
    writeFileSync(file(), readFileSync(file(), 'utf8').slice(0, -40));
    expect((await issues())[3]).toBe('the line is not a record; it was cut or changed');
    await expect(signAll({ workDir, env: {} })).rejects.toThrow(/record 3 was cut or changed; take the line out/);
    expect(await add('v3')).toMatch(/was cut or changed/);
    expect(lines()).toHaveLength(6);
  });

  test('a record taken out of the middle', async () => {
    writeFileSync(file(), [lines()[0], ...lines().slice(2), ''].join('\n'));
    expect((await issues())[1]).toBe('it does not follow the line before it');
  });

  test('a changed note of the end', async () => {
    writeFileSync(head(), readFileSync(head(), 'utf8').replace('"records": 4', '"records": 2'));
    await expect(issues()).rejects.toThrow(/head\.json: it was changed/);
  });

  test('a key of somebody else, until it is trusted', async () => {
    const { signature_public_key: key = '' } = recordAt(0);
    rmSync(join(workDir, 'keys'), { recursive: true });
    rmSync(head());
    expect((await issues())[0]).toBe('its signature is by a key that is not trusted');
    const id = publicKeyOf(key)?.id ?? '';
    expect(await issues({ BPFCOMPAT_TRUSTED_SIGNING_PUBLIC_KEYS: `${id}:${key}` })).toEqual(Array(4).fill(undefined));
    const ring = join(workDir, 'ring');
    writeFileSync(ring, `# ours\n${id} ${key} # one\n`);
    expect(await issues({ BPFCOMPAT_TRUSTED_SIGNING_KEYS_PATH: ring })).toEqual(Array(4).fill(undefined));
    mkdirSync(join(workDir, 'keys'));
    writeFileSync(join(workDir, 'keys/trusted-signing-keys.pub'), key);
    expect(await issues()).toEqual(Array(4).fill(undefined));
    await expect(issues({ BPFCOMPAT_TRUSTED_SIGNING_KEYS_PATH: '/no/ring' })).rejects.toThrow(/there is no such file/);
  });

  test('sign links and signs all anew', async () => {
    writeFileSync(file(), [lines()[0], ...lines().slice(2), ''].join('\n'));
    expect(await signAll({ workDir, env: {} })).toBe(3);
    expect(await issues()).toEqual(Array(3).fill(undefined));
  });
});

test('a lock on the key is waited for with a word, no longer than the user wants', async () => {
  for (const dir of ['keys', 'registry']) mkdirSync(join(workDir, dir));
  writeFileSync(file(), `${LINE}\n`);
  const host = createHost({ env: {} });
  await using _held = await host.files.lock(join(workDir, 'keys/.lock'));
  const user = new AbortController();
  const notes: string[] = [];
  const onNote = (message: string): void => {
    notes.push(message);
    user.abort();
  };
  const started = host.monotonicMs();
  await expect(signAll({ workDir, env: {}, signal: user.signal, onNote })).rejects.toThrow(
    /keys\/\.lock is locked by another process, and the waiting was cancelled$/,
  );
  expect(notes).toEqual([expect.stringMatching(/keys\/\.lock is locked by another process: waiting for it/)]);
  expect(host.monotonicMs() - started).toBeLessThan(15_000);

  const locks = registryLocks(host, AbortSignal.abort(), () => {});
  const said = await addToHistory(host, workDir, [], locks);
  expect(said).toMatch(/^this run is not in the history of .*: .*keys\/\.lock is locked/);
});

describe('who signs', () => {
  /** A program that responds like a signer; `$body` is its JavaScript. */
  function program(body: string): Record<string, string> {
    const path = join(workDir, 'signer.mjs');
    writeFileSync(
      path,
      `#!${process.execPath}\nimport { generateKeyPairSync, sign } from 'node:crypto';\nimport { readFileSync } from 'node:fs';\nconst payload = readFileSync(0);\n${body}\n`,
    );
    chmodSync(path, 0o755);
    return {
      BPFCOMPAT_SIGNING_MODE: 'external-cmd',
      BPFCOMPAT_SIGNING_EXTERNAL_CMD: path,
      BPFCOMPAT_SIGNING_EXTERNAL_ARGS: 'kms-1  x',
    };
  }
  const GOOD = `const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const key = publicKey.export({ format: 'der', type: 'spki' }).subarray(12).toString('base64');
const signature = sign(null, payload, privateKey).toString('base64');`;
  const result = `console.log(JSON.stringify({ signature_key_id: process.argv[2], signature_public_key: key, signature }));`;

  test('another program', async () => {
    await add('v1', program(`${GOOD}\n${result}`));
    expect(recordAt(0)).toMatchObject({ signature_alg: 'ed25519', signature_key_id: 'kms-1' });
  });

  test.each([
    ['process.exit(3);', /it ended with 3; run it by hand/],
    ["console.log('hello');", /its output is not the JSON of a signature/],
    [`${GOOD.replace('payload,', "Buffer.from('other'),")}\n${result}`, /its signature does not fit the payload/],
  ])('%s', async (body, message) => {
    await expect(add('v1', program(body))).rejects.toThrow(message);
  });

  test('settings and keys that are wrong', async () => {
    await expect(add('v1', { BPFCOMPAT_SIGNING_MODE: 'kms' })).rejects.toThrow(/use local or external-cmd/);
    await expect(add('v1', { BPFCOMPAT_SIGNING_MODE: 'external-cmd' })).rejects.toThrow(/names no program; set it/);
    mkdirSync(join(workDir, 'keys'));
    writeFileSync(join(workDir, 'keys/artifact-registry-signing-key.ed25519'), 'abc');
    await expect(add('v1')).rejects.toThrow(/this is not an Ed25519 key/);
  });

  test('the seed alone is a key too', async () => {
    mkdirSync(join(workDir, 'keys'));
    writeFileSync(join(workDir, 'keys/artifact-registry-signing-key.ed25519'), Buffer.alloc(32, 7).toString('base64'));
    await add('v1');
    expect(await issues()).toEqual([undefined, undefined]);
  });
});

test('a run whose kernels gave no result keeps them under failed', async () => {
  const run = mixedRun();
  const verdict = gate(run);
  await recordRun(
    createHost({ env: { PATH: process.env['PATH'] } }),
    run,
    { json: '', markdown: '', artifacts: [{ json: '/r.json', markdown: '/r.md', verdict }] },
    { workdir: workDir, out: '', markdown: '', artifactVersion: '', artifactVariant: 'x', artifactUri: 'https://a/b' },
    '',
  );
  expect(recordAt(0)).toMatchObject({
    artifact_version: run.runId,
    artifact_variant: 'x',
    artifact_uri: 'https://a/b',
    required_passed: 0,
    required_failed: 2,
    failed_profiles: ['debian-12-6.1', 'debian-13-6.12', 'debian-13-7.3', 'ubuntu-20.04-5.4'],
    markdown_path: '/r.md',
  });
  expect(recordAt(0)).not.toHaveProperty('supported_profiles');
});

test('kernels that passed with automatic fixups only are recorded as such, and signed', async () => {
  const run = quickRun();
  const fixed = run.results.map((one) => {
    const stages = one.evidence?.stages.map((stage) =>
      stage.stage === 'open' && one.cell.target === 1
        ? { ...stage, shims: [{ kind: 'map_size', subject: 'events', detail: '0 became 4096', errno: 0 }] }
        : stage,
    );
    return one.evidence && stages ? { ...one, evidence: { ...one.evidence, stages } } : one;
  });
  const places = { workdir: workDir, out: '', markdown: '', artifactVersion: 'v1' };
  await recordRun(
    createHost({ env: { PATH: process.env['PATH'] } }),
    { ...run, artifacts: run.artifacts.slice(0, 1), results: fixed },
    { json: '', markdown: '', artifacts: [{ json: '/r.json', markdown: '', verdict: gate(run) }] },
    { ...places, artifactVariant: '', artifactUri: '' },
    '',
  );
  const [record] = await listHistory({ workDir });
  expect(record?.fixup_profiles).toEqual([run.targets[1]?.profile.id]);
  expect((await verifyAll({ workDir })).every(({ verified }) => verified)).toBe(true);
});
