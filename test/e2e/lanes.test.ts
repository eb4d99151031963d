import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { check } from './support/check.ts';
import { kernelTree } from './support/kernel-tree.ts';
import { type LaneUnderTest, laneContract } from './support/lane-contract.ts';
import { ARM64, example, ROOT } from './support/places.ts';
import { scratchDir } from './support/scratch.ts';

// The image lane has its contract in test/images. Firecracker needs KVM: a stand-in takes its requests here, as their published
// description has them, and runs the guests in QEMU.
const scratch = scratchDir();
const VNG = join(ROOT, 'build/tools/virtme/bin/vng');
const STAND_IN = join(ROOT, 'test/fakes/firecracker/firecracker.mjs');
/** A Firecracker to use instead of the stand-in, where there is KVM: `.github/workflows/firecracker.yml` names one. */
const FIRECRACKER = process.env['BPFCOMPAT_TEST_FIRECRACKER'] || STAND_IN;
const ENV = { BPFCOMPAT_VNG: VNG, BPFCOMPAT_FIRECRACKER_BIN: FIRECRACKER };

const OURS: Omit<LaneUnderTest, 'name' | 'kernel'> = {
  options: { env: { ...process.env, ...ENV } },
  flags: [],
  isolation: 'cell',
  port: '$(ls /dev/vport* | tail -1)',
  exclusive: true,
  limitMs: 400_000,
  bootingMs: 180_000,
};
const byRunner = (runner: 'virtme-ng' | 'firecracker') =>
  ({ name: runner, options: { ...OURS.options, runner }, flags: ['--runner', runner] }) as const;

const LANES: readonly LaneUnderTest[] = [
  { ...OURS, name: 'direct', kernel: 'debian-12-6.1' },
  { ...OURS, name: 'direct', kernel: ARM64 },
  { ...OURS, ...byRunner('virtme-ng'), kernel: 'own-6.1', isolation: 'boot' },
  { ...OURS, ...byRunner('firecracker'), kernel: 'micro-6.1', port: '/dev/ttyS0', exclusive: false },
];

/** A repository with profiles for virtme-ng and Firecracker, whose kernels are stored ones of Debian. */
let workspace: string;

beforeAll(async () => {
  workspace = mkdtempSync(join(scratch, 'workspace-'));
  const image = await kernelTree(join(workspace, 'kernel'), 'debian-12-6.1-generic');
  const cloud = await kernelTree(join(workspace, 'cloud'), 'debian-12-6.1');
  mkdirSync(join(workspace, 'vm/profiles'), { recursive: true });
  writeFileSync(
    join(workspace, 'vm/profiles/micro-6.1.yaml'),
    `{id: micro-6.1, distro: debian, kernel_family: "6.1", arch: x86_64, boot: {memory_mb: 512}, runner: firecracker, firecracker: {kernel_image_path: ${cloud}}}\n`,
  );
  writeFileSync(
    join(workspace, 'vm/profiles/own-6.1.yaml'),
    `{id: own-6.1, distro: debian, kernel_family: "6.1", arch: x86_64, runner: virtme-ng, virtme_ng: {run: ${image}, extra_args: [--force-9p]}}\n`,
  );
}, 300_000);

for (const lane of LANES) laneContract(lane, () => workspace);

test('copies of a saved guest that Firecracker does not start are booted, and the run says so once', async () => {
  const bin = join(mkdtempSync(join(scratch, 'no-restore-')), 'firecracker');
  writeFileSync(bin, `#!/bin/sh\nexec env BPFCOMPAT_STANDIN_FAULT=no-restore ${STAND_IN} "$@"\n`, { mode: 0o755 });
  const { report } = await check(workspace, [example('simple-pass'), example('core-relocation-fail')], {
    ...{ kernels: ['micro-6.1'], runner: 'firecracker', concurrency: 2, cwd: workspace },
    // A jail has no shell for it.
    env: { ...process.env, BPFCOMPAT_FIRECRACKER_BIN: bin, BPFCOMPAT_JAILER_BIN: '/nonexistent/jailer' },
  });
  expect(
    report.results.map(({ outcome, guest, retriedAfter }) => [outcome.status, guest?.isolation, retriedAfter]),
  ).toEqual([
    ['pass', 'boot', undefined],
    ['fail', 'boot', undefined],
  ]);
  expect(report.notes.filter((note) => note.includes('booted one by one'))).toEqual([
    expect.stringMatching(
      /^guests are booted one by one where they cannot be copied: 6\.1\.0-\S+: .*Load snapshot error: /,
    ),
  ]);
}, 400_000);

test('a kernel without the file system that virtme-ng offers its root by is named as that', async () => {
  const dir = mkdtempSync(join(scratch, 'cloud-'));
  const image = await kernelTree(join(dir, 'kernel'), 'debian-12-6.1');
  mkdirSync(join(dir, 'vm/profiles'), { recursive: true });
  writeFileSync(
    join(dir, 'vm/profiles/no-9p.yaml'),
    `{id: no-9p, distro: debian, kernel_family: "6.1", arch: x86_64, runner: virtme-ng, virtme_ng: {run: ${image}, extra_args: [--force-9p]}}\n`,
  );
  const { report } = await check(dir, [example('simple-pass')], {
    ...{ kernels: ['no-9p'], env: { ...process.env, ...ENV }, runner: 'virtme-ng', cwd: dir },
  });
  expect(report.results[0]?.outcome).toMatchObject({
    status: 'infra_error',
    cause: 'system_failed',
    message: expect.stringContaining('the kernel has no 9p (CONFIG_9P_FS)'),
  });
}, 300_000);

test('without Firecracker nothing is fetched, and the reason is given', async () => {
  const { report } = await check(workspace, [example('simple-pass')], {
    ...{
      kernels: ['micro-6.1'],
      env: { ...process.env, BPFCOMPAT_FIRECRACKER_BIN: '/nonexistent/firecracker' },
      runner: 'firecracker',
      cwd: workspace,
    },
  });
  expect(report.results[0]?.outcome).toMatchObject({
    status: 'skipped',
    reason: expect.stringContaining('/nonexistent/firecracker (Firecracker) is not installed'),
  });
});

test('without virtme-ng nothing is fetched, and the reason is given', async () => {
  const { report } = await check(workspace, [example('simple-pass')], {
    ...{
      kernels: ['own-6.1'],
      env: { ...process.env, BPFCOMPAT_VNG: '/nonexistent/vng' },
      runner: 'virtme-ng',
      cwd: workspace,
    },
  });
  expect(report.results[0]?.outcome).toMatchObject({
    status: 'skipped',
    reason: expect.stringContaining('/nonexistent/vng (virtme-ng) is not installed'),
  });
});
