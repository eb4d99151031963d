import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const dir = mkdtempSync(join(tmpdir(), 'runtime-proofs-'));
afterAll(() => rmSync(dir, { recursive: true }));

test('make runtime-selector-proof: every case is as expected, and the summary says what it rests on', () => {
  const env = { ...process.env, BPFCOMPAT_RUNTIME_SELECTOR_EVIDENCE_DIR: join(dir, 'selector') };
  const { status, stdout } = spawnSync('make', ['--no-print-directory', 'runtime-selector-proof'], {
    cwd: root,
    env,
    encoding: 'utf8',
  });
  expect([status, stdout.match(/^FAIL.*$/gm)]).toEqual([0, null]);
  const [run = ''] = readdirSync(join(dir, 'selector'));
  const summary = JSON.parse(readFileSync(join(dir, 'selector', run, 'summary.json'), 'utf8'));
  expect(summary).toMatchObject({ failed: 0, passed: 16, reports: expect.stringContaining('fixtures') });
  expect(Object.keys(summary.files).filter((name) => name.startsWith('decisions/')).length).toBeGreaterThan(16);
}, 120_000);

test('make runtime-delivery-proof: from tests through a registry to one approved load inside a guest', () => {
  const place = join(dir, 'delivery');
  const env = { ...process.env, BPFCOMPAT_RUNTIME_DELIVERY_EVIDENCE_DIR: place };
  const { status, stdout } = spawnSync('make', ['--no-print-directory', 'runtime-delivery-proof'], {
    cwd: root,
    env,
    encoding: 'utf8',
  });
  expect([status, stdout.match(/^FAIL.*$/gm)]).toEqual([0, null]);
  const [run = ''] = readdirSync(place);
  const summary = JSON.parse(readFileSync(join(place, run, 'summary.json'), 'utf8'));
  expect(summary).toMatchObject({ failed: 0, passed: 16, accel: expect.stringMatching(/^(?:kvm|tcg)$/) });
  const applied = JSON.parse(readFileSync(join(place, run, 'guest/apply.json'), 'utf8'));
  const { execution, host_probe: probe } = JSON.parse(applied['good.json']);
  // The load was on the kernel of the guest, not on that of this machine.
  expect([execution.status, probe.identity.release]).toEqual(['pass', summary.guest_kernel]);
}, 600_000);
