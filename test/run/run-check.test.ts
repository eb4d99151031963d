import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Lane } from '../../src/guests/guest.ts';
import { lanesBy } from '../../src/guests/lanes.ts';
import { createHost } from '../../src/host/create-host.ts';
import type { TempDir } from '../../src/host/host.ts';
import { CancelledError } from '../../src/model/errors.ts';
import type { EventListener, RunEvent } from '../../src/model/events.ts';
import type { RunReport } from '../../src/model/report.ts';
import { createShelf } from '../../src/run/object-shelf.ts';
import type { RunServices } from '../../src/run/prepare-kernels.ts';
import { type PlannedRun, runCheck } from '../../src/run/run-check.ts';
import { loadSubject } from '../../src/run/subject.ts';
import { kernelRecord, target } from '../fixtures/run.ts';
import { fakeGuest, fakeLane, fakeSource, passes } from './fake-lane.ts';

const host = createHost({ env: {} });
let dir: TempDir;

beforeEach(async () => {
  dir = await host.files.tempDir('bpfcompat-suite-test-');
});
afterEach(() => dir[Symbol.asyncDispose]());

interface CaseSetting {
  readonly name: string;
  readonly kernels: readonly string[];
  readonly concurrency?: number;
}

async function suiteCase({ name, kernels, concurrency = 2 }: CaseSetting): Promise<PlannedRun> {
  mkdirSync(dir.path, { recursive: true });
  writeFileSync(join(dir.path, `${name}.bpf.o`), `bytes of ${name}`);
  return {
    name,
    subjects: [createShelf(host)(await loadSubject(host, { path: join(dir.path, `${name}.bpf.o`) }))],
    matrix: { path: '/m.yaml', name: 'm' },
    targets: kernels.map((id) => target(id)),
    manifest: undefined,
    validationMode: undefined,
    flags: [],
    notes: [],
    concurrency,
    workdir: join(dir.path, 'work'),
  };
}

interface Setting {
  readonly lane?: Lane;
  readonly onEvent?: EventListener;
  readonly signal?: AbortSignal;
  readonly endsSuite?: (index: number, report: RunReport) => boolean;
}

const fetched: string[] = [];

async function run(cases: readonly CaseSetting[], setting: Setting = {}): Promise<(RunReport | undefined)[]> {
  fetched.length = 0;
  const services: RunServices = {
    host,
    readBtf: () => Promise.reject(new Error('no profile here names BTF')),
    ensureShell: async () => ({ kind: 'file', path: '/bin/busybox', executable: true, bytes: Buffer.from('shell') }),
    createLanes: () => lanesBy(() => setting.lane ?? fakeLane(() => fakeSource(async () => fakeGuest(passes)))),
    ensureKernel: async ({ id, kernelFamily }) => {
      fetched.push(id);
      const files = {
        record: kernelRecord(id, `${kernelFamily}.0`),
        vmlinuz: '/nowhere',
        config: undefined,
        modules: [],
      };
      return { files, cached: true };
    },
    validator: { path: '/v', basename: 'v', sha256: '0'.repeat(64), sizeBytes: 1 },
  };
  const check = {
    runs: await Promise.all(cases.map(suiteCase)),
    partial: false,
    endsCheck: setting.endsSuite ?? (() => false),
  };
  return runCheck(check, services, {
    signal: setting.signal ?? new AbortController().signal,
    onEvent: setting.onEvent ?? (() => {}),
  });
}

const runDirs = (): Promise<string[]> => host.files.list(join(dir.path, 'work/runs'));
const A = 'debian-11-5.10';
const B = 'debian-12-6.1';
const C = 'debian-13-7.3';

/** A lane that says which object runs on which kernel, and lets `ask` decide the result. */
function listening(send: (object: string, kernel: string, signal: AbortSignal) => Promise<void>): Lane {
  return fakeLane((profile) =>
    fakeSource(async ({ signal }) =>
      fakeGuest(async (request, options) => {
        await send(request.artifactName, profile.id, signal);
        return passes(request, options);
      }),
    ),
  );
}

describe('cases', () => {
  it('are runs of their own with their own kernels; each kernel is prepared once', async () => {
    const reports = await run([
      { name: 'one', kernels: [A, B] },
      { name: 'two', kernels: [B] },
      { name: 'three', kernels: [C, A] },
    ]);
    expect(reports.map((report) => report?.targets.map(({ profile }) => profile.id))).toEqual([[A, B], [B], [C, A]]);
    expect(reports.map((report) => report?.artifacts.map(({ name }) => name))).toEqual([['one'], ['two'], ['three']]);
    for (const report of reports) {
      expect(report?.results.map(({ cell }) => cell)).toEqual(
        report?.targets.map((_, index) => ({ artifact: 0, target: index })),
      );
      expect(report?.results.every(({ outcome }) => outcome.status === 'pass')).toBe(true);
    }
    expect([...fetched].sort()).toEqual([A, B, C]);
    const ids = reports.map((report) => report?.runId ?? '');
    expect(new Set(ids).size).toBe(3);
    expect((await runDirs()).sort()).toEqual([...ids].sort());
  });

  it('share one queue: another case goes on while one waits for its kernel', async () => {
    const order: string[] = [];
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const lane = listening(async (object) => {
      if (object === 'slow.bpf.o') await held;
      order.push(object);
      if (order.length === 2) release();
    });
    await run(
      [
        { name: 'slow', kernels: [A] },
        { name: 'quick', kernels: [B, C] },
      ],
      { lane },
    );
    expect(order).toEqual(['quick.bpf.o', 'quick.bpf.o', 'slow.bpf.o']);
  });

  it('use no more guests at once than they say, while others use the rest', async () => {
    const running = new Map<string, number>();
    const most = new Map<string, number>();
    const lane = listening(async (object) => {
      const now = (running.get(object) ?? 0) + 1;
      running.set(object, now);
      most.set(object, Math.max(now, most.get(object) ?? 0));
      await new Promise((resolve) => setTimeout(resolve, 10));
      running.set(object, (running.get(object) ?? 1) - 1);
    });
    await run(
      [
        { name: 'shy', kernels: [A, B, C], concurrency: 1 },
        { name: 'bold', kernels: [A, B, C], concurrency: 3 },
      ],
      { lane },
    );
    expect(most.get('shy.bpf.o')).toBe(1);
    expect(most.get('bold.bpf.o')).toBeGreaterThan(1);
  });

  it('are reported to listeners as objects on the kernels of all', async () => {
    const events: RunEvent[] = [];
    const onEvent: EventListener = (event) => void events.push(event);
    await run(
      [
        { name: 'one', kernels: [A] },
        { name: 'two', kernels: [B, A] },
      ],
      { onEvent },
    );
    expect(events[0]).toMatchObject({
      type: 'run-start',
      artifacts: ['one', 'two'],
      targets: [A, B],
      cells: 3,
      cellCounts: [2, 1],
    });
    const ends = events.flatMap((event) => (event.type === 'cell-end' ? [`${event.artifact} ${event.target}`] : []));
    expect(ends.sort()).toEqual(['0 0', '1 0', '1 1']);
  });

  it.each([1, 2, 8])('say the same with %d guests at once', async (concurrency) => {
    const lane = listening(async (object, kernel) => {
      await new Promise((resolve) => setTimeout(resolve, (object.length * kernel.length) % 7));
      if (object === 'two.bpf.o' && kernel === B) throw new Error('no result from this one');
    });
    const cases = ['one', 'two', 'three'].map((name) => ({ name, kernels: [A, B, C], concurrency }));
    const reports = await run(cases, { lane });
    expect(
      reports.map((report) => report?.results.map(({ cell, outcome }) => `${cell.target} ${outcome.status}`)),
    ).toEqual([
      ['0 pass', '1 pass', '2 pass'],
      ['0 pass', '1 infra_error', '2 pass'],
      ['0 pass', '1 pass', '2 pass'],
    ]);
  });
});

describe('a suite that ends at the first failure', () => {
  it.each([1, 4])('gives up what comes after it, never what comes before it (%d guests)', async (concurrency) => {
    const lane = listening(async (object, _kernel, signal) => {
      if (object !== 'late.bpf.o') return;
      await new Promise<void>((resolve, reject) => {
        setTimeout(resolve, 200);
        signal.addEventListener('abort', () => reject(new CancelledError()), { once: true });
      });
    });
    const kernels = [A, B];
    const reports = await run(
      [
        { name: 'first', kernels, concurrency },
        { name: 'bad', kernels, concurrency },
        { name: 'late', kernels, concurrency },
        { name: 'later', kernels, concurrency },
      ],
      { lane, endsSuite: (index) => index === 1 },
    );
    expect(reports.map((report) => report !== undefined)).toEqual([true, true, false, false]);
    expect((await runDirs()).sort()).toEqual(reports.flatMap((report) => report?.runId ?? []).sort());
  });
});

describe('an abort', () => {
  it('leaves no run directory', async () => {
    const cancel = new AbortController();
    const lane = listening(async (object) => {
      if (object !== 'two.bpf.o') return;
      cancel.abort();
      throw new CancelledError();
    });
    const cases = ['one', 'two', 'three'].map((name) => ({ name, kernels: [A, B] }));
    await expect(run(cases, { lane, signal: cancel.signal })).rejects.toBeInstanceOf(CancelledError);
    expect(await runDirs()).toEqual([]);
  });
});
