import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { createFrameReader } from '../../src/guests/frame-reader.ts';
import { makeJob, nodeVersions, ROOT, runAction } from './support/runner.ts';

const scratch = mkdtempSync(join(tmpdir(), 'bpfcompat-dist-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const sha256 = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

test('dist is what the sources give, byte for byte (make dist)', () => {
  execFileSync(process.execPath, [join(ROOT, 'scripts/build-action.mjs'), scratch, '--bundle-only']);
  for (const name of ['action.cjs', 'clients.cjs', 'frame-thread.mjs', 'licenses.txt']) {
    expect(sha256(join(ROOT, 'dist', name)), `dist/${name}`).toBe(sha256(join(scratch, name)));
  }
});

test('the validators in dist have their digests and come from the sources of this tree', async () => {
  const dir = join(ROOT, 'dist/validator');
  const sums = readFileSync(join(dir, 'SHA256SUMS'), 'utf8').trim().split('\n');
  expect(sums.map((line) => line.split('  ')[1])).toEqual([
    'bpfcompat-validator-x86_64',
    'bpfcompat-validator-aarch64',
  ]);
  for (const line of sums) {
    const [digest, name = ''] = line.split('  ');
    expect(sha256(join(dir, name))).toBe(digest);
  }
  const { sources_sha256: sources } = JSON.parse(readFileSync(join(dir, 'origin.json'), 'utf8'));
  const script = "import('./scripts/validator-origin.mjs').then((o) => console.log(o.validatorSources()))";
  const now = execFileSync(process.execPath, ['--eval', script], { cwd: ROOT, encoding: 'utf8' }).trim();
  expect(sources, 'make dist').toBe(now);
});

test('every package in the bundle has its licence beside it', () => {
  const licences = readFileSync(join(ROOT, 'dist/licenses.txt'), 'utf8');
  for (const name of ['@actions/cache', '@actions/artifact', 'undici', 'zod', 'yaml']) {
    expect(licences).toMatch(new RegExp(`^${name} \\d`, 'm'));
  }
});

test('the thread of dist reads frames of guests', async () => {
  const reader = createFrameReader(pathToFileURL(join(ROOT, 'dist/frame-thread.mjs')));
  const payload = Buffer.from(JSON.stringify({ stage: 'step', phase: 'load', subject: '' }));
  // Only a thread makes lines.
  expect(await reader.read([{ name: 'stage', payload }])).toMatchObject([{ ok: true, line: expect.any(Uint8Array) }]);
  // It is looked for beside the bundle.
  expect(readFileSync(join(ROOT, 'dist/action.cjs'), 'utf8')).toContain('"./frame-thread.mjs", __bundle_url');
});

test('no file is larger than reviewers and checkouts bear', () => {
  const bytes = (name: string): number => statSync(join(ROOT, 'dist', name)).size;
  console.log(`dist/action.cjs ${bytes('action.cjs')} bytes, dist/clients.cjs ${bytes('clients.cjs')} bytes`);
  expect(bytes('action.cjs')).toBeLessThan(3_600_000);
  expect(bytes('clients.cjs')).toBeLessThan(5_000_000);
});

describe.each(nodeVersions())('$name', ({ node }) => {
  test.each([
    [{}, /there is nothing to check: set the input artifact/],
    [{ mode: 'merge' }, /there is nothing to merge: set the input reports/],
    [{ artifact: 'not-there.bpf.o', matrix: 'qick' }, /no artifact|not-there|qick/],
    [{ artifact: 'x.o', matrix: 'quick', quick: 'true' }, /input matrix and input quick both choose kernels/],
  ])('inputs %o are rejected in words of a workflow', async (inputs, message) => {
    const { main, post } = await runAction({ job: makeJob(), node, inputs: { ...inputs, 'install-qemu': 'never' } });
    expect(main.exitCode).toBe(1);
    expect(
      main.commands
        .filter(({ name }) => name === 'error')
        .map(({ data }) => data)
        .join(),
    ).toMatch(message);
    expect(main.outputs).toMatchObject({ result: 'error', 'exit-code': '1' });
    expect((await post()).exitCode).toBe(0);
  });
});

test('mode plan gives the matrix of a job without booting anything', async () => {
  const { main } = await runAction({ job: makeJob(), inputs: { mode: 'plan', matrix: 'debian', shards: '3' } });
  expect(main.exitCode, main.log).toBe(0);
  const { include } = JSON.parse(main.outputs['matrix'] ?? '{}');
  expect(include.map(({ shard }: { shard: string }) => shard)).toEqual(['1/3', '2/3', '3/3']);
});
