import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { bpfcompat } from './support/cli.ts';
import { confusionObject, example, ROOT } from './support/places.ts';
import { readReport, targetOf } from './support/report.ts';
import { scratchDir } from './support/scratch.ts';

// Objects loaded by another library in real guests. One loader stands for all: the others differ in what they link.
const scratch = scratchDir();
const NEW = 'debian-13-7.3';

beforeAll(() => {
  execFileSync('node', ['scripts/build-loaders.mjs', 'ebpf-go'], { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] });
}, 600_000);

async function request(artifact: string, more: readonly string[]) {
  const args = ['test', '--artifact', artifact, '--kernels', NEW, '--offline', '--out', 'report.json'];
  const { code, stdout } = await bpfcompat([...args, ...more], { cwd: scratch, limitMs: 200_000 });
  return { code, stdout, target: targetOf(readReport(join(scratch, 'report.json')), NEW) };
}

test('the verdict of another loader decides', async () => {
  const { code, target } = await request(example('ringbuf-modern'), ['--loader', 'ebpf-go']);
  expect(code).toBe(0);
  expect(target).toMatchObject({
    status: 'pass',
    loaders: [{ name: 'ebpf-go', decides: true, status: 'pass', attach_passed: 1, sha256: expect.any(String) }],
  });
}, 250_000);

test('where a loader rejects what libbpf accepts, the report says so in its words, and libbpf decides', async () => {
  const { code, stdout, target } = await request(confusionObject('extern_kconfig_fine'), ['--loaders', 'ebpf-go@0.22']);
  expect(code).toBe(0);
  expect(target).toMatchObject({
    status: 'pass',
    loaders: [
      { name: 'libbpf', decides: true, status: 'pass' },
      { name: 'ebpf-go', status: 'fail', code: 'LOADER_REJECTED', reason: 'extern' },
    ],
    loader_disagreements: [{ rejecting: 'ebpf-go 0.22.0', code: 'LOADER_REJECTED', reason: 'extern' }],
  });
  expect(stdout.replace(/\s+/g, ' ')).toContain('unsupported binding: STB_WEAK');
}, 250_000);
