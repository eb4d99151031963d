import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { CellResult } from '../../src/model/cell.ts';
import type { Finding } from '../../src/model/finding.ts';
import { zboot } from '../fakes/zboot.ts';
import { check } from './support/check.ts';
import { bpfcompat } from './support/cli.ts';
import { ARM64, example } from './support/places.ts';
import { readReport, targetOf } from './support/report.ts';
import { storedKernel } from './support/stored-kernel.ts';

// Emulated on an x86_64 machine, as arm64 kernels are for most users.
const X86 = 'debian-12-6.1';
const scratch = mkdtempSync(join(tmpdir(), 'bpfcompat-arm64-'));

test('one object on the same release of two architectures: each has its own guest, and its own result', async () => {
  const objects = [example('simple-pass'), example('fentry-unlink'), example('core-relocation-fail')];
  const { report } = await check(scratch, objects, { kernels: [ARM64, X86] });
  const of = (artifact: number, target: number): CellResult => {
    const found = report.results.find(({ cell }) => cell.artifact === artifact && cell.target === target);
    if (found === undefined) throw new Error(`no result of ${artifact} on ${target}`);
    return found;
  };
  expect(of(0, 0)).toMatchObject({
    outcome: { status: 'pass' },
    kernel: { arch: 'aarch64', release: expect.stringContaining('arm64') },
    guest: { machine: 'virt', cpuModel: 'cortex-a72', isolation: 'cell' },
  });
  expect(of(0, 1)).toMatchObject({
    outcome: { status: 'pass' },
    kernel: { arch: 'x86_64' },
    guest: { machine: 'q35' },
  });
  const findings = (result: CellResult): readonly Finding[] =>
    'findings' in result.outcome ? result.outcome.findings : [];
  // Direct calls to BPF programs came to arm64 with 6.4.
  const [warning, ...others] = findings(of(1, 0));
  expect(others).toEqual([]);
  expect(warning).toMatchObject({ code: 'TRAMPOLINE_UNSUPPORTED', subject: 'count_unlink' });
  // That another architecture can do it says nothing about releases of this one.
  expect(Object.keys(warning?.args ?? {}).filter((name) => /good|bad/i.test(name))).toEqual([]);
  expect(of(1, 1).outcome).toMatchObject({ status: 'pass', findings: [] });
  const codes = (result: CellResult): string[] => findings(result).map(({ code }) => code);
  expect(of(2, 0).outcome.status).toBe('fail');
  expect(codes(of(2, 0))).toEqual(codes(of(2, 1)));
  expect(codes(of(2, 0))).toContain('CORE_RELOCATION_FAILURE');
}, 300_000);

test.each(['gzip', 'zstd22'])(
  'a kernel in an EFI zboot image, packed with %s, boots as what it holds',
  async (named) => {
    const { record, vmlinuz, config, modules } = await storedKernel(ARM64);
    const cwd = mkdtempSync(join(scratch, 'zboot-'));
    const tree = join(cwd, 'modules/lib/modules', record.release);
    mkdirSync(tree, { recursive: true });
    for (const { name, path } of modules) copyFileSync(path, join(tree, `${name}.ko`));
    copyFileSync(config ?? '', join(cwd, `config-${record.release}`));
    const image = zboot(readFileSync(vmlinuz), named);
    writeFileSync(join(cwd, 'vmlinuz.efi'), image);
    const args = ['test', '--artifact', example('simple-pass'), '--kernel', 'vmlinuz.efi,modules=modules,name=zboot'];
    const { code, stdout, stderr } = await bpfcompat([...args, '--offline', '--out', 'report.json'], { cwd });
    expect(`${stdout}${stderr}`).toContain('Status: pass');
    expect(code).toBe(0);
    expect(targetOf(readReport(join(cwd, 'report.json')), 'zboot')).toMatchObject({
      status: 'pass',
      kernel_package: {
        name: 'vmlinuz.efi',
        version: record.release,
        sha256: createHash('sha256').update(image).digest('hex'),
      },
    });
  },
  300_000,
);
