import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const dir = mkdtempSync(join(tmpdir(), 'runtime-proofs-'));
afterAll(() => rmSync(dir, { recursive: true }));

test('make runtime-selector-proof: every case is as expected, and the summary says what it rests on', () => {
  const env = { ...process.env, BPFCOMPAT_RUNTIME_SELECTOR_EVIDENCE_DIR: dir };
  const { status, stdout } = spawnSync('make', ['--no-print-directory', 'runtime-selector-proof'], {
    cwd: root,
    env,
    encoding: 'utf8',
  });
  expect([status, stdout.match(/^FAIL.*$/gm)]).toEqual([0, null]);
  const [run = ''] = readdirSync(dir);
  const summary = JSON.parse(readFileSync(join(dir, run, 'summary.json'), 'utf8'));
  expect(summary).toMatchObject({ failed: 0, passed: 16, reports: expect.stringContaining('fixtures') });
  expect(Object.keys(summary.files).filter((name) => name.startsWith('decisions/')).length).toBeGreaterThan(16);
}, 120_000);
