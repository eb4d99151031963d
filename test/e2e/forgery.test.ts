import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type ValidateResult, validate } from '../../src/index.ts';
import { type StageOf, stagesOf } from '../../src/model/evidence.ts';
import { encodeFrame } from '../protocol/guest-frames.ts';
import { example } from './support/places.ts';
import { scratchDir } from './support/scratch.ts';

// Commands that try to speak for the validator, or to change what a later command means: never a pass.
const scratch = scratchDir();
const SIMPLE = example('simple-pass');
const KERNELS = ['debian-11-5.10', 'debian-13-7.3'];

interface Requested {
  readonly name: string;
  readonly command: string;
  readonly [key: string]: string | number | boolean;
}

/** Assets are scripts that may be run, in `/bpfcompat/files`. */
function request(
  tests: readonly Requested[],
  assets: Readonly<Record<string, string | Buffer>> = {},
): Promise<ValidateResult> {
  const cwd = mkdtempSync(join(scratch, 'run-'));
  const list = tests.map((one) => `  - ${JSON.stringify(one)}\n`).join('');
  mkdirSync(join(cwd, 'files'));
  for (const [name, bytes] of Object.entries({ none: '', ...assets })) {
    writeFileSync(join(cwd, 'files', name), bytes, { mode: 0o755 });
  }
  writeFileSync(join(cwd, 'manifest.yaml'), `assets: [files]\nfunctional_tests:\n${list}`);
  return validate({
    ...{ artifacts: [SIMPLE], kernels: KERNELS, cwd, manifest: 'manifest.yaml', mode: 'behavior' },
    ...{ out: 'report.json', timeoutMs: 90_000 },
  });
}

function matches(run: ValidateResult, target: number): readonly StageOf<'functional'>[] {
  const evidence = run.report.results[target]?.evidence;
  return evidence ? stagesOf(evidence, 'functional') : [];
}

const outcomes = (run: ValidateResult) => run.report.results.map(({ outcome }) => outcome);

describe('a program that the kernel starts for a command, outside of its namespaces', () => {
  const crash = (helper: string): string =>
    `echo "|/bpfcompat/files/${helper}" >/proc/sys/kernel/core_pattern; ulimit -c unlimited; sh -c 'kill -SEGV $$'; sleep 2`;

  test('has no rights', async () => {
    const helper = '#!/bin/sh\ngrep -E "Cap(Prm|Eff|Bnd)" /proc/self/status >/caps\n';
    const run = await request(
      [
        { name: 'crash', command: `${crash('helper')}; cat /caps` },
        { name: 'own', command: 'grep CapBnd /proc/self/status' },
      ],
      { helper },
    );
    for (const target of KERNELS.keys()) {
      const [crashed, own] = matches(run, target);
      expect(crashed?.stdout_tail.match(/\t0{16}\n/g), crashed?.stdout_tail).toHaveLength(3);
      // The command itself can trace no one, do no raw I/O, load no module and boot no other kernel.
      const rights = BigInt(`0x${/[0-9a-f]{16}/.exec(own?.stdout_tail ?? '')?.[0] ?? 'f'.repeat(16)}`);
      expect([16n, 17n, 19n, 22n].filter((right) => (rights >> right) & 1n)).toEqual([]);
    }
    expect(outcomes(run)).toMatchObject([{ status: 'pass' }, { status: 'pass' }]);
  });

  test('can stop the validator, and that is not a verdict', async () => {
    const helper = [
      '#!/bin/sh',
      'for status in /proc/[0-9]*/stat; do',
      '  read -r pid name state parent rest <$status',
      '  [ "$parent" = 1 ] && [ "$pid" != $$ ] && kill -KILL $pid',
      'done',
    ].join('\n');
    const run = await request([{ name: 'crash', command: crash('helper') }], { helper });
    expect(outcomes(run)).toMatchObject([{ status: 'infra_error' }, { status: 'infra_error' }]);
  });
});

test('a command that takes the port over cannot end a response', async () => {
  const take = [
    'cd /sys/bus/virtio/drivers/virtio_console; echo virtio0 >unbind; sleep 0.3; echo virtio0 >bind',
    'for i in 1 2 3 4 5 6 7 8 9; do [ -e /dev/vport0p1 ] && break; sleep 0.1; done',
    'cat /bpfcompat/files/frames >/dev/vport0p1; sleep 3; exit 1',
  ].join('; ');
  const honest = await request([{ name: 'take', command: ':' }]);
  const stages = honest.report.results[0]?.evidence?.stages ?? [];
  const at = stages.findIndex(({ stage }) => stage === 'functional');
  const forged = stages
    .slice(at)
    .map((stage) => (stage.stage === 'functional' ? { ...stage, command: take } : stage))
    .map((stage) => Buffer.from(JSON.stringify(stage)));
  const document = JSON.parse(honest.report.results[0]?.evidence?.document ?? '{}');
  document.functional.tests[0].command = take;
  forged.splice(1, 0, Buffer.from(JSON.stringify(document)));
  // Hello has the number 0, and every stage until then is in the evidence.
  const frames = forged.map((payload, index) =>
    encodeFrame({ name: index === 1 ? 'document' : 'stage', seq: at + 1 + index, payload }),
  );
  const seal = encodeFrame({ name: 'seal', seq: at + 1 + frames.length, payload: Buffer.alloc(32) });
  const run = await request([{ name: 'take', command: take }], { frames: Buffer.concat([...frames, seal]) });
  const forgeries = outcomes(run).map((outcome) => (outcome.status === 'infra_error' ? outcome.message : 'a verdict'));
  // Either the forged result arrives, or PID 1 finds its port gone before.
  const rejected = /the seal of the response does not fit what was said|writing to the host failed/;
  expect(forgeries.map((words) => (rejected.test(words) ? 'refused' : words))).toEqual(['refused', 'refused']);
});

test('no command changes what the shell of a later one does', async () => {
  // busybox goes by its name.
  const always = '#!/tmp/busybox true\n';
  const replace = [
    'cp /bin/busybox /tmp/busybox; cp /bpfcompat/files/always /tmp/always',
    'umount /bin/sh; umount /bin/busybox; rm -f /bin/busybox /bin/sh; ln -s /tmp/always /bin/sh; cp /tmp/always /bin/busybox',
    '/tmp/busybox mkdir -p /tmp/misc && /tmp/busybox mount -t binfmt_misc x /tmp/misc && ' +
      "echo ':x:M::\\x7fELF::/tmp/always:' >/tmp/misc/register; exit 0",
  ].join('; ');
  const run = await request(
    [
      { name: 'replace', command: replace },
      { name: 'later', command: 'exit 3', expect_exit_code: 3 },
      { name: 'tools', command: '/bin/sh -c "exit 4"', expect_exit_code: 4 },
      { name: 'wrong', command: 'exit 1' },
    ],
    { always },
  );
  for (const target of KERNELS.keys()) {
    expect(matches(run, target).map(({ exit_code }) => exit_code)).toEqual([0, 3, 4, 1]);
  }
  expect(outcomes(run)).toMatchObject([{ status: 'fail' }, { status: 'fail' }]);
});

test.each(['pid', 'mnt'])(
  'a command that leaves no %s namespace for later ones keeps them from running',
  async (kind) => {
    const limit = `/proc/sys/user/max_${kind}_namespaces`;
    const replace = `umount /bin/sh; umount /bin/busybox; rm -f /bin/sh; cp files/always /bin/sh; echo 0 >${limit}`;
    const run = await request(
      [
        { name: 'replace', command: `cp /bin/busybox /tmp/busybox; ${replace}` },
        { name: 'wrong', command: 'exit 1' },
      ],
      { always: '#!/tmp/busybox true\n' },
    );
    for (const target of KERNELS.keys()) {
      const [replaced, wrong] = matches(run, target);
      expect(replaced?.status, replaced?.stderr_tail).toBe('pass');
      expect(wrong).toMatchObject({ status: 'fail', exit_code: 126 });
      expect(wrong?.stderr_tail).toMatch(/^bpfcompat: this command was not run, .*: unshare: No space left on device/);
    }
    expect(outcomes(run)).toMatchObject([{ status: 'infra_error' }, { status: 'infra_error' }]);
  },
);

describe('the words of the kernel', () => {
  const WARNING = 'WARNING: CPU: 0 PID: 1 at kernel/foo.c:1 bar+0x1/0x2';

  test('are not those of a command', async () => {
    const run = await request([
      { name: 'kmsg', command: `echo "<4>${WARNING}" >/dev/kmsg; echo "<0>${WARNING}" >/dev/kmsg` },
      { name: 'console', command: `echo "[    1.5] ${WARNING}" >/dev/console` },
    ]);
    expect(outcomes(run)).toMatchObject([
      { status: 'pass', findings: [] },
      { status: 'pass', findings: [] },
    ]);
  });

  test('are heard where the console was muted', async () => {
    // The flag that a warning sets is the one that root may set by hand.
    const run = await request([
      { name: 'mute', command: 'dmesg -n 1; dmesg -c >/dev/null' },
      { name: 'level', command: 'cut -f1 /proc/sys/kernel/printk', expect_stdout_contains: '7' },
      { name: 'taint', command: 'echo 512 >/proc/sys/kernel/tainted' },
    ]);
    const finding = { code: 'KERNEL_WARNING', decisive: true, args: { reason: 'tainted' } };
    for (const outcome of outcomes(run)) expect(outcome).toMatchObject({ status: 'fail', findings: [finding] });
    for (const target of KERNELS.keys()) expect(matches(run, target)[1]?.status).toBe('pass');
  });

  test('are reported before the next command could hide them', async () => {
    const run = await request([
      { name: 'taint', command: 'echo 512 >/proc/sys/kernel/tainted' },
      { name: 'next', command: 'true' },
    ]);
    for (const { evidence } of run.report.results) {
      const said = (evidence?.stages ?? []).flatMap((stage) => {
        if (stage.stage === 'functional') return [stage.name];
        return stage.stage === 'kernel' ? [`taint ${stage.kernel.taint_after & 512}`] : [];
      });
      expect(said).toEqual(['taint', 'taint 512', 'next']);
    }
    expect(outcomes(run)).toMatchObject([{ status: 'fail' }, { status: 'fail' }]);
  });
});
