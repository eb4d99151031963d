import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NO_SETTINGS } from '../../src/config/loader-settings.ts';
import { gate } from '../../src/gate/gate.ts';
import { type Guest, GuestError, type Lane } from '../../src/guests/guest.ts';
import { lanesBy } from '../../src/guests/lanes.ts';
import { createHost } from '../../src/host/create-host.ts';
import type { TempDir } from '../../src/host/host.ts';
import { CancelledError, HostError } from '../../src/model/errors.ts';
import type { EventListener, RunEvent } from '../../src/model/events.ts';
import type { Expectation } from '../../src/model/gate.ts';
import type { KernelFiles, Profile } from '../../src/model/kernel.ts';
import type { RunReport } from '../../src/model/report.ts';
import { reportJson } from '../../src/report/json.ts';
import type { KernelSupply, RunServices } from '../../src/run/prepare-kernels.ts';
import { readSubjects } from '../../src/run/read-subjects.ts';
import { runCheck } from '../../src/run/run-check.ts';
import { passing } from '../fixtures/evidence.ts';
import { kernelRecord, target } from '../fixtures/run.ts';
import { fakeGuest, fakeLane, fakeSource, passes } from './fake-lane.ts';

const host = createHost({ env: {} });
const KERNELS = ['debian-11-5.10', 'debian-12-6.1', 'debian-13-7.3'];
let dir: TempDir;

beforeEach(async () => {
  dir = await host.files.tempDir('bpfcompat-run-test-');
});
afterEach(() => dir[Symbol.asyncDispose]());

const filesOf = (profile: Profile): KernelFiles => ({
  record: kernelRecord(profile.id, `${profile.kernelFamily}.0`),
  vmlinuz: '/nowhere',
  config: undefined,
  modules: [],
});

const stored: KernelSupply = async (profile) => ({ files: filesOf(profile), cached: true });
const easyLane = (): Lane => fakeLane(() => fakeSource(async () => fakeGuest(passes)));

interface Setting {
  /** Paths that no one writes. */
  readonly also?: readonly string[];
  readonly artifacts?: readonly string[];
  readonly lane?: Lane;
  readonly ensureKernel?: KernelSupply;
  readonly onEvent?: EventListener;
  readonly signal?: AbortSignal;
  readonly concurrency?: number;
  readonly expectations?: readonly Expectation[];
  /** What was noted when the profile of the first kernel was read. */
  readonly note?: string;
}

async function run(setting: Setting = {}): Promise<RunReport> {
  const artifacts = setting.artifacts ?? ['conn.bpf.o'];
  for (const name of artifacts) await writeFile(join(dir.path, name), `bytes of ${name}`);
  const services: RunServices = {
    host,
    readBtf: () => Promise.reject(new Error('no profile here names BTF')),
    ensureShell: async () => ({ kind: 'file', path: '/bin/busybox', executable: true, bytes: Buffer.from('shell') }),
    createLanes: () => lanesBy(() => setting.lane ?? easyLane()),
    ensureKernel: setting.ensureKernel ?? stored,
    validator: { path: '/v', basename: 'v', sha256: '0'.repeat(64), sizeBytes: 1 },
  };
  const inputs = [...artifacts, ...(setting.also ?? [])].map((name) => ({ path: join(dir.path, name) }));
  const read = { artifacts: inputs, command: undefined, commandName: '', tests: [], loader: NO_SETTINGS };
  const planned = {
    name: '',
    subjects: await readSubjects(host, read),
    manifest: undefined,
    matrix: { path: '/m.yaml', name: 'm' },
    targets: KERNELS.map((id, index) => {
      const { profile, ...rest } = target(id);
      return { ...rest, profile: index === 0 && setting.note ? { ...profile, note: setting.note } : profile };
    }),
    validationMode: undefined,
    flags: [],
    notes: [],
    concurrency: setting.concurrency ?? 2,
    expectations: setting.expectations ?? [],
    workdir: join(dir.path, 'work'),
  };
  const [report] = await runCheck({ runs: [planned], partial: false }, services, {
    signal: setting.signal ?? new AbortController().signal,
    onEvent: setting.onEvent ?? (() => {}),
  });
  return report as RunReport;
}

const statuses = (report: RunReport): string[] =>
  report.results.map(({ cell, outcome }) => `${cell.artifact} ${KERNELS[cell.target]} ${outcome.status}`);

const runDirs = (): Promise<string[]> => host.files.list(join(dir.path, 'work/runs'));

it('reports with the end of each cell what became of failures that are declared', async () => {
  const [, second = ''] = KERNELS;
  const declared = { profiles: [second], kernels: undefined, code: 'VERIFIER_REJECTION', reason: 'known', origin: 'm' };
  const reported: [string | undefined, string | undefined][] = [];
  await run({
    expectations: [declared],
    onEvent: (event) => {
      if (event.type === 'cell-end') reported.push([KERNELS[event.target], event.expected?.met]);
    },
  });
  const expected = KERNELS.map((kernel) => [kernel, kernel === second ? 'passed' : undefined]);
  expect(reported.sort()).toEqual(expected.sort());
});

it('says what was noted when a profile was read', async () => {
  const note = 'p.yaml:8:7: boot.cpus is 64, and guests get at most 4';
  expect((await run({ note })).notes).toEqual([note]);
});

describe('results', () => {
  it('stand in the order of artifacts and kernels, whoever was ready first', async () => {
    let left = 6;
    const slow = fakeLane(() =>
      fakeSource(async () => {
        await new Promise((resolve) => setTimeout(resolve, 5 * left--));
        return fakeGuest(passes);
      }),
    );
    const report = await run({ artifacts: ['b.bpf.o', 'a.bpf.o'], lane: slow, concurrency: 6 });
    expect(statuses(report)).toEqual([0, 1].flatMap((artifact) => KERNELS.map((id) => `${artifact} ${id} pass`)));
    expect(report.artifacts.map(({ name }) => name)).toEqual(['b', 'a']);
  });

  it('have files of their own, also where two artifacts have one name', async () => {
    await host.files.makeDir(join(dir.path, 'other'));
    const report = await run({ artifacts: ['a.bpf.o', 'other/a.bpf.o'] });
    const dirs = report.results.map((result) => result.dir ?? expect.fail('no directory'));
    expect(new Set(dirs).size).toBe(6);
    for (const path of dirs) expect(await host.files.list(path)).toContain('stages.jsonl');
  });

  it('come for one kernel while another is still being fetched', async () => {
    const seen: string[] = [];
    const onEvent: EventListener = (event) => {
      if (event.type === 'cell-end') seen.push(KERNELS[event.target] ?? '');
    };
    const late: KernelSupply = async (profile, options) => {
      if (profile.id === KERNELS[0]) await expect.poll(() => seen.length).toBe(2);
      return stored(profile, options);
    };
    await run({ ensureKernel: late, onEvent });
    expect(seen.at(-1)).toBe(KERNELS[0]);
  });

  it('are shown for the kernel that is ready first before any other is warmed up', async () => {
    const order: string[] = [];
    const lane = fakeLane((profile) =>
      fakeSource(async () => fakeGuest(passes), {
        warm: async () => void order.push(`warm ${profile.id}`),
      }),
    );
    const onEvent: EventListener = (event) => {
      if (event.type === 'cell-end') order.push(`cell ${KERNELS[event.target]}`);
    };
    await run({ lane, onEvent, concurrency: 1, artifacts: ['a.bpf.o', 'b.bpf.o'] });
    const [first = ''] = order;
    expect(order[1]).toBe(first.replace('warm', 'cell'));
    expect(order.filter((what) => what.startsWith('warm'))).toHaveLength(3);
  });

  it('need no guest made ready for others where each kernel is tested once', async () => {
    let prewarmed = 0;
    const lane = fakeLane(() => fakeSource(async () => fakeGuest(passes), { warm: async () => void prewarmed++ }));
    expect(statuses(await run({ lane }))).toEqual(KERNELS.map((id) => `0 ${id} pass`));
    expect(prewarmed).toBe(0);
  });
});

describe('an object that cannot be read', () => {
  it('is one failing object among the others', async () => {
    await writeFile(join(dir.path, 'empty.bpf.o'), '');
    const tar = Buffer.alloc(512);
    tar.write('ustar', 257);
    await writeFile(join(dir.path, 'image.tar'), tar);
    const also = ['empty.bpf.o', 'gone.bpf.o', 'image.tar'];
    const report = await run({ artifacts: ['a.bpf.o', 'b.bpf.o'], also });
    const seen = [0, 1, 2, 3, 4].map((at) => report.results.find(({ cell }) => cell.artifact === at)?.outcome);
    expect(seen.map((outcome) => outcome?.status)).toEqual(['pass', 'pass', 'fail', 'infra_error', 'infra_error']);
    expect(seen[2]).toMatchObject({ findings: [{ code: 'INVALID_OBJECT' }] });
    expect(seen[3]).toMatchObject({ cause: 'artifact_unreadable', message: expect.stringContaining('gone.bpf.o') });
    // An empty file was read; of the others nobody knows what they hold.
    const digests = report.artifacts.map(({ sha256 }) => sha256);
    expect(digests).toEqual([expect.any(String), expect.any(String), expect.stringMatching(/^e3b0c442/), '', '']);
    expect(JSON.parse(reportJson(report, 3, gate(report), { json: '' }))).not.toHaveProperty('artifact.sha256');
    expect(seen[4]).toMatchObject({
      cause: 'artifact_unreadable',
      message: expect.stringMatching(/image\.tar: this is a tar archive/),
    });
  });
});

describe('a kernel that cannot be had', () => {
  it('is reported in plain characters and at no great length, whatever a server calls its images', async () => {
    const words = `it has \u001b]0;title\u0007\u001b[31m\u202ered, ${'x'.repeat(100_000)}`;
    const failing: KernelSupply = async (profile, { onNote }) => {
      onNote?.(words);
      throw new HostError('package_not_found', `${profile.id}: ${words}`);
    };
    const notes: string[] = [];
    const onEvent = (event: RunEvent): void => void (event.type === 'note' && notes.push(event.message));
    const { results } = await run({ ensureKernel: failing, onEvent });
    const [message = ''] = results.map(({ outcome }) => (outcome.status === 'infra_error' ? outcome.message : ''));
    for (const text of [message, notes[0] ?? '']) {
      expect(text).toContain('it has red, xxx');
      expect(text.length).toBeLessThan(5000);
    }
  });

  it.each<[string, Error, string]>([
    ['a mirror that is away', new HostError('mirror_unreachable', 'the mirror is away'), 'kernel_unavailable'],
    ['a full disk', new HostError('no_space', 'the disk is full'), 'no_space'],
  ])('because of %s is an infra error of its cells alone', async (_, error, cause) => {
    const failing: KernelSupply = async (profile, options) => {
      if (profile.id === KERNELS[1]) throw error;
      return stored(profile, options);
    };
    const report = await run({ artifacts: ['a.bpf.o', 'b.bpf.o'], ensureKernel: failing });
    for (const { cell, outcome, dir: files } of report.results) {
      if (cell.target === 1) {
        expect(outcome).toEqual({ status: 'infra_error', cause, message: error.message });
        expect(files).toBeUndefined();
      } else expect(outcome.status).toBe('pass');
    }
  });

  it('because it is of another family is an infra error, and no guest is opened', async () => {
    const lying: KernelSupply = async ({ id }) => {
      const files = { ...filesOf(target(id).profile), record: kernelRecord(id, '6.1.0-49-cloud-amd64') };
      return { files, cached: true };
    };
    const report = await run({ ensureKernel: lying });
    expect(statuses(report).map((line) => line.split(' ').at(-1))).toEqual(['infra_error', 'pass', 'infra_error']);
    expect(report.results[0]).toMatchObject({
      outcome: { cause: 'wrong_kernel', message: expect.stringContaining('kernel_family 5.10') },
      kernel: { release: '6.1.0-49-cloud-amd64' },
      evidence: undefined,
    });
  });

  it('because no lane runs it is skipped, and never fetched', async () => {
    const fetched: string[] = [];
    const lane = { ...easyLane(), unavailable: ({ id }: Profile) => (id === KERNELS[0] ? 'not here' : undefined) };
    const report = await run({
      lane,
      ensureKernel: (profile, options) => {
        fetched.push(profile.id);
        return stored(profile, options);
      },
    });
    expect(report.results[0]?.outcome).toEqual({ status: 'skipped', reason: 'not here' });
    expect(statuses(report).slice(1)).toEqual(KERNELS.slice(1).map((id) => `0 ${id} pass`));
    expect(fetched).toEqual(KERNELS.slice(1));
  });

  it('because it cannot be prepared is an infra error of its cells alone', async () => {
    const lane = fakeLane((profile) => {
      if (profile.id === KERNELS[2]) throw new GuestError('no_space', 'no space left in the cache');
      return fakeSource(async () => fakeGuest(passes));
    });
    const report = await run({ lane });
    expect(statuses(report).map((line) => line.split(' ').at(-1))).toEqual(['pass', 'pass', 'infra_error']);
  });
});

describe('a listener', () => {
  it('hears of every cell, in order', async () => {
    const events: RunEvent[] = [];
    await run({ onEvent: (event) => events.push(event) });
    expect(events[0]).toMatchObject({ type: 'run-start', cells: 3, targets: KERNELS, artifacts: ['conn'] });
    for (const [index] of KERNELS.entries()) {
      const ofCell = events.filter((event) => 'target' in event && event.target === index).map(({ type }) => type);
      expect(ofCell).toEqual(['cell-start', 'cell-booting', 'cell-testing', 'cell-end']);
    }
  });

  it('that throws is switched off and noted; the run goes on', async () => {
    let calls = 0;
    const report = await run({
      onEvent: () => {
        calls++;
        throw new Error('bad listener');
      },
    });
    expect(calls).toBe(1);
    expect(report.notes).toEqual(['an event listener failed and was switched off: bad listener']);
    expect(statuses(report)).toEqual(KERNELS.map((id) => `0 ${id} pass`));
  });
});

describe('an abort', () => {
  it('in the middle of a cell leaves no run directory, and ends every guest first', async () => {
    const cancel = new AbortController();
    let alive = 0;
    const lane = fakeLane(() =>
      fakeSource(async ({ signal }) => {
        alive++;
        const request = (): Promise<never> =>
          new Promise((_, reject) => {
            const end = (): void => reject(new CancelledError());
            signal.addEventListener('abort', end, { once: true });
            cancel.abort();
            if (signal.aborted) end();
          });
        return fakeGuest(request, {
          [Symbol.asyncDispose]: async () => {
            await new Promise((resolve) => setTimeout(resolve, 20));
            alive--;
          },
        });
      }),
    );
    await expect(run({ lane, signal: cancel.signal })).rejects.toBeInstanceOf(CancelledError);
    expect(alive).toBe(0);
    expect(await runDirs()).toEqual([]);
  });

  it('while kernels are fetched leaves no run directory', async () => {
    const cancel = new AbortController();
    const hanging: KernelSupply = (_, { signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('stopped')), { once: true });
        setTimeout(() => cancel.abort(), 10);
      });
    await expect(run({ ensureKernel: hanging, signal: cancel.signal })).rejects.toBeInstanceOf(CancelledError);
    expect(await runDirs()).toEqual([]);
  });

  it('while guests are saved leaves no run directory, and opens none', async () => {
    const cancel = new AbortController();
    let opened = 0;
    const open = async (): Promise<Guest> => {
      opened++;
      return fakeGuest(passes);
    };
    const warm = async (): Promise<void> => {
      cancel.abort();
      throw new CancelledError();
    };
    const lane = fakeLane(() => fakeSource(open, { warm }));
    const running = run({ lane, signal: cancel.signal, artifacts: ['a.bpf.o', 'b.bpf.o'] });
    await expect(running).rejects.toBeInstanceOf(CancelledError);
    expect(opened).toBe(0);
    expect(await runDirs()).toEqual([]);
  });

  it('that comes before anything starts sends nothing', async () => {
    const cancel = new AbortController();
    cancel.abort();
    let requests = 0;
    const ensureKernel: KernelSupply = (profile, options) => {
      requests++;
      return stored(profile, options);
    };
    await expect(run({ signal: cancel.signal, ensureKernel })).rejects.toBeInstanceOf(CancelledError);
    expect(requests).toBe(0);
    expect(await runDirs()).toEqual([]);
  });
});

describe('sources', () => {
  it('are given back when the run is over, once each', async () => {
    const back: string[] = [];
    const lane = fakeLane((profile) =>
      fakeSource(async () => fakeGuest(async () => passing()), {
        [Symbol.asyncDispose]: async () => void back.push(profile.id),
      }),
    );
    await run({ lane, artifacts: ['a.bpf.o', 'b.bpf.o'] });
    expect(back.sort()).toEqual(KERNELS);
  });
});
