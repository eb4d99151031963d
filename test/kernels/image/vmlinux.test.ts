import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createHost } from '../../../src/host/create-host.ts';
import type { KernelImage } from '../../../src/kernels/image/kernel-image.ts';
import { readImage } from '../../../src/kernels/image/read-image.ts';
import { vmlinux } from '../../fakes/vmlinux.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'bpfcompat-vmlinux-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

async function read(bytes: Uint8Array): Promise<KernelImage | string> {
  const path = join(dir, 'vmlinux');
  writeFileSync(path, bytes);
  return readImage(createHost({ env: { PATH: process.env['PATH'] } }), path, undefined);
}

test('a vmlinux says its release in its banner, wherever that lies', async () => {
  for (const before of [0, 65_536 - 160, 65_536 - 20 - 152, 1_000_000]) {
    const bytes = vmlinux({ before });
    expect(await read(bytes)).toEqual({
      arch: 'x86_64',
      release: '6.18.0-rc3+',
      payload: { offset: 0, size: bytes.length },
    });
  }
});

test.each([
  ['for another architecture', vmlinux({ machine: 183 }), /no vmlinux for x86_64 .*; name arch\/x86\/boot\/bzImage/],
  ['that is a module', Buffer.from('\x7fELF\x02\x01\x01', 'latin1'), /no vmlinux for x86_64/],
  ['without an entry for virtual machines', vmlinux({ noteType: 17 }), /build with CONFIG_PVH=y, or name/],
  ['without a banner', vmlinux({ banner: 'nothing' }), /does not say which version it is/],
  ['with a release that is a path', vmlinux({ banner: 'Linux version ../../etc (x)' }), /does not say which version/],
  ['cut off in its table of segments', vmlinux().subarray(0, 100), /no vmlinux for x86_64/],
  ['cut off in its notes', vmlinux().subarray(0, 136), /without an entry/],
])('an ELF file %s cannot be booted', async (_name, bytes, words) => {
  expect(await read(bytes)).toMatch(words);
});
