import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readJob } from '../../src/action/job.ts';
import { userlandsOf } from '../../src/action/prepare.ts';
import { inputVariable } from '../../src/config/action-values.ts';
import { arm64Image } from '../fakes/zboot.ts';

const ARM64 = 'debian-12-6.1-arm64';

function userlands(
  inputs: Record<string, string>,
  profiles: readonly string[],
  localKernels: { image: string }[] = [],
) {
  const cwd = mkdtempSync(join(tmpdir(), 'bpfcompat-prepare-'));
  onTestFinished(() => rmSync(cwd, { recursive: true }));
  writeFileSync(join(cwd, 'Image'), arm64Image());
  const variables = Object.entries({ artifact: 'a.bpf.o', ...inputs }).map(([name, value]) => [
    inputVariable(name),
    value,
  ]);
  return userlandsOf(readJob(Object.fromEntries(variables), cwd, cwd), profiles, { cwd, localKernels });
}

test('a step whose guests run commands has the shell of each architecture from the cache', async () => {
  const [x86, arm64] = ['userland+x86_64', 'userland+aarch64'];
  const commands = { manifest: 'm.yaml' };
  expect(await userlands(commands, ['debian-12-6.1'])).toEqual([x86]);
  expect(await userlands(commands, ['debian-12-6.1', ARM64])).toEqual([x86, arm64]);
  expect(await userlands(commands, [], [{ image: 'Image' }])).toEqual([x86, arm64]);
});

test('a step that runs none has no shell', async () => {
  expect(await userlands({}, [ARM64])).toEqual([]);
});
