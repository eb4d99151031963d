import { readFile, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { GuestError } from '../../../src/guests/guest.ts';
import { createHost } from '../../../src/host/create-host.ts';
import type { Host, TempDir } from '../../../src/host/host.ts';
import type { Evidence, Stage } from '../../../src/model/evidence.ts';
import { processesWith } from '../processes.ts';
import { fakeLane, fakePath, PROFILE, REQUEST } from './fake-lane.ts';

let dir: TempDir;

beforeEach(async () => {
  dir = await createHost({ env: {} }).files.tempDir('bpfcompat-lane-test-');
});
afterEach(() => dir[Symbol.asyncDispose]());

interface Limits {
  readonly bootTimeoutMs?: number;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  readonly onStage?: (stage: Stage) => void;
}

/** Boots the fake and requests it once. */
async function runFake(
  fake: string,
  limits: Limits = {},
  host?: Host,
): Promise<{ evidence: Evidence; console: string }> {
  const { bootTimeoutMs = 10_000, timeoutMs = 10_000, onStage = () => {} } = limits;
  const signal = limits.signal ?? new AbortController().signal;
  const made = await fakeLane(dir.path, fake, host);
  await using source = await made.source();
  await using guest = await source.open({ signal, bootTimeoutMs, dir: made.out });
  const evidence = await guest.run(REQUEST, { signal, timeoutMs, onStage });
  return { evidence, console: guest.console() };
}

async function failureOf(fake: string, limits: Limits = {}): Promise<GuestError> {
  const error = await runFake(fake, limits).then(
    () => expect.fail(`${fake} gave evidence`),
    (reason: unknown) => reason,
  );
  await expect.poll(() => processesWith((words) => words.includes(fakePath(fake))), { timeout: 3000 }).toEqual([]);
  return error as GuestError;
}

const log = (name: string): Promise<string> => readFile(`${dir.path}/out/${name}`, 'utf8');
const kinds = (stages: readonly Stage[]): string[] => stages.map((stage) => stage.stage);

describe('a cache that may only be read', () => {
  it('serves: what is missing there is made elsewhere, and removed', async () => {
    const real = createHost({ env: { PATH: process.env['PATH'], TMPDIR: dir.path } });
    const own: string[] = [];
    const files: Host['files'] = {
      ...real.files,
      readOnly: async (path) => path === `${dir.path}/cache`,
      tempDir: async (prefix, parent = dir.path) => {
        const made = await real.files.tempDir(prefix, parent);
        if (prefix.includes('initramfs')) own.push(made.path);
        return made;
      },
    };
    const { evidence } = await runFake('responses', {}, { ...real, files });
    expect(kinds(evidence.stages)).toEqual(['begin', 'open', 'load', 'exit']);
    expect(own).toHaveLength(1);
    expect(await real.files.stat(own[0]!)).toBeUndefined();
    expect(await real.files.stat(`${dir.path}/cache`)).toBeUndefined();
  });
});

describe('a guest that responds', () => {
  it('gives evidence, stage by stage, and leaves its logs', async () => {
    const heard: string[] = [];
    const { evidence, console } = await runFake('responses', { onStage: (stage) => heard.push(stage.stage) });
    expect(kinds(evidence.stages)).toEqual(['begin', 'open', 'load', 'exit']);
    expect(heard).toEqual(kinds(evidence.stages));
    expect(evidence.hello.kernel.release).toBe('6.1.0-test');
    expect(JSON.parse(evidence.document!).text).toMatch(/^request\.v1\nnonce=[0-9a-f]{32}\nartifact_name=x\.bpf\.o\n/);
    expect(console).toBe('booted\n');
    expect(await log('serial.log')).toBe('booted\n');
    expect(await log('qemu.log')).toBe('');
  });

  it('takes another request, with a new nonce', async () => {
    const made = await fakeLane(dir.path, 'responses');
    await using source = await made.source();
    const { signal } = new AbortController();
    await using guest = await source.open({ signal, bootTimeoutMs: 10_000, dir: made.out });
    const request = () => guest.run(REQUEST, { signal, timeoutMs: 10_000, onStage: () => {} });
    const [first, second] = [await request(), await request()];
    expect(kinds(second.stages)).toEqual(kinds(first.stages));
    expect(second.stages[0]).not.toEqual(first.stages[0]);
  });

  it('gives evidence also when its validator crashed', async () => {
    const { evidence } = await runFake('validator-crashes');
    expect(evidence.stages.at(-1)).toMatchObject({ stage: 'exit', kind: 'signaled', signal: 11 });
  });

  it('may flood the console: it is drained, bounded and kept', async () => {
    const before = process.memoryUsage().rss;
    const { evidence } = await runFake('floods-console', { bootTimeoutMs: 60_000 });
    expect(evidence.stages).toHaveLength(4);
    const serial = await log('serial.log');
    expect(serial.length).toBeLessThan(1024 * 1024 + 100);
    expect(serial).toMatch(/^first line\n/);
    expect(serial).toMatch(/\n\[\d{9} bytes left out\]\n/);
    expect(serial).toMatch(/last line\n$/);
    expect(process.memoryUsage().rss - before).toBeLessThan(128 * 1024 * 1024);
  }, 60_000);

  it('says what it ran in', async () => {
    const made = await fakeLane(dir.path, 'responses');
    await using source = await made.source();
    expect(source.facts).toMatchObject({
      lane: 'direct',
      accel: 'tcg',
      accelReason: 'test',
      memoryMb: 256,
      machine: 'q35',
    });
    expect(source.facts.sandboxLayers).toContain('seccomp');
    expect(source.facts.argv).toEqual(expect.arrayContaining([fakePath('responses'), '-nodefaults', '-nic', 'none']));
  });
});

describe('a guest that does not', () => {
  it.each([
    ['dies-early', 'qemu_failed', /exit code 1.*could not load kernel.*Permission denied/],
    ['disk-full', 'no_space', /No space left on device/],
    ['kvm-error', 'kvm_unusable', /KVM internal error\. Suberror: 1.*BPFCOMPAT_ACCEL=tcg/],
    ['garbage', 'protocol', /bad magic/],
    ['huge-frame', 'protocol', /4294967280 bytes/],
    ['other-kernel', 'wrong_kernel', /runs kernel 5\.4\.0-other, expected 6\.1\.0-test/],
    ['panics-and-stays', 'guest_crash', /panicked while it booted/],
    ['panics', 'guest_crash', /panicked during load of x\.bpf\.o/],
    ['dies-in-load', 'guest_crash', /ended after stage open/],
    ['second-load', 'protocol', /second load/],
    ['replays', 'protocol', /another nonce/],
    ['talks-on', 'protocol', /without a request/],
    ['validator-garbage', 'protocol', /wrote garbage/],
  ])('%s is %s', async (fake, cause, words) => {
    const error = await failureOf(fake);
    expect(error).toMatchObject({ name: 'GuestError', infraCause: cause });
    expect(error.message).toMatch(words);
  });

  it('says so when the time it was given to boot is over', async () => {
    // Only the clock of the limit stands still until the guest has said its last words, however slow the machine is.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const real = createHost({ env: { PATH: process.env['PATH'] } });
      let printed = (): void => {};
      const words = new Promise<void>((resolve) => {
        printed = resolve;
      });
      const start: Host['start'] = (...args) => {
        const child = real.start(...args);
        child.stdout.once('data', printed);
        return child;
      };
      const failed = runFake('hangs', { bootTimeoutMs: 1000 }, { ...real, start }).then(
        () => expect.fail('it hangs'),
        (reason: unknown) => reason as GuestError,
      );
      await words;
      vi.advanceTimersByTime(1000);
      const error = await failed;
      expect(error).toMatchObject({ infraCause: 'boot_timeout', consoleTail: 'Decompressing Linux...' });
      expect(error.message).toContain('within 1000 ms');
    } finally {
      vi.useRealTimers();
    }
    expect(await log('serial.log')).toBe('Decompressing Linux...\n');
    await expect
      .poll(() => processesWith((words) => words.includes(fakePath('hangs'))), { timeout: 10_000 })
      .toEqual([]);
  });

  it('says so within the time it was given to respond, with the stages until then', async () => {
    const error = await failureOf('hangs-in-load', { timeoutMs: 500 });
    expect(error.infraCause).toBe('timeout');
    expect(kinds(error.stages)).toEqual(['begin', 'open', 'step']);
  });

  it('keeps what was said before a panic, and the console', async () => {
    const error = await failureOf('panics');
    expect(kinds(error.stages)).toEqual(['begin', 'open', 'step']);
    expect(error.consoleTail).toContain('BUG: unable to handle page fault');
    expect(await log('serial.log')).toContain('Kernel panic - not syncing');
  });

  it('keeps the first load of a forged pair', async () => {
    const error = await failureOf('second-load');
    expect(error.stages.filter((stage) => stage.stage === 'load')).toMatchObject([{ status: 'fail' }]);
  });

  it('reports a KVM error before its time is up', async () => {
    const started = performance.now();
    await failureOf('kvm-error');
    expect(performance.now() - started).toBeLessThan(8000);
    expect(await log('qemu.log')).toContain('emulation failure');
  });
});

describe('cancelling', () => {
  it.each([
    ['hangs', 'boot'],
    ['hangs-in-load', 'run'],
  ])('ends %s at once during %s', async (fake) => {
    const cancel = new AbortController();
    setTimeout(() => cancel.abort(), 600);
    const started = performance.now();
    expect(await failureOf(fake, { signal: cancel.signal })).toMatchObject({ name: 'CancelledError' });
    expect(performance.now() - started).toBeLessThan(8000);
  });

  it('starts nothing when it came before', async () => {
    const cancel = new AbortController();
    cancel.abort();
    expect(await failureOf('responses', { signal: cancel.signal })).toMatchObject({ name: 'CancelledError' });
    await expect(log('serial.log')).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('leaves nothing of a guest that resists, nor of its helpers', async () => {
    const made = await fakeLane(dir.path, 'ignores-sigterm');
    await using source = await made.source();
    const guest = await source.open({ signal: new AbortController().signal, bootTimeoutMs: 10_000, dir: made.out });
    const alive = (): Promise<number[]> => processesWith((words) => words.includes(fakePath('ignores-sigterm')));
    expect((await alive()).length).toBeGreaterThan(1);
    await guest[Symbol.asyncDispose]();
    await expect.poll(alive, { timeout: 3000 }).toEqual([]);
  });
});

describe('prepare', () => {
  it('stores one initramfs per content and mends a damaged one', async () => {
    const made = await fakeLane(dir.path, 'responses');
    await made.source();
    await made.source();
    const names = await made.host.files.list(`${made.cacheDir}/initramfs`);
    expect(names).toEqual([expect.stringMatching(/^[0-9a-f]{64}\.cpio$/)]);
    const path = `${made.cacheDir}/initramfs/${names[0]}`;
    const digest = await made.host.files.sha256(path);
    expect(names[0]).toBe(`${digest}.cpio`);
    const bytes = await readFile(path);
    bytes[200]! ^= 1;
    await writeFile(path, bytes);
    await made.source();
    expect(await made.host.files.sha256(path)).toBe(digest);
  });

  it('rejects a validator that is missing or changed', async () => {
    const made = await fakeLane(dir.path, 'responses');
    await writeFile(made.validatorPath, 'other');
    await expect(made.source()).rejects.toMatchObject({ name: 'HostError', code: 'validator_changed' });
    await made.host.files.remove(made.validatorPath);
    await expect(made.source()).rejects.toMatchObject({ name: 'HostError', code: 'validator_missing' });
  });

  it('calls a full disk by its name', async () => {
    const real = createHost({ env: { PATH: process.env['PATH'] } });
    const full = async (): Promise<void> => {
      throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
    };
    const host: Host = { ...real, files: { ...real.files, writeAtomic: full } };
    await expect(runFake('responses', {}, host)).rejects.toMatchObject({ infraCause: 'no_space' });
  });

  it('knows what it cannot run', async () => {
    const { lane } = await fakeLane(dir.path, 'responses');
    expect(lane.unavailable(PROFILE)).toBeUndefined();
    expect(lane.unavailable({ ...PROFILE, arch: 'aarch64' })).toContain('aarch64');
    expect(lane.unavailable({ ...PROFILE, kernel: undefined })).toContain('kernel:');
  });
});
