import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Guest, GuestError, type OpenOptions } from '../../src/guests/guest.ts';
import { createHost } from '../../src/host/create-host.ts';
import type { TempDir } from '../../src/host/host.ts';
import type { CellResult, InfraCause, Outcome } from '../../src/model/cell.ts';
import { CancelledError } from '../../src/model/errors.ts';
import type { RunEvent } from '../../src/model/events.ts';
import { type CellJob, cellDir, runCell } from '../../src/run/run-cell.ts';
import { evidence, exit, passing, reported } from '../fixtures/evidence.ts';
import { kernelRecord, target } from '../fixtures/run.ts';
import { fakeGuest, fakeSource, passes } from './fake-lane.ts';

const host = createHost({ env: {} });
const PASS: Outcome = { status: 'pass', findings: [] };
let dir: TempDir;
let opened: OpenOptions[];
let events: RunEvent[];

beforeEach(async () => {
  dir = await host.files.tempDir('bpfcompat-cell-test-');
  opened = [];
  events = [];
});
afterEach(() => dir[Symbol.asyncDispose]());

/** A cell whose guests are these, in this order. */
async function run(guests: readonly (() => Guest)[], part: Partial<CellJob> = {}, signal?: AbortSignal) {
  const source = fakeSource(async (options) => {
    const make = guests[opened.length] ?? expect.fail('one guest too many');
    opened.push(options);
    return make();
  });
  const request = { artifact: Buffer.from('x'), artifactName: 'x.bpf.o', attachMode: 'best-effort' } as const;
  const job: CellJob = {
    cell: { artifact: 0, target: 0 },
    target: target('debian-12-6.1'),
    record: kernelRecord('debian-12-6.1', '6.1.0'),
    source,
    request: { ...request, probeFeatures: true, functionalTests: [], requiredPrograms: [], tuning: [] },
    prepareMs: 3,
    dir: dir.path,
    judge: () => PASS,
    judgeCrash: ({ infraCause, message }) => ({ status: 'infra_error', cause: infraCause, message }),
    ...part,
  };
  return runCell(job, host, signal ?? new AbortController().signal, (event) => events.push(event));
}

const good = (): Guest => fakeGuest(passes);
const booted = (): Guest => fakeGuest(passes, { restored: false });
const throws = (error: Error) => (): Guest => fakeGuest(() => Promise.reject(error));
const crashed = (cause: InfraCause, words = 'it went down') => throws(new GuestError(cause, words));
const unopened = (cause: InfraCause) => (): Guest => {
  throw new GuestError(cause, 'it did not come up');
};

function infra(result: CellResult): Extract<Outcome, { status: 'infra_error' }> {
  return result.outcome.status === 'infra_error' ? result.outcome : expect.fail(`it is ${result.outcome.status}`);
}

describe('a guest that responds', () => {
  it('gets one request, and its response is judged', async () => {
    const result = await run([good]);
    expect(result).toMatchObject({
      outcome: PASS,
      evidence: reported(passing()),
      retriedAfter: undefined,
      dir: dir.path,
    });
    expect(result.guest?.isolation).toBe('cell');
    expect(result.timings).toMatchObject({ prepareMs: 3, bootMs: 12 });
    expect(opened).toMatchObject([{ fresh: false, dir: dir.path, bootTimeoutMs: 180_000 }]);
    expect(events.map(({ type }) => type)).toEqual(['cell-booting', 'cell-testing']);
    expect((await host.files.list(dir.path)).sort()).toContain('stages.jsonl');
  });

  it('is said to be booted where it was, whatever its source makes as a rule', async () => {
    expect((await run([booted])).guest?.isolation).toBe('boot');
  });

  it('gets what is left of the time of its cell, a little less than the host waits', async () => {
    let workTimeoutMs = 0;
    let timeoutMs = 0;
    const guest = fakeGuest(async (request, options) => {
      workTimeoutMs = request.workTimeoutMs;
      timeoutMs = options.timeoutMs;
      return passing();
    });
    await run([() => guest]);
    expect(timeoutMs).toBeLessThanOrEqual(180_000);
    expect(timeoutMs).toBeGreaterThan(170_000);
    expect(timeoutMs - workTimeoutMs).toBe(1000);
  });

  it('has all of that time where booting has a limit of its own', async () => {
    const timeouts: number[] = [];
    const received = async (_: unknown, options: { timeoutMs: number }) => {
      timeouts.push(options.timeoutMs);
      return passing();
    };
    const slow = (restored: boolean) => (): Guest => ({ ...fakeGuest(received, { restored }), bootMs: 200_000 });
    for (const [restored, bootsApart] of [
      [false, true],
      [false, undefined],
      [true, true],
    ] as const) {
      opened = [];
      const source = fakeSource(async () => slow(restored)());
      await run([], { source: { ...source, ...(bootsApart && { bootsApart }) } });
    }
    expect(timeouts).toEqual([180_000, 1, 1]);
  });
});

describe('a guest that gave no result', () => {
  it.each<InfraCause>(['qemu_failed', 'boot_timeout', 'guest_crash', 'timeout', 'protocol', 'internal'])(
    'because of %s is tried again, booted from nothing',
    async (cause) => {
      const result = await run([crashed(cause), booted]);
      expect(result.outcome).toEqual(PASS);
      expect(result.retriedAfter).toBe('it went down');
      expect(result.guest?.isolation).toBe('boot');
      expect(opened.map(({ fresh }) => fresh)).toEqual([false, true]);
    },
  );

  it('is judged as the last one when it is tried again in vain', async () => {
    const lasts: boolean[] = [];
    const judgeCrash: CellJob['judgeCrash'] = ({ infraCause, message }, _evidence, last) => {
      lasts.push(last);
      return { status: 'infra_error', cause: infraCause, message };
    };
    await run([crashed('guest_crash'), crashed('guest_crash')], { judgeCrash });
    expect(lasts).toEqual([false, true]);
  });

  it('is tried again also when it did not even come up', async () => {
    const result = await run([unopened('boot_timeout'), booted]);
    expect(result).toMatchObject({ outcome: PASS, retriedAfter: 'it did not come up' });
  });

  it('is tried again when the classifier finds no verdict in what it said', async () => {
    let judged = 0;
    const judge = (): Outcome =>
      judged++ === 0 ? { status: 'infra_error', cause: 'timeout', message: 'out of time' } : PASS;
    const stopped = evidence([exit({ kind: 'timeout' })]);
    const result = await run([() => fakeGuest(async () => stopped), booted], { judge });
    expect(result).toMatchObject({ outcome: PASS, retriedAfter: 'out of time', evidence: reported(passing()) });
  });

  it('twice is an infra error, with the words of the second time and those of the first', async () => {
    const result = await run([crashed('guest_crash', 'first'), crashed('timeout', 'second')]);
    expect(infra(result)).toEqual({ status: 'infra_error', cause: 'timeout', message: 'second' });
    expect(result.retriedAfter).toBe('first');
    expect(opened).toHaveLength(2);
  });

  it.each<InfraCause>(['no_space', 'wrong_kernel', 'kvm_unusable', 'kernel_unavailable', 'command_unrunnable'])(
    'because of %s is not tried again',
    async (cause) => {
      const result = await run([crashed(cause)]);
      expect(infra(result).cause).toBe(cause);
      expect(result.retriedAfter).toBeUndefined();
      expect(opened).toHaveLength(1);
    },
  );

  it('because the disk is full is not tried again', async () => {
    const full = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
    const result = await run([throws(full)]);
    expect(infra(result)).toMatchObject({
      cause: 'no_space',
      message: expect.stringMatching(/^no space left .*; free some space/),
    });
  });

  it('because of something no one thought of is an internal error', async () => {
    const result = await run([throws(new TypeError('oops')), throws(new TypeError('oops again'))]);
    expect(infra(result)).toEqual({ status: 'infra_error', cause: 'internal', message: 'oops again' });
  });

  it('is ended before the next one is opened', async () => {
    const order: string[] = [];
    const first = fakeGuest(() => Promise.reject(new GuestError('timeout', 'late')), {
      [Symbol.asyncDispose]: async () => void order.push('ended'),
    });
    const second = (): Guest => {
      order.push('opened');
      return booted();
    };
    await run([() => first, second]);
    expect(order).toEqual(['ended', 'opened']);
  });
});

describe('a verdict', () => {
  it('against the object is final', async () => {
    const fail: Outcome = { status: 'fail', failedStage: 'load', findings: [] };
    const result = await run([good], { judge: () => fail });
    expect(result).toMatchObject({ outcome: fail, retriedAfter: undefined });
  });
});

describe('an abort', () => {
  it('ends the cell without a second try', async () => {
    const cancel = new AbortController();
    const guest = (): Guest =>
      fakeGuest(async () => {
        cancel.abort();
        throw new GuestError('internal', 'ended');
      });
    await expect(run([guest], {}, cancel.signal)).rejects.toBeInstanceOf(CancelledError);
    expect(opened).toHaveLength(1);
  });
});

it('gives each cell a directory of its own', () => {
  expect(cellDir('/run', 'debian-12-6.1', undefined)).toBe('/run/targets/debian-12-6.1');
  expect(cellDir('/run', 'debian-12-6.1', '2-conn')).toBe('/run/targets/debian-12-6.1/2-conn');
});

describe('files that guests have from their boot', () => {
  it('are not sent again; others are', async () => {
    const file = (path: string) => ({ kind: 'file', path, executable: true, bytes: Buffer.from(path) }) as const;
    const [there, other] = [file('/bpfcompat/loaders/aya'), file('/bpfcompat/asset')];
    const sent: string[][] = [];
    const guest = fakeGuest((request, options) => {
      sent.push((request.files ?? []).map(({ path }) => path));
      return passes(request, options);
    });
    const request = { artifact: Buffer.from('x'), artifactName: 'x.bpf.o', attachMode: 'best-effort' } as const;
    const rest = { probeFeatures: true, functionalTests: [], requiredPrograms: [], tuning: [] };
    const files = [there, other];
    const source = fakeSource(async () => guest, { files: [there] });
    await run([], { source, request: { ...request, ...rest, files } });
    // A lane that puts nothing into its guests sends all.
    await run([], { source: fakeSource(async () => guest), request: { ...request, ...rest, files } });
    expect(sent).toEqual([[other.path], [there.path, other.path]]);
  });
});
