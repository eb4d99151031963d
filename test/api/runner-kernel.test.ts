import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { withRunnerKernel } from '../../src/api/runner-kernel.ts';
import { createHost } from '../../src/host/create-host.ts';
import { PROFILE } from '../guests/direct/fake-lane.ts';

const { signal } = new AbortController();
const host = createHost({ env: { PATH: process.env['PATH'] } });

/** A directory with a kernel, the modules of its installation, and a vng that says where a kernel is. */
async function lab() {
  const dir = await host.files.tempDir('bpfcompat-runner-kernel-');
  const at = (path: string): string => join(dir.path, path);
  for (const made of ['repo/boot', 'repo/lib/modules', 'lib/modules']) await mkdir(at(made), { recursive: true });
  for (const image of ['repo/boot/vmlinuz', 'repo/vmlinuz']) await writeFile(at(image), 'kernel');
  await writeFile(at('vng'), `#!/bin/sh\ntouch ${at('called')}\necho "--kimg ${at('repo/vmlinuz')} "\n`);
  await chmod(at('vng'), 0o755);
  const options = { host, cwd: dir.path, vng: { command: at('vng'), version: '1.42' }, offline: false, signal };
  const profile = (run: string) =>
    ({ ...PROFILE, kernel: undefined, runner: 'virtme-ng', virtme: { run, extraArgs: [] }, top: at('repo') }) as const;
  return { at, options, profile, [Symbol.asyncDispose]: () => dir[Symbol.asyncDispose]() };
}

test('a release is not downloaded where the network is forbidden, and a path is taken all the same', async () => {
  await using made = await lab();
  const { at, options, profile } = made;
  const offline = { ...options, offline: true };
  await expect(withRunnerKernel(profile('v6.8'), offline)).rejects.toMatchObject({ code: 'kernel_not_stored' });
  expect(await host.files.stat(at('called'))).toBeUndefined();
  expect(await withRunnerKernel(profile(at('repo/boot/vmlinuz')), offline)).toMatchObject({
    kernel: { source: 'file', image: at('repo/boot/vmlinuz'), modules: at('repo/lib/modules') },
    top: at('repo'),
  });
  const upstream = await withRunnerKernel(profile('v6.8'), options);
  expect(upstream.kernel).toMatchObject({ image: at('repo/vmlinuz') });
  expect(upstream.top).toBeUndefined();
});

test('modules beside a kernel of a repository are those of the repository', async () => {
  await using made = await lab();
  const { at, options, profile } = made;
  const { kernel } = await withRunnerKernel(profile(at('repo/vmlinuz')), options);
  expect(kernel).toEqual({ source: 'file', image: at('repo/vmlinuz') });
});
