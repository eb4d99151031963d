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

// What holds on every lane, whatever boots the kernel. The image lane has it in test/images, Firecracker needs KVM.
const scratch = scratchDir();
const VNG = join(ROOT, 'build/tools/virtme/bin/vng');

interface LaneUnderTest {
  readonly name: string;
  readonly kernel: string;
  readonly options: Pick<ValidateOptions, 'runner'>;
}

const LANES: readonly LaneUnderTest[] = [
  { name: 'direct', kernel: 'debian-12-6.1', options: {} },
  { name: 'direct', kernel: ARM64, options: {} },
  { name: 'virtme-ng', kernel: 'own-6.1', options: { runner: 'virtme-ng' } },
];

/** A repository with a profile for virtme-ng, whose kernel is a stored one of Debian. */
let workspace: string;

beforeAll(async () => {
  workspace = mkdtempSync(join(scratch, 'workspace-'));
  const image = await kernelTree(join(workspace, 'kernel'), 'debian-12-6.1-generic');
  mkdirSync(join(workspace, 'vm/profiles'), { recursive: true });
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
      ...{ kernels: [kernel], env: { ...process.env, BPFCOMPAT_VNG: VNG }, mode: 'behavior', manifest, cwd: workspace },
      ...options,
    });
  };
  const run = (objects: readonly string[]): Promise<Checked> =>
    check(workspace, objects, {
      ...{ kernels: [kernel], env: { ...process.env, BPFCOMPAT_VNG: VNG }, concurrency: 1, cwd: workspace },
      ...options,
    });

  test('reports what the kernel makes of objects, and which kernel it was', async () => {
    const { report } = await run([example('simple-pass'), example('core-relocation-fail')]);
    const [pass, fail] = report.results;
    expect(pass).toMatchObject({
      outcome: { status: 'pass' },
      guest: { lane: name },
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

  test('leaves nothing behind when it is interrupted', async () => {
    const runner = options.runner === undefined ? [] : ['--runner', options.runner];
    const args = ['test', '--artifact', example('simple-pass'), '--kernels', kernel, '--out', 'r.json', ...runner];
    // A guest may be ready before it is interrupted: its command is not.
    const started = startCli([...args, '--isolation', 'boot', '--command', 'sleep 100'], {
      cwd: workspace,
      env: { BPFCOMPAT_VNG: VNG },
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

test('a kernel without the file system that virtme-ng offers its root by is named as that', async () => {
  const dir = mkdtempSync(join(scratch, 'cloud-'));
  const image = await kernelTree(join(dir, 'kernel'), 'debian-12-6.1');
  mkdirSync(join(dir, 'vm/profiles'), { recursive: true });
  writeFileSync(
    join(dir, 'vm/profiles/no-9p.yaml'),
    `{id: no-9p, distro: debian, kernel_family: "6.1", arch: x86_64, runner: virtme-ng, virtme_ng: {run: ${image}, extra_args: [--force-9p]}}\n`,
  );
  const { report } = await check(dir, [example('simple-pass')], {
    ...{ kernels: ['no-9p'], env: { ...process.env, BPFCOMPAT_VNG: VNG }, runner: 'virtme-ng', cwd: dir },
  });
  expect(report.results[0]?.outcome).toMatchObject({
    status: 'infra_error',
    cause: 'system_failed',
    message: expect.stringContaining('the kernel has no 9p (CONFIG_9P_FS)'),
  });
}, 300_000);

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
