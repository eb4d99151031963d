import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ensureTemplate } from '../../../src/guests/snapshot/make-template.ts';
import { machineArgv, type TemplateSpec } from '../../../src/guests/snapshot/spec.ts';
import { templateKey } from '../../../src/guests/snapshot/template-key.ts';
import {
  lockTemplate,
  sealTemplate,
  templateFiles,
  templatesDir,
} from '../../../src/guests/snapshot/template-store.ts';
import { createHost } from '../../../src/host/create-host.ts';
import { hello } from '../../fixtures/evidence.ts';

const host = createHost({ env: { PATH: process.env['PATH'] } });
const { signal } = new AbortController();

function specIn(cacheDir: string): TemplateSpec {
  const never = () => Promise.reject(new Error('a guest was booted'));
  return {
    ...{ host, cacheDir, release: '6.1.0', channel: 'virtio-serial', files: ['/kernel', '/initramfs'] },
    ...{ vmlinuzSha256: 'a'.repeat(64), initramfsSha256: 'b'.repeat(64), maxBytes: 1, boot: never, onNote: () => {} },
    machine: {
      ...{ arch: 'x86_64', accel: 'tcg', memoryMb: 256, cpus: 1 },
      ...{ kernel: '/kernel', initrd: '/initramfs', kernelArgs: [] },
    },
    qemu: { command: '/nowhere/qemu', version: '7.2.0', build: 'QEMU emulator version 7.2.0' },
    sandbox: { layers: [], userNamespace: false },
    accel: { accel: 'tcg', reason: '' },
    facts: {} as TemplateSpec['facts'],
  };
}

it('a saved guest that is there waits for no one who makes the same, and says that it was used', async () => {
  await using root = await host.files.tempDir('bpfcompat-templates-test-');
  const spec = specIn(root.path);
  const { vmlinuzSha256, initramfsSha256, qemu } = spec;
  const argv = machineArgv(spec, '', { saving: false, named: false });
  const key = templateKey({ argv, qemuBuild: qemu.build, vmlinuzSha256, initramfsSha256, hostCpu: '' });
  const dir = join(templatesDir(root.path), key);
  await mkdir(dir, { recursive: true });
  for (const path of Object.values(templateFiles(dir))) await writeFile(path, 'saved');
  const sealed = await sealTemplate(host, dir, { hello: hello(), named: false });
  await using _held = await lockTemplate(host, root.path, key, signal);
  const options = { signal, fresh: false, bootTimeoutMs: 1000, dir: root.path };
  expect(await ensureTemplate(spec, options, { named: false })).toEqual(sealed);
  expect(await readdir(dir)).toContain('used');
});
