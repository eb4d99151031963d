import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { directLane } from '../../../src/guests/direct/lane.ts';
import type { GuestRequest, GuestSource, Lane } from '../../../src/guests/guest.ts';
import { detectSandbox, withoutOwnUid } from '../../../src/guests/qemu/sandbox.ts';
import { createHost } from '../../../src/host/create-host.ts';
import type { Host } from '../../../src/host/host.ts';
import type { KernelFiles, Profile } from '../../../src/model/kernel.ts';

const FAKES = join(import.meta.dirname, '../../fakes/qemu');

export const fakePath = (name: string): string => join(FAKES, `${name}.mjs`);

export const PROFILE: Profile = {
  ...{ id: 'test-6.1', distro: 'test', version: '1', kernelFamily: '6.1', arch: 'x86_64', runner: 'vm' },
  ...{ memoryMb: 256, cpus: 1, expectedBtf: true, file: 'test-6.1.yaml' },
  kernel: { source: 'deb', archive: 'debian', suite: 'test', package: 'linux-image-test' },
} as const;

const DIGEST = { sha256: '0'.repeat(64), size: 1 };

/** A lane whose QEMU is one of the programs of test/fakes/qemu, with the real host and the real wrappers. */
export interface FakeLane {
  readonly host: Host;
  readonly lane: Lane;
  readonly kernel: KernelFiles;
  /** Directory for the files of one guest. */
  readonly out: string;
  readonly cacheDir: string;
  readonly validatorPath: string;
  source(): Promise<GuestSource>;
}

export async function fakeLane(
  dir: string,
  fake: string,
  host = createHost({ env: { PATH: process.env['PATH'] } }),
): Promise<FakeLane> {
  const { signal } = new AbortController();
  const [out, cacheDir] = [join(dir, 'out'), join(dir, 'cache')];
  await mkdir(out, { recursive: true });
  const validatorPath = join(dir, 'validator');
  const vmlinuz = join(dir, 'vmlinuz');
  await writeFile(validatorPath, 'validator');
  await writeFile(vmlinuz, 'kernel');
  const kernel: KernelFiles = {
    record: {
      ...{
        schema: 'bpfcompat_kernel.v3',
        source: 'ef'.repeat(32),
        vouched: { by: 'signature', file: 'built-in: k.yaml' },
        profile: PROFILE.id,
        arch: 'x86_64',
        release: '6.1.0-test',
      },
      package: { name: 'x', version: '1', archive: 'debian', suite: 'test', files: [] },
      ...{ vmlinuz: DIGEST, config: null, modules: [], fetchedAt: '2026-01-01T00:00:00Z' },
    },
    vmlinuz,
    config: undefined,
    modules: [],
  };
  const lane = directLane({
    isolation: 'boot',
    maxBytes: 0,
    onNote: () => {},
    host,
    cacheDir,
    tools: {
      x86_64: {
        validator: { path: validatorPath, sha256: createHash('sha256').update('validator').digest('hex') },
        qemu: { command: fakePath(fake), version: '7.2.0', build: 'fake' },
        // The checkout may lie in a directory that only its owner can enter.
        sandbox: withoutOwnUid(await detectSandbox(host, signal)),
        accel: { accel: 'tcg', reason: 'test' },
      },
      aarch64: 'there is no QEMU for it',
    },
  });
  const source = (): Promise<GuestSource> => lane.prepare(PROFILE, kernel, signal);
  return { host, lane, kernel, out, cacheDir, validatorPath, source };
}

export const REQUEST: GuestRequest = {
  artifact: Buffer.from('object'),
  artifactName: 'x.bpf.o',
  attachMode: 'best-effort',
  probeFeatures: true,
  functionalTests: [],
  requiredPrograms: [],
  tuning: [],
  workTimeoutMs: 1000,
};
