import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const readers = join(root, 'examples/readers');
const scratch = mkdtempSync(join(tmpdir(), 'readers-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const golden = (name: string): string => join(root, 'test/golden/report', `${name}.json`);
const program = join(scratch, 'read-report');

beforeAll(() => {
  // Nothing is downloaded: it has no dependencies, and the toolchain is the one that is there.
  const env = { ...process.env, GOFLAGS: '-mod=mod', GOPROXY: 'off', GOTOOLCHAIN: 'local', GOWORK: 'off' };
  const { status, stderr } = spawnSync('go', ['build', '-o', program, '.'], {
    cwd: join(readers, 'go'),
    env,
    encoding: 'utf8',
  });
  expect([status, stderr]).toEqual([0, '']);
}, 120_000);

describe.each([
  ['Python', ['python3', join(readers, 'python/read_report.py')]],
  ['Go', [program]],
])('the reader in %s', (_language, [command = '', ...words]) => {
  const read = (path: string) => spawnSync(command, [...words, path], { encoding: 'utf8' });

  test('reports what a report says, and by its exit code whether a kernel fails', () => {
    const gone = read(golden('fentry-gone'));
    expect(gone.stdout).toMatch(/: fail\n {2}\S+: ATTACH_TARGET_NOT_FOUND: .* -> /);
    expect(gone.status).toBe(2);
    expect(read(golden('pass'))).toMatchObject({ status: 0, stdout: expect.stringMatching(/: pass\n$/) });
    const collection = join(scratch, 'collection.json');
    const cases = ['pass', 'fentry-gone'].map((name) => ({ report_json_path: golden(name) }));
    writeFileSync(collection, JSON.stringify({ cases }));
    expect(read(collection)).toMatchObject({ status: 2, stdout: `${read(golden('pass')).stdout}${gone.stdout}` });
  });

  test('says of another file that it is none', () => {
    const other = join(scratch, 'other.json');
    writeFileSync(other, '{}');
    expect(read(other)).toMatchObject({ status: 1, stdout: '' });
    expect(read(join(scratch, 'gone.json')).status).toBe(1);
  });
});

test('recipes use what there is', () => {
  const text = readFileSync(join(root, 'docs/recipes.md'), 'utf8');
  expect(text).toContain('examples/readers');
  expect([...text.matchAll(/^#### |^### (.+)$/gm)].map(([, name]) => name)).toEqual(
    expect.arrayContaining(['ebpf-go', 'aya', 'libbpfgo', 'bcc', 'GitLab', 'Jenkins', 'Buildkite']),
  );
});
