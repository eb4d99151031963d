import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { CellResult, Finding, ValidateOptions } from '../../src/index.ts';
import { type Checked, check } from './support/check.ts';
import { startCli } from './support/cli.ts';
import { kernelTree } from './support/kernel-tree.ts';
import { ARM64, example, ROOT } from './support/places.ts';
import { alive, descendants } from './support/processes.ts';
import { scratchDir } from './support/scratch.ts';

// What holds on every lane, whatever boots the kernel. The image lane has it in test/images. Firecracker needs KVM: a stand-in
// takes its requests here, as their published description has them, and runs the guests in QEMU.
const scratch = scratchDir();
const VNG = join(ROOT, 'build/tools/virtme/bin/vng');
const STAND_IN = join(ROOT, 'test/fakes/firecracker/firecracker.mjs');
/** A Firecracker to use instead of the stand-in, where there is KVM: `.github/workflows/firecracker.yml` names one. */
const FIRECRACKER = process.env['BPFCOMPAT_TEST_FIRECRACKER'] || STAND_IN;
const ENV = { BPFCOMPAT_VNG: VNG, BPFCOMPAT_FIRECRACKER_BIN: FIRECRACKER };

interface LaneUnderTest {
  readonly name: string;
  readonly kernel: string;
  readonly options: Pick<ValidateOptions, 'runner'>;
}

const LANES: readonly LaneUnderTest[] = [
  { name: 'direct', kernel: 'debian-12-6.1', options: {} },
  { name: 'direct', kernel: ARM64, options: {} },
  { name: 'virtme-ng', kernel: 'own-6.1', options: { runner: 'virtme-ng' } },
  { name: 'firecracker', kernel: 'micro-6.1', options: { runner: 'firecracker' } },
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

const findings = ({ outcome }: CellResult): readonly Finding[] => ('findings' in outcome ? outcome.findings : []);

describe.each(LANES)('$name with $kernel', ({ name, kernel, options }) => {
  const behave = async (manifest: string): Promise<Checked> => {
    writeFileSync(join(workspace, 'manifest.yaml'), manifest);
    return await check(workspace, [example('simple-pass')], {
      ...{ kernels: [kernel], env: { ...process.env, ...ENV }, mode: 'behavior', manifest, cwd: workspace },
      ...options,
    });
  };
  const run = (objects: readonly string[]): Promise<Checked> =>
    check(workspace, objects, {
      ...{ kernels: [kernel], env: { ...process.env, ...ENV }, concurrency: 1, cwd: workspace },
      ...options,
    });

  test('reports what the kernel makes of objects, and which kernel it was', async () => {
    const { report } = await run([example('simple-pass'), example('core-relocation-fail')]);
    const [pass, fail] = report.results;
    expect(pass).toMatchObject({
      outcome: { status: 'pass' },
      // Of several cells each gets a copy of a saved guest, where the lane has those.
      guest: { lane: name, isolation: name === 'virtme-ng' ? 'boot' : 'cell' },
      kernel: { release: expect.stringMatching(/^6\.1\.0-/) },
    });
    expect(fail?.outcome.status).toBe('fail');
    expect(fail && findings(fail).map(({ code }) => code)).toEqual(['CORE_RELOCATION_FAILURE']);
  }, 300_000);

  test('is no verdict where the kernel panics', async () => {
    const manifest =
      'programs: []\nfunctional_tests:\n  - {name: panics, command: "echo c >/proc/sysrq-trigger", timeout: 20s}\n';
    const { report, verdict } = await behave(manifest);
    expect(report.results[0]?.outcome).toMatchObject({
      ...{ status: 'infra_error', cause: 'guest_crash' },
      message: expect.stringContaining('panic'),
    });
    expect(verdict.exitCode).toBe(1);
  }, 400_000);

  test('ends a command that never does, and takes as much as it likes to say', async () => {
    const manifest = `programs: []\nfunctional_tests:\n  - {name: floods, command: "head -c 3000000 /dev/zero | tr '\\\\0' x; echo done", expect_stdout_contains: done, timeout: 60s}\n  - {name: hangs, command: "while :; do :; done", timeout: 2s}\n`;
    const { report } = await behave(manifest);
    const stages = report.results[0]?.evidence?.stages ?? [];
    const tests = stages.flatMap((stage) => (stage.stage === 'functional' ? [stage] : []));
    expect(tests.map(({ name, status, timed_out }) => [name, status, timed_out])).toEqual([
      ['floods', 'pass', false],
      ['hangs', 'fail', true],
    ]);
  }, 400_000);

  test('gives a pin of one cell to no other', async () => {
    const manifest = (command: string): string =>
      `programs: []\nfunctional_tests:\n  - {name: pins, command: "${command}", timeout: 20s}\n`;
    const leaves = await behave(manifest('ls /sys/fs/bpf && mkdir /sys/fs/bpf/left && touch /tmp/left'));
    const finds = await behave(manifest('! test -e /sys/fs/bpf/left && ! test -e /tmp/left'));
    expect([leaves, finds].map(({ report }) => report.results[0]?.outcome.status)).toEqual(['pass', 'pass']);
  }, 400_000);

  test('is no verdict where what comes over the channel is not the protocol', async () => {
    // The first process of the guest has the channel: another one writes into it.
    const port = name === 'firecracker' ? '/dev/ttyS0' : '$(ls /dev/vport* | tail -1)';
    const garbage = `head -c 4096 /dev/urandom | tr '\\\\000-\\\\177' '\\\\301' >${port}`;
    const manifest = `programs: []\nfunctional_tests:\n  - {name: lies, command: "${garbage}", timeout: 20s}\n`;
    const { report, verdict } = await behave(manifest);
    const [result] = report.results;
    if (name === 'firecracker') {
      expect(result?.outcome).toMatchObject({ status: 'infra_error', cause: 'protocol' });
      expect(verdict.exitCode).toBe(1);
    } else {
      // One process at a time may open a virtio-serial port.
      const [stage] = result?.evidence?.stages.flatMap((one) => (one.stage === 'functional' ? [one] : [])) ?? [];
      expect(stage).toMatchObject({ name: 'lies', status: 'fail' });
    }
  }, 400_000);

  test('leaves nothing behind when it is interrupted', async () => {
    const runner = options.runner === undefined ? [] : ['--runner', options.runner];
    const args = ['test', '--artifact', example('simple-pass'), '--kernels', kernel, '--out', 'r.json', ...runner];
    // A guest may be ready before it is interrupted: its command is not.
    const started = startCli([...args, '--isolation', 'boot', '--command', 'sleep 100'], {
      cwd: workspace,
      env: ENV,
      limitMs: 120_000,
    });
    await started.said(/: booting/, 60_000);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const children = descendants(started.child.pid ?? 0);
    started.child.kill('SIGINT');
    const { code } = await started.ended;
    expect(code).not.toBe(0);
    const until = performance.now() + 3000;
    while (alive(children).length > 0 && performance.now() < until) await new Promise((done) => setTimeout(done, 50));
    expect(alive(children)).toEqual([]);
  }, 200_000);
});

test('copies of a saved guest that Firecracker does not start are booted, and the run says so once', async () => {
  const bin = join(mkdtempSync(join(scratch, 'no-restore-')), 'firecracker');
  writeFileSync(bin, `#!/bin/sh\nexec env BPFCOMPAT_STANDIN_FAULT=no-restore ${STAND_IN} "$@"\n`, { mode: 0o755 });
  const { report } = await check(workspace, [example('simple-pass'), example('core-relocation-fail')], {
    ...{ kernels: ['micro-6.1'], runner: 'firecracker', concurrency: 2, cwd: workspace },
    env: { ...process.env, BPFCOMPAT_FIRECRACKER_BIN: bin },
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
