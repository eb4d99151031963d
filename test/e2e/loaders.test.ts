import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
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

test('a suite names the loader of all cases and of one, and each case is judged by its own', async () => {
  const dir = join(scratch, 'suite');
  mkdirSync(dir);
  copyFileSync(confusionObject('extern_kconfig_fine'), join(dir, 'extern.bpf.o'));
  copyFileSync(example('ringbuf-modern'), join(dir, 'ringbuf.bpf.o'));
  const suite = [
    'name: loaders',
    `defaults: {kernels: [${NEW}], loader: ebpf-go, report_dir: out}`,
    'cases:',
    '  - {name: rejected, artifact: extern.bpf.o}',
    '  - {name: own, artifact: extern.bpf.o, loader: libbpf, loaders: [ebpf-go]}',
    '  - {name: accepted, artifact: ringbuf.bpf.o}',
  ];
  writeFileSync(join(dir, 'suite.yaml'), `${suite.join('\n')}\n`);
  const args = ['suite', '--suite', 'suite.yaml', '--offline', '--quiet'];
  const { code, stdout } = await bpfcompat(args, { cwd: dir, limitMs: 300_000 });
  expect(code).toBe(2);
  expect(stdout.match(/^ {2}- .*(?= run=)/gm)).toEqual(['  - rejected: fail', '  - own: pass', '  - accepted: pass']);
  const loaders = ['rejected', 'own', 'accepted'].map((name) => {
    const target = targetOf(readReport(join(dir, 'out', `${name}.json`)), NEW);
    return target.loaders?.map((one) => [one.name, one.decides === true, one.status]);
  });
  expect(loaders).toEqual([
    [['ebpf-go', true, 'fail']],
    [
      ['libbpf', true, 'pass'],
      ['ebpf-go', false, 'fail'],
    ],
    [['ebpf-go', true, 'pass']],
  ]);
}, 350_000);
