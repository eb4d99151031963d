import { existsSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { doctor, fetchKernels, fetchUserland } from '../../../src/index.ts';
import { ARM64_KERNELS, CLI, ROOT, systemObjects } from './places.ts';

/** Kernels come over the network once; after this long they will not come any more. */
const FETCH_MS = 10 * 60_000;

function compiledObjects(): string[] {
  const dirs = readdirSync(join(ROOT, 'examples')).map((name) => join(ROOT, 'examples', name));
  return [...dirs, join(ROOT, 'test/fixtures/bpf'), join(ROOT, 'test/confusion/objects')].flatMap((dir) =>
    readdirSync(dir)
      .filter((name) => name.endsWith('.bpf.c'))
      .map((name) => join(dir, name.replace(/c$/, 'o'))),
  );
}

/** Runs once before all tests on real guests. What is missing fails the tests: nothing is ever skipped. */
export default async function setup(): Promise<void> {
  const built = [CLI, join(ROOT, 'build/cli.mjs'), ...compiledObjects()];
  const missing = built.filter((path) => !existsSync(path)).map((path) => relative(ROOT, path));
  if (missing.length > 0) {
    throw new Error(`not built: ${missing.join(', ')}; run: make build validator examples test-objects`);
  }
  const { ready, checks } = await doctor({ offline: true });
  if (!ready) {
    const wants = checks.filter(({ status }) => status === 'missing').map(({ what, remedy }) => `${what}: ${remedy}`);
    throw new Error(`this machine cannot run guests: ${wants.join('; ')}`);
  }
  const objects = systemObjects().map((path) => path.split('/').at(-1));
  if (!objects.includes('xdp-dispatcher.o') || !objects.includes('xdpfilt_alw_all.o')) {
    throw new Error('objects that others wrote are missing below /usr/lib; run: apt-get install libxdp1 xdp-tools');
  }
  const loaders = ['/usr/sbin/bpftool', '/usr/sbin/vfsstat', '/usr/sbin/execsnoop'].filter((path) => !existsSync(path));
  if (loaders.length > 0) {
    throw new Error(`${loaders.join(', ')} missing; run: apt-get install bpftool libbpf-tools`);
  }
  const errors: string[] = [];
  for (const choice of [
    { kind: 'matrix', value: 'debian' },
    { kind: 'ids', ids: ARM64_KERNELS, origin: 'the tests' },
  ] as const) {
    await fetchKernels({
      choice,
      signal: AbortSignal.timeout(FETCH_MS),
      onEnd: (profile, result) => {
        if (result instanceof Error) errors.push(`${profile}: ${result.message}`);
        else if (!result.cached) console.log(`fetched ${result.files.record.release} for ${profile}`);
      },
    });
  }
  await fetchUserland({ signal: AbortSignal.timeout(FETCH_MS) });
  if (errors.length > 0) throw new Error(`kernels for the tests cannot be had: ${errors.join('; ')}`);
}
