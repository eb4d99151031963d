import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkLoad } from '../../src/agent/load-check.ts';
import { createHost } from '../../src/host/create-host.ts';
import type { Host } from '../../src/host/host.ts';
import { sha256 } from '../../src/runtime/canonical.ts';
import { ExecuteRequest } from '../../src/runtime/execution.ts';
import { OBJECT, OLDER } from '../fixtures/agent-lab.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MANIFEST = 'name: conn\n';
const RESULT = { status: 'pass', load: { status: 'pass' }, attach: { status: 'skipped' } };
let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'load-check-'));
  writeFileSync(join(dir, 'conn.bpf.o'), OBJECT);
  writeFileSync(join(dir, 'compat.yaml'), MANIFEST);
});
afterEach(() => rmSync(dir, { recursive: true }));

/** A machine whose validator loads nothing: `seen` has its arguments, and what lay in the files that they name. */
function machine(validator: (args: readonly string[]) => number) {
  const seen: { args: readonly string[]; object: Buffer; manifest: string }[] = [];
  const real = createHost({ env: {} });
  const run: Host['run'] = async (_program, args) => {
    const value = (name: string): string => args[args.indexOf(`--${name}`) + 1] ?? '';
    const manifest = args.includes('--manifest') ? readFileSync(value('manifest'), 'utf8') : '';
    seen.push({ args, object: readFileSync(value('artifact')), manifest });
    const exitCode = validator(args);
    if (exitCode === 0) writeFileSync(value('out'), JSON.stringify(RESULT));
    const none = { signal: null, stdout: Buffer.alloc(0), stderr: Buffer.alloc(0), truncated: false };
    return { ...none, exitCode, timedOut: false, cancelled: false, durationMs: 1 };
  };
  return { host: { ...real, run }, seen };
}

const request = (more: object = {}) =>
  ExecuteRequest.parse({
    execute: {
      ArtifactPath: join(dir, 'conn.bpf.o'),
      ManifestPath: join(dir, 'compat.yaml'),
      AllowHostLoad: true,
      WorkDir: join(dir, 'work'),
      ExpectedSHA256: sha256(OBJECT),
      ManifestSHA256: sha256(MANIFEST),
      ...more,
    },
  }).execute;

test('the validator gets copies that no one else writes, of the bytes that were looked at', async () => {
  const { host, seen } = machine(() => 0);
  const execution = await checkLoad(host, ROOT, request(), true);
  expect(execution).toMatchObject({ status: 'pass', artifact_sha256: sha256(OBJECT), used_sudo: false });
  expect(seen).toMatchObject([{ object: Buffer.from(OBJECT), manifest: MANIFEST }]);
  for (const path of [join(dir, 'conn.bpf.o'), join(dir, 'compat.yaml')]) expect(seen[0]?.args).not.toContain(path);
});

test.each([
  ['conn.bpf.o', OLDER],
  ['compat.yaml', 'name: other\n'],
])('%s that was changed after it was looked at is not used', async (name, bytes) => {
  const { host, seen } = machine(() => 0);
  writeFileSync(join(dir, name), bytes);
  await expect(checkLoad(host, ROOT, request(), true)).rejects.toMatchObject({ code: 'wrong_digest' });
  expect(seen).toEqual([]);
});

test('what is not allowed is not read', async () => {
  const { host, seen } = machine(() => 0);
  const not = request({ AllowHostLoad: false, ArtifactPath: '/nowhere' });
  await expect(checkLoad(host, ROOT, not, true)).rejects.toMatchObject({ code: 'host_load_not_allowed' });
  expect(seen).toEqual([]);
});

test('without a result there is no verdict, whatever the exit code', async () => {
  const { host } = machine(() => 2);
  expect(await checkLoad(host, ROOT, request(), true)).toMatchObject({ status: 'error', exit_code: 2 });
});

test('who is not root needs sudo, if it is wanted', async () => {
  const { host } = machine(() => 0);
  expect((await checkLoad(host, ROOT, request({ UseSudo: true }), false)).command.slice(0, 2)).toEqual(['sudo', '-n']);
  expect((await checkLoad(host, ROOT, request({ UseSudo: true }), true)).used_sudo).toBe(false);
});
