import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { CancelledError, type CellResult, type RunEvent, type ValidateResult, validate } from '../../src/index.ts';
import { type StageOf, stagesOf } from '../../src/model/evidence.ts';
import { encodeFrame } from '../protocol/guest-frames.ts';
import { example, fixture } from './support/places.ts';
import { privateCache } from './support/private-cache.ts';
import { readReport, targetOf } from './support/report.ts';
import { scratchDir } from './support/scratch.ts';
import { type KernelWithoutConsole, kernelWithoutConsole } from './support/without-console.ts';
import { testimony } from './support/witness.ts';

// A kernel without virtio_console, out of a repository like Amazon's: its guests have the channel of a disk, and all that
// holds of others holds of them.
// Each boots guests of its own, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 300_000 });
const scratch = scratchDir();
const SIMPLE = example('simple-pass');
const WITNESS = fixture('witness');
let kernel: KernelWithoutConsole;
let env: Record<string, string | undefined>;

beforeAll(async () => {
  kernel = await kernelWithoutConsole(join(scratch, 'lab'));
  env = { ...process.env, BPFCOMPAT_CACHE_DIR: privateCache(join(scratch, 'cache'), []) };
  // Fetches the kernel, and makes the guest that others are copies of.
  only(await request([SIMPLE]));
}, 600_000);
afterAll(() => kernel?.[Symbol.asyncDispose]());

function workspace(): string {
  const cwd = mkdtempSync(join(scratch, 'run-'));
  kernel.writeProfile(cwd);
  return cwd;
}

type Options = Partial<Parameters<typeof validate>[0]>;

function request(artifacts: readonly string[], more: Options = {}): Promise<ValidateResult> {
  return validate({
    ...{ artifacts, kernels: [kernel.id], cwd: workspace(), env, allowProfileOverride: true },
    ...{ out: 'report.json', markdown: 'report.md', ...more },
  });
}

function only({ report }: ValidateResult): CellResult {
  expect(report.results).toHaveLength(1);
  return report.results[0]!;
}

interface Test {
  readonly name: string;
  readonly command: string;
  readonly [key: string]: string | number | boolean;
}

/** Requests with functional tests; assets lie in `/bpfcompat/files`. */
function behave(tests: readonly Test[], assets: Readonly<Record<string, Buffer>> = {}): Promise<ValidateResult> {
  const cwd = workspace();
  mkdirSync(join(cwd, 'files'));
  for (const [name, bytes] of Object.entries({ none: Buffer.alloc(0), ...assets })) {
    writeFileSync(join(cwd, 'files', name), bytes);
  }
  const list = tests.map((one) => `  - ${JSON.stringify(one)}\n`).join('');
  writeFileSync(join(cwd, 'manifest.yaml'), `assets: [files]\nfunctional_tests:\n${list}`);
  return request([SIMPLE], { cwd, manifest: 'manifest.yaml', mode: 'behavior', timeoutMs: 180_000 });
}

const matches = (cell: CellResult): readonly StageOf<'functional'>[] =>
  cell.evidence ? stagesOf(cell.evidence, 'functional') : [];

describe('guests that are copied', () => {
  test('pass, are fresh each time, and the report says how they were talked to', async () => {
    const first = only(await request([WITNESS]));
    const second = await request([WITNESS]);
    for (const cell of [first, only(second)]) {
      expect(cell).toMatchObject({ outcome: { status: 'pass' }, retriedAfter: undefined });
      expect(cell.guest).toMatchObject({ isolation: 'cell', channel: 'virtio-blk' });
      expect(testimony(cell)).toMatchObject({ runs: 0, cgroups: 1 });
    }
    expect(testimony(first).random).not.toBe(testimony(only(second)).random);
    const target = targetOf(readReport(second.paths.artifacts[0]?.json ?? ''), kernel.id);
    expect(target.profile?.kernel).toBe(kernel.release);
    expect(target.guest).toMatchObject({ channel: 'virtio-blk' });
  });

  test('say why an object is rejected, log and all', async () => {
    const cell = only(await request([fixture('verifier_reject')]));
    expect(cell.outcome).toMatchObject({ status: 'fail', failedStage: 'load' });
    const [load] = cell.evidence ? stagesOf(cell.evidence, 'load') : [];
    expect(load?.status).toBe('fail');
  });
});

test('a guest that boots from nothing passes', async () => {
  const cell = only(await request([SIMPLE], { isolation: 'boot' }));
  expect(cell).toMatchObject({ outcome: { status: 'pass' }, guest: { isolation: 'boot', channel: 'virtio-blk' } });
});

test('a panic costs its own cell, and is reported with the console', async () => {
  const { report } = await request([fixture('panic_init'), SIMPLE]);
  const [panicked, beside] = report.results;
  expect(panicked?.outcome).toMatchObject({ status: 'infra_error', cause: 'guest_crash' });
  expect(panicked?.outcome).toMatchObject({ message: expect.stringContaining('Kernel panic - not syncing') });
  expect(panicked?.retriedAfter).toContain('panic');
  expect(beside).toMatchObject({ outcome: { status: 'pass' }, retriedAfter: undefined });
});

test('an object that never lets go of the processor is ended by the time-out', async () => {
  const cell = only(await request([fixture('endless')], { timeoutMs: 10_000 }));
  // The second try has to boot first, which a busy machine may not manage in time.
  expect(cell.outcome).toMatchObject({ status: 'infra_error', cause: expect.stringMatching(/^(?:boot_)?timeout$/) });
  expect(cell.retriedAfter).toMatch(/no complete response within \d+ ms; .*last step: (?:attach spin|load endless)/);
});

test('functional tests with files, many words and other exit codes', async () => {
  const bytes = Buffer.alloc(3_000_000, 'bpfcompat ');
  const tests = [
    { name: 'file', command: 'wc -c </bpfcompat/files/big; tail -c 10 /bpfcompat/files/big' },
    {
      name: 'flood',
      command: 'head -c 1000000 /dev/zero | tr "\\0" x; echo end',
      expect_stdout_contains: 'end',
      timeout: '60s',
    },
    { name: 'code', command: 'exit 3', expect_exit_code: 3 },
    { name: 'late', command: 'sleep 60', timeout: '1s', required: false },
  ];
  const cell = only(await behave(tests, { big: bytes }));
  const [file, flood, code, late] = matches(cell);
  expect(file?.stdout_tail).toBe('3000000\nbpfcompat ');
  expect(flood).toMatchObject({ exit_code: 0, stdout_bytes: 1_000_004 });
  expect(code?.exit_code).toBe(3);
  expect(late?.timed_out).toBe(true);
});

test('the loader of a user decides by its exit code', async () => {
  const cwd = workspace();
  writeFileSync(join(cwd, 'loader.sh'), '#!/bin/sh\ntest -s "$BPFCOMPAT_ARTIFACT" && echo found && exit 7\n', {
    mode: 0o755,
  });
  const command = { command: '$BPFCOMPAT_BIN', binary: 'loader.sh', expectExitCode: 7 };
  const cell = only(await request([SIMPLE], { cwd, command }));
  expect(cell.outcome).toMatchObject({ status: 'pass' });
  expect(matches(cell)[0]?.stdout_tail).toBe('found\n');
});

describe('a command that writes to the disk itself', () => {
  /** Sectors of 512 bytes at the place where the guest's letters go. */
  const write = (file: string): string =>
    `dd if=/bpfcompat/files/${file} of=/dev/vda bs=512 seek=4096 conv=fsync,notrunc`;

  function letter(payload: Buffer): Buffer {
    const bytes = Buffer.alloc(Math.ceil((16 + payload.length) / 512) * 512);
    bytes.write('BPFD', 0, 'latin1');
    bytes.writeUInt32LE(payload.length, 4);
    payload.copy(bytes, 16);
    return bytes;
  }

  test('with noise leaves its cell inconclusive', async () => {
    const noise = Buffer.alloc(4096, 0xee);
    const cell = only(await behave([{ name: 'noise', command: `${write('noise')}; sleep 1` }], { noise }));
    expect(cell.outcome).toMatchObject({ status: 'infra_error', cause: 'protocol' });
    expect(cell.outcome).toMatchObject({ message: expect.stringMatching(/its disk is not from the validator/) });
  });

  test('with frames cannot end a response', async () => {
    const honest = only(await behave([{ name: 'take', command: ':' }]));
    const stages = honest.evidence?.stages ?? [];
    const at = stages.findIndex(({ stage }) => stage === 'functional');
    expect(at).toBeGreaterThan(0);
    const command = `${write('frames')}; sleep 2; exit 1`;
    const forged = stages
      .slice(at)
      .map((stage) => (stage.stage === 'functional' ? { ...stage, command } : stage))
      .map((stage) => Buffer.from(JSON.stringify(stage)));
    const document = JSON.parse(honest.evidence?.document ?? '{}');
    document.functional.tests[0].command = command;
    forged.splice(1, 0, Buffer.from(JSON.stringify(document)));
    const frames = forged.map((payload, index) =>
      encodeFrame({ name: index === 1 ? 'document' : 'stage', seq: at + 1 + index, payload }),
    );
    const seal = encodeFrame({ name: 'seal', seq: at + 1 + frames.length, payload: Buffer.alloc(32) });
    const cell = only(await behave([{ name: 'take', command }], { frames: letter(Buffer.concat([...frames, seal])) }));
    expect(cell.outcome).toMatchObject({ status: 'infra_error', cause: 'protocol' });
    expect(cell.outcome).toMatchObject({ message: expect.stringContaining('the seal of the response does not fit') });
  });

  test('at other places changes nothing, and learns nothing', async () => {
    const scan =
      'dd if=/dev/vda bs=1M count=4 2>/dev/null | tr -d "\\0" | wc -c; dd if=/dev/zero of=/dev/vda bs=512 count=8 conv=fsync';
    const cell = only(await behave([{ name: 'scan', command: `${scan} 2>/dev/null; exit 0` }]));
    expect(cell.outcome).toMatchObject({ status: 'pass' });
    // The header of an empty letter at most: there is nothing to read that was read before.
    expect(Number(matches(cell)[0]?.stdout_tail)).toBeLessThanOrEqual(4);
  });
});

test('a run that is cancelled while a guest works ends at once', async () => {
  const cancel = new AbortController();
  let cancelled = 0;
  const onEvent = (event: RunEvent): void => {
    if (event.type !== 'cell-stage' || cancelled > 0) return;
    cancelled = performance.now();
    cancel.abort();
  };
  const run = request([fixture('endless')], { signal: cancel.signal, onEvent });
  await expect(run).rejects.toBeInstanceOf(CancelledError);
  expect(performance.now() - cancelled).toBeLessThan(10_000);
});
