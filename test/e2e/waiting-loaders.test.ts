import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { bpfcompat } from './support/cli.ts';
import { example, ROOT } from './support/places.ts';
import { readReport, targetOf } from './support/report.ts';
import { scratchDir } from './support/scratch.ts';

// A loader that says how it was called, under the names of two.
const scratch = scratchDir();
const KERNEL = 'debian-12-6.1';
const program = join(scratch, 'called');

beforeAll(() => {
  const source = join(ROOT, 'test', 'fixtures', 'loaders', 'called.c');
  execFileSync('gcc', ['-O2', '-Wall', '-Werror', '-static', '-s', source, '-o', program]);
}, 60_000);

/** @returns a directory with both loaders */
function built(name: string, waits: boolean): string {
  const dir = join(scratch, name);
  mkdirSync(dir, { recursive: true });
  const loaders = ['aya', 'ebpf-go'].map((loader) => {
    const file = `${loader}-9.9.9`;
    // Two programs, not one under two names.
    const bytes = Buffer.concat([readFileSync(program), Buffer.from(loader)]);
    writeFileSync(join(dir, file), bytes, { mode: 0o755 });
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    return { name: loader, version: '9.9.9', waits, files: [{ file, path: `/bpfcompat/loaders/${file}`, sha256 }] };
  });
  writeFileSync(join(dir, 'loaders.json'), JSON.stringify({ loaders }));
  return dir;
}

async function calls(directory: string, more: readonly string[]): Promise<readonly unknown[]> {
  const args = ['test', '--artifact', example('simple-pass'), '--kernels', KERNEL, '--offline', '--out', 'report.json'];
  const options = { cwd: scratch, env: { BPFCOMPAT_LOADERS_DIR: directory }, limitMs: 200_000 };
  const { code } = await bpfcompat([...args, '--loaders', 'aya,ebpf-go', ...more], options);
  expect(code).toBe(0);
  const { loaders } = targetOf(readReport(join(scratch, 'report.json')), KERNEL);
  return (loaders ?? []).filter(({ name }) => name !== 'libbpf').map(({ evidence }) => evidence?.text);
}

const WAITED = 'waited: /bpfcompat/simple_pass.bpf.o attach';
const CALLED = 'called: /bpfcompat/simple_pass.bpf.o attach';

test('each cell has a loader that waited since before its guest was saved', async () => {
  expect(await calls(built('waits', true), [])).toEqual([WAITED, WAITED]);
}, 250_000);

test('where guests boot, and of loaders that cannot wait, none does', async () => {
  expect(await calls(built('waits', true), ['--isolation', 'boot'])).toEqual([CALLED, CALLED]);
  expect(await calls(built('calls', false), [])).toEqual([CALLED, CALLED]);
}, 500_000);
