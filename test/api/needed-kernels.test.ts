import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { archesOfKernels } from '../../src/api/kernel-arches.ts';

function workspace(): string {
  const dir = mkdtempSync(join(tmpdir(), 'bpfcompat-needed-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  return dir;
}

test('a run with arm64 kernels needs the QEMU of x86_64 as well: files and disk images are of it, and are not listed', async () => {
  const cwd = workspace();
  expect(await archesOfKernels(['debian-12-6.1-arm64'], { cwd })).toEqual(['x86_64', 'aarch64']);
  expect(await archesOfKernels(['debian-12-6.1', 'bzimage'], { cwd })).toEqual(['x86_64']);
});

test('a profile that takes a kernel of ours has its own architecture, where the user allows it', async () => {
  const cwd = workspace();
  mkdirSync(join(cwd, 'vm/profiles'), { recursive: true });
  const kernel = 'kernel: {source: deb, archive: debian, suite: trixie, package: linux-image-cloud-arm64}';
  const text = `id: debian-12-6.1\ndistro: debian\nkernel_family: "6.1"\narch: arm64\n${kernel}\n`;
  writeFileSync(join(cwd, 'vm/profiles/debian-12-6.1.yaml'), text);
  const allowed = await archesOfKernels(['debian-12-6.1'], { cwd, allowProfileOverride: true });
  expect(allowed).toEqual(['x86_64', 'aarch64']);
  expect(await archesOfKernels(['debian-12-6.1'], { cwd })).toEqual(['x86_64']);
});
