import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { EXPERIMENTAL } from '../../src/model/experimental.ts';
import { sha256 } from '../../src/runtime/canonical.ts';
import { evidenceReport } from '../fixtures/evidence-report.ts';
import { DEBIAN_12, probeOf, testKey, UBUNTU_20 } from '../fixtures/runtime-lab.ts';
import { buildElf, insns } from '../object/elf-builder.ts';
import { runIn } from './run-in.ts';

const OBJECT = buildElf([{ name: 'tracepoint/a/b', executable: true, bytes: insns([[0xb7], [0x95]]) }]);
const key = testKey();
const indexKey = testKey('p256');
let root = '';
let cwd = '';

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'runtime-command-'));
  cwd = join(root, 'place');
  mkdirSync(cwd);
  put('conn.bpf.o', OBJECT);
  put('report.json', JSON.stringify(evidenceReport(cwd, OBJECT)));
  put('host.json', JSON.stringify(probeOf(DEBIAN_12)));
  put('other.json', JSON.stringify(probeOf(UBUNTU_20)));
  for (const [name, { pem }] of [['k.pem', key] as const, ['i.pem', indexKey] as const]) {
    writeFileSync(join(root, name), pem);
    chmodSync(join(root, name), 0o600);
  }
});

afterEach(() => rmSync(root, { recursive: true }));

function put(name: string, data: string | Uint8Array): void {
  writeFileSync(join(cwd, name), data);
}

const run = (...argv: string[]) => runIn(cwd, argv, false, { XDG_STATE_HOME: join(root, 'state') });
const create = (...more: string[]) =>
  run(
    'attest',
    'create',
    '--report',
    'report.json',
    '--key',
    join(root, 'k.pem'),
    '--artifact-version',
    '1.0.0',
    ...more,
  );
const select = (...more: string[]) => run('runtime', 'select', '--artifact-name', 'conn', ...more);
const bundles = (): string[] => readdirSync(join(cwd, '.bpfcompat/store/bundles'));

test('from a report to the verified bytes of an object', async () => {
  const made = await create();
  expect(made.exitCode).toBe(0);
  expect(made.err).toContain(EXPERIMENTAL);
  expect(made.err).toContain('no statement about x: inconclusive');
  expect(JSON.parse(made.out)).toMatchObject({
    key_id: key.keyId,
    statements: [{ result: 'PASSED' }, { result: 'FAILED' }, { profile_id: 'x' }],
  });
  const verified = await run('attest', 'verify', '.bpfcompat/store/bundles', '--artifact', 'conn.bpf.o', '--json');
  expect(verified.exitCode).toBe(0);
  expect(JSON.parse(verified.out)).toHaveLength(2);
  // Of a directory, each by its file.
  for (const { path, bundle_sha256: digest } of JSON.parse(verified.out)) expect(path).toContain(`/${digest}.sigstore`);

  const chosen = await select('--host', 'host.json', '--out', 'selection.json');
  expect(chosen.exitCode).toBe(0);
  const { selection, audit } = JSON.parse(chosen.out);
  expect(selection).toMatchObject({ selected: { sha256: sha256(OBJECT), match_tier: 'exact' }, trust: 'local' });
  expect(JSON.parse(readFileSync(join(cwd, 'selection.json'), 'utf8')).selection).toEqual(selection);
  expect(JSON.parse(readFileSync(audit.trace_path, 'utf8'))).toMatchObject({ operation: 'select', selection });

  const places = ['--host', 'host.json', '--out-dir', 'out', '--out', 'fetched.json'];
  const fetched = await run('runtime', 'fetch', '--artifact-name', 'conn', ...places);
  expect([fetched.exitCode, readFileSync(join(cwd, 'fetched.json'), 'utf8')]).toEqual([0, fetched.out]);
  const { fetch } = JSON.parse(fetched.out);
  expect(fetch).toMatchObject({ decision_id: selection.decision_id, actual_sha256: sha256(OBJECT), verified: true });
  expect(readFileSync(join(cwd, 'out/conn-1.0.0.bpf.o'))).toEqual(Buffer.from(OBJECT));
});

test('without a trust file no key is believed that came along with a work directory', async () => {
  await create();
  expect((await select('--host', 'host.json')).exitCode).toBe(0);
  // Somebody else has the same directory: a repository may bring all of it.
  const keys = join(cwd, '.bpfcompat/keys');
  mkdirSync(keys, { recursive: true });
  const own = readFileSync(join(root, 'state/bpfcompat/evidence-keys.pub'));
  writeFileSync(join(keys, 'evidence-keys.pub'), own);
  const argv = ['runtime', 'select', '--artifact-name', 'conn', '--host', 'host.json'];
  for (const env of [{}, { XDG_STATE_HOME: join(root, 'other') }, { XDG_STATE_HOME: '.bpfcompat' }]) {
    const { exitCode, out } = await runIn(cwd, argv, false, env);
    expect([exitCode, out.includes('only keys that this user signed with are believed')]).toEqual([3, true]);
  }
  chmodSync(join(root, 'state/bpfcompat/evidence-keys.pub'), 0o666);
  expect(await select('--host', 'host.json')).toMatchObject({ exitCode: 1, err: expect.stringContaining('by others') });
});

test('none is a result: exit code 3, nothing selected, and it is written down', async () => {
  await create();
  const { exitCode, out } = await select('--host', 'other.json');
  expect(exitCode).toBe(3);
  const { selection, audit } = JSON.parse(out);
  expect(selection.selected).toBeUndefined();
  expect(JSON.stringify(selection.candidates)).toContain('result_failed');
  expect(readFileSync(audit.event_stream_path, 'utf8')).toMatch(/"status":"none"/);
  const fetched = await run('runtime', 'fetch', '--artifact-name', 'conn', '--host', 'other.json', '--out-dir', 'out');
  expect([fetched.exitCode, existsSync(join(cwd, 'out'))]).toEqual([1, false]);
  expect(fetched.err).toMatch(/no verified artifact conn for this host: .*result_failed/);
});

test.each([
  [['attest', 'verify', 'empty'], /empty: no bundle is in it; name a directory/],
  [['attest', 'verify', 'report.json', '--trust', 'empty'], /empty: it is a directory; name a file$/m],
  [['runtime', 'select', '--artifact-name', 'conn', '--host', 'host.json', '--trust', 'empty'], /it is a directory/],
  [['runtime', 'select', '--artifact-name', 'conn', '--host', 'empty'], /empty: this is not a probe/],
])('a directory in the place of a file is said: %j', async (args, words) => {
  mkdirSync(join(cwd, 'empty'));
  const { exitCode, err } = await runIn(cwd, args);
  expect(err).toMatch(words);
  expect(err).not.toContain('bug in bpfcompat');
  expect(exitCode).toBe(1);
});

describe('fetch lets nothing appear that was not checked', () => {
  const blob = (): string => join(cwd, '.bpfcompat/store/blobs/sha256', sha256(OBJECT));
  const fetch = (...more: string[]) =>
    run('runtime', 'fetch', '--artifact-name', 'conn', '--host', 'host.json', '--out-dir', 'out', ...more);

  test.each(['conn.bpf.o', '/proc/out'])('a place where no directory can be made is said: %s', async (place) => {
    await create();
    const { exitCode, err } = await fetch('--out-dir', place);
    expect([exitCode, err]).toEqual([1, expect.stringContaining(`${place}: no directory can be made there`)]);
  });

  test('other bytes under the name of the object', async () => {
    await create();
    writeFileSync(blob(), 'swapped');
    const { exitCode, err } = await fetch();
    expect([exitCode, existsSync(join(cwd, 'out'))]).toEqual([1, false]);
    expect(err).toContain('has another digest');
    // The real one, from another place.
    expect((await fetch('--source', 'conn.bpf.o')).exitCode).toBe(0);
  });

  test('what is not an object, although it has the digest', async () => {
    const text = Buffer.from('no object');
    put('conn.bpf.o', text);
    put(
      'report.json',
      JSON.stringify({
        ...evidenceReport(cwd, OBJECT),
        artifact: { ...evidenceReport(cwd, OBJECT).artifact, sha256: sha256(text) },
      }),
    );
    await create();
    const { exitCode, err } = await fetch();
    expect([exitCode, existsSync(join(cwd, 'out'))]).toEqual([1, false]);
    expect(err).toContain('not an ELF object');
  });

  test('what is larger than the environment allows', async () => {
    await create();
    const state = { XDG_STATE_HOME: join(root, 'state') };
    const args = ['runtime', 'fetch', '--artifact-name', 'conn', '--host', 'host.json', '--out-dir', 'out'];
    const fetchWith = (most: number) => runIn(cwd, args, false, { ...state, BPFCOMPAT_MAX_OBJECT_BYTES: String(most) });
    const { exitCode, err } = await fetchWith(OBJECT.length - 1);
    expect([exitCode, existsSync(join(cwd, 'out'))]).toEqual([1, false]);
    expect(err).toContain('BPFCOMPAT_MAX_OBJECT_BYTES');
    expect((await fetchWith(OBJECT.length)).exitCode).toBe(0);
  });

  test('unverified is an error', async () => {
    const { exitCode, err } = await fetch('--require-verified-history=false');
    expect(exitCode).toBe(1);
    expect(err).toContain('no evidence was verified for');
  });
});

describe('the key', () => {
  test('others must not read it, and it lies elsewhere', async () => {
    chmodSync(join(root, 'k.pem'), 0o644);
    expect((await create()).err).toMatch(/chmod 600/);
    mkdirSync(join(cwd, '.bpfcompat'));
    writeFileSync(join(cwd, '.bpfcompat/k.pem'), key.pem, { mode: 0o600 });
    const inside = await run('attest', 'create', '--report', 'report.json', '--key', '.bpfcompat/k.pem');
    expect(inside.err).toMatch(/must not lie in the work directory/);
    expect(existsSync(join(cwd, '.bpfcompat/store'))).toBe(false);
  });

  test('a key of openssl works', async () => {
    const pem = execFileSync('openssl', ['genpkey', '-algorithm', 'ed25519']);
    writeFileSync(join(root, 'k.pem'), pem, { mode: 0o600 });
    expect((await create()).exitCode).toBe(0);
  });
});

test('a report about other bytes is signed by no one', async () => {
  put('conn.bpf.o', 'changed');
  const { exitCode, err } = await create();
  expect(exitCode).toBe(1);
  expect(err).toContain('name the object that was tested');
});

test('without a key the predicates are written for a workflow that signs', async () => {
  const { exitCode, out } = await run('attest', 'create', '--report', 'report.json', '--unsigned', 'predicates');
  expect(exitCode).toBe(0);
  const [first] = JSON.parse(out).statements;
  expect(JSON.parse(readFileSync(first.predicate, 'utf8'))).toMatchObject({ result: 'PASSED' });
  expect(existsSync(join(cwd, '.bpfcompat/store'))).toBe(false);
});

describe('with a trust file and an index', () => {
  const trust = ['--trust', 'trust.yaml'];
  const index = ['--index', 'index.json'];
  const write = (...more: string[]) =>
    run('attest', 'index', ...trust, '--key', join(root, 'i.pem'), '--out', 'index.json', ...more);

  beforeEach(async () => {
    const signer = (id: string, { keyId, spki }: typeof key): string =>
      `  - {id: ${id}, key: {keyId: ${keyId}, spki: "${spki}"}}`;
    put(
      'trust.yaml',
      `version: 1\nsigners:\n${signer('ci', key)}\n${signer('ix', indexKey)}\nroles: {evidence: [ci], index: [ix]}\n`,
    );
    await create();
    await write();
  });

  test('evidence counts with the index only, and an older one is not taken', async () => {
    expect((await select('--host', 'host.json', ...trust)).out).toContain('not_indexed');
    const old = readFileSync(join(cwd, 'index.json'));
    expect((await select('--host', 'host.json', ...trust, ...index)).exitCode).toBe(0);
    expect(JSON.parse((await write()).out).version).toBe(2);
    expect((await select('--host', 'host.json', ...trust, ...index)).exitCode).toBe(0);
    put('index.json', old);
    const back = await select('--host', 'host.json', ...trust, ...index);
    expect([back.exitCode, back.out.includes('index_rollback')]).toEqual([3, true]);
  });

  test('what is withdrawn stays withdrawn', async () => {
    await write('--withdraw', `${sha256(OBJECT)}=leaks`);
    await write();
    const { exitCode, out } = await select('--host', 'host.json', ...trust, ...index);
    expect([exitCode, out.includes('withdrawn since')]).toEqual([3, true]);
  });

  test('an index that somebody changed is not continued', async () => {
    await write('--withdraw', `${sha256(OBJECT)}=leaks`);
    const bundle = JSON.parse(readFileSync(join(cwd, 'index.json'), 'utf8'));
    const statement = JSON.parse(Buffer.from(bundle.dsseEnvelope.payload, 'base64').toString());
    for (const one of statement.predicate.artifacts) delete one.withdrawn;
    bundle.dsseEnvelope.payload = Buffer.from(JSON.stringify(statement)).toString('base64');
    put('index.json', JSON.stringify(bundle));
    const { exitCode, err } = await write();
    expect([exitCode, err.includes('signed the index that is there')]).toEqual([1, true]);
    expect(readFileSync(join(cwd, 'index.json'), 'utf8')).toBe(JSON.stringify(bundle));
  });

  test('the memory of versions does not get lost in silence', async () => {
    await select('--host', 'host.json', ...trust, ...index);
    writeFileSync(join(cwd, '.bpfcompat/store/index-seen.json'), '{');
    const { exitCode, err } = await select('--host', 'host.json', ...trust, ...index);
    expect([exitCode, err.includes('was damaged')]).toEqual([1, true]);
  });
});

test.each([
  ['signers: []', /version/],
  ['version: 1\nsigners: [{id: a, key: {keyId: "00", spki: x}}]\nroles: {}\n', /keyId/],
  ['version: 1\nsigners: []\nroles: {evidence: [b]}\n', /b is not a signer of this file/],
  ['version: 1\nsigners: []\nroles: {}\nunknown: 1\n', /unknown/],
])('the trust file %j is rejected with its place', async (text, message) => {
  put('trust.yaml', text);
  const { exitCode, err } = await select('--host', 'host.json', '--trust', 'trust.yaml');
  expect(exitCode).toBe(1);
  expect(err).toMatch(message);
  expect(err).toMatch(/trust\.yaml:\d+:\d+: /);
});

test('a probe that was changed is none', async () => {
  const probe = probeOf(DEBIAN_12);
  put('host.json', JSON.stringify({ ...probe, constraints: { ...probe.constraints, lockdown: 'integrity' } }));
  const { exitCode, err } = await select('--host', 'host.json');
  expect([exitCode, err.includes('probe_sha256')]).toEqual([1, true]);
});

test('two runs give byte-equal decisions', async () => {
  await create();
  const [first, second] = [await select('--host', 'host.json'), await select('--host', 'host.json')];
  const bytes = ({ out }: { out: string }): string => JSON.stringify(JSON.parse(out).selection);
  expect(bytes(first)).toBe(bytes(second));
  expect(bundles()).toHaveLength(2);
});

describe('links of a repository', () => {
  const outside = (...parts: string[]): string => join(root, 'outside', ...parts);
  const link = (to: string, ...at: string[]): void => {
    mkdirSync(dirname(join(cwd, ...at)), { recursive: true });
    symlinkSync(to, join(cwd, ...at));
  };
  beforeEach(() => {
    mkdirSync(outside());
    mkdirSync(join(cwd, '.git'));
    writeFileSync(outside('mine'), '# mine\n');
  });
  const select = (...more: string[]) => run('runtime', 'select', '--artifact-name', 'conn', ...more);

  test.each([
    ['of the trail of decisions', () => link(outside('mine'), '.bpfcompat/registry/runtime_decisions.jsonl')],
    ['of the traces', () => link(outside(), '.bpfcompat/runtime-audit')],
    ['of a part of the store', () => link(outside(), '.bpfcompat/store/bundles')],
  ])('%s are not followed', async (_, make) => {
    make();
    for (const words of [select(), create()]) {
      const { exitCode, err } = await words;
      expect(exitCode).toBe(1);
      expect(err).toContain('is a link, and none is followed in a work directory');
    }
    expect(readdirSync(outside())).toEqual(['mine']);
    expect(readFileSync(outside('mine'), 'utf8')).toBe('# mine\n');
  });

  test('of the work directory and of what options name are not followed either', async () => {
    link(outside(), '.bpfcompat');
    link(outside(), 'elsewhere');
    for (const words of [
      select(),
      select('--workdir', 'own', '--out', 'elsewhere/x.json'),
      run('runtime', 'fetch', '--artifact-name', 'conn', '--workdir', 'own', '--out-dir', 'elsewhere'),
      run('attest', 'create', '--report', 'report.json', '--workdir', 'own', '--unsigned', 'elsewhere'),
    ]) {
      const { exitCode, err } = await words;
      expect(exitCode).toBe(1);
      expect(err).toContain(`it is a link to ${outside()}`);
    }
    expect(readdirSync(outside())).toEqual(['mine']);
  });
});
