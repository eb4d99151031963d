import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createHost } from '../../../../src/host/create-host.ts';
import { choosePackages } from '../../../../src/kernels/sources/rpm/choose.ts';
import { packagesIn } from '../../../../src/kernels/sources/rpm/directory.ts';
import type { RpmKernelSource } from '../../../../src/model/rpm-source.ts';

test('what a profile hears of a directory does not report whether it is there', async () => {
  const host = createHost({ env: {} });
  const top = mkdtempSync(join(tmpdir(), 'bpfcompat-rpm-'));
  onTestFinished(() => rmSync(top, { recursive: true }));
  writeFileSync(join(top, 'file'), '');
  const said = async (dir: string): Promise<string> => {
    const source = { source: 'rpm', package: 'kernel-core', directory: dir } as unknown as RpmKernelSource;
    const found = await packagesIn(host, dir, new Set(['kernel-core']), 'x86_64');
    try {
      choosePackages(source, [...found.keys()], dir);
    } catch (error) {
      return (error as Error).message.replaceAll(dir, 'DIR');
    }
    return 'a package was found';
  };
  const reported = await Promise.all(['', 'file', 'missing', 'file/below'].map((name) => said(join(top, name))));
  const words =
    "DIR has no kernel-core; it has no package of this name; put the vendor's packages there, or correct directory, package or version in the kernel block of the profile";
  expect(reported).toEqual(Array(4).fill(words));
});
