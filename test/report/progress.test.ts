import { describe, expect, test } from 'vitest';
import type { RunEvent } from '../../src/model/events.ts';
import { plainProgress } from '../../src/report/plain-progress.ts';
import { advance, NO_PROGRESS, type Progress } from '../../src/report/progress.ts';
import { renderLive } from '../../src/report/progress-text.ts';
import { step } from '../fixtures/evidence.ts';
import { HOSTILE } from '../fixtures/hostile.ts';
import { failed, guestFacts, kernelRecord, result } from '../fixtures/run.ts';

const first = { artifact: 0, target: 0 };
const second = { artifact: 0, target: 1 };

/** Two kernels, one to download; one object passes on the first and fails on the second. */
const STORY: readonly [at: number, event: RunEvent][] = [
  [0, { type: 'run-start', runId: 'r1', artifacts: ['conn'], targets: ['debian-11-5.10', 'debian-13-7.3'], cells: 2 }],
  [5, { type: 'accel', accel: 'tcg', reason: 'a probe guest did not answer under KVM' }],
  [10, { type: 'kernel-start', profile: 'debian-11-5.10' }],
  [12, { type: 'kernel-start', profile: 'debian-13-7.3' }],
  [
    15,
    {
      type: 'kernel-ready',
      profile: 'debian-11-5.10',
      record: kernelRecord('debian-11-5.10', '5.10.0-46-cloud-amd64'),
      cached: true,
      ms: 5,
    },
  ],
  [20, { type: 'cell-start', ...first }],
  [21, { type: 'cell-booting', ...first, guest: guestFacts }],
  [
    700,
    {
      type: 'kernel-progress',
      profile: 'debian-13-7.3',
      what: 'linux-binary-7.3.4',
      bytes: 1_000_000,
      total: 20_000_000,
    },
  ],
  [900, { type: 'cell-testing', ...first, bootMs: 880 }],
  [950, { type: 'cell-stage', ...first, stage: step('load', 'on_exec') }],
  [
    1200,
    {
      type: 'kernel-progress',
      profile: 'debian-13-7.3',
      what: 'linux-binary-7.3.4',
      bytes: 2_000_000,
      total: 20_000_000,
    },
  ],
  [1300, { type: 'cell-end', ...first, result: result(first) }],
  [
    2000,
    {
      type: 'kernel-progress',
      profile: 'debian-13-7.3',
      what: 'linux-binary-7.3.4',
      bytes: 8_000_000,
      total: 20_000_000,
    },
  ],
  [
    3000,
    {
      type: 'kernel-ready',
      profile: 'debian-13-7.3',
      record: kernelRecord('debian-13-7.3', '7.3.4+deb13-cloud-amd64'),
      cached: false,
      ms: 2988,
    },
  ],
  [3010, { type: 'cell-booting', ...second, guest: guestFacts }],
  [4000, { type: 'cell-testing', ...second, bootMs: 990 }],
  [4100, { type: 'cell-end', ...second, result: result(second, failed()) }],
  [4101, { type: 'note', message: 'mirror answered slowly' }],
  [4200, { type: 'run-end', status: 'fail', ms: 4200 }],
];

function until(time: number): Progress {
  return STORY.filter(([at]) => at <= time).reduce((state, [at, event]) => advance(state, event, at), NO_PROGRESS);
}

const live = (time: number, width = 80) => renderLive(until(time), { width, now: time, color: false });

describe('on a terminal', () => {
  test('something is visible from the first event', () => {
    expect(live(0)).toEqual(['  debian-11-5.10  waiting', '  debian-13-7.3   waiting', '  0 of 2 done, 0.0 s']);
  });

  test('download with bytes, question with its step', () => {
    expect(live(1250)).toEqual([
      '  debian-11-5.10  test      0.3 s load on_exec',
      '  debian-13-7.3   download  2.0 of 20.0 MB (10 %) linux-binary-7.3.4',
      '  0 of 2 done, 1.3 s, tcg: a probe guest did not answer under KVM',
    ]);
  });

  test('boot beside a verdict', () => {
    expect(live(3500)).toEqual([
      '  debian-11-5.10  pass      1.0 s',
      '  debian-13-7.3   boot      0.5 s',
      '  1 of 2 done, 3.5 s, tcg: a probe guest did not answer under KVM',
    ]);
  });

  test('at the end only the verdicts stay', () => {
    expect(live(4200)).toEqual(['  debian-11-5.10  pass      1.0 s', '  debian-13-7.3   fail      1.0 s']);
  });

  test.each([20, 40])('no line is longer than %i', (width) => {
    for (const [at] of STORY) for (const line of live(at, width)) expect(line.length).toBeLessThanOrEqual(width);
  });

  test('a low terminal keeps the kernels at work', () => {
    expect(renderLive(until(3500), { width: 80, now: 3500, color: false, height: 2 })[0]).toContain('debian-13-7.3');
  });

  test('several objects are counted and named', () => {
    let state = advance(
      NO_PROGRESS,
      { type: 'run-start', runId: 'r', artifacts: ['a', 'b'], targets: ['k'], cells: 2 },
      0,
    );
    state = advance(state, { type: 'cell-end', ...first, result: result(first) }, 1);
    state = advance(state, { type: 'cell-booting', artifact: 1, target: 0, guest: guestFacts }, 2);
    expect(renderLive(state, { width: 80, now: 2, color: false })[0]).toBe('  k  boot      0.0 s b');
    const end = { artifact: 1, target: 0 };
    state = advance(state, { type: 'cell-end', ...end, result: result(end, failed()) }, 3);
    expect(renderLive(state, { width: 80, now: 3, color: false })[0]).toBe('  k  1 pass, 1 fail 2.1 s');
  });
});

describe('without a terminal', () => {
  function log(story: readonly [number, RunEvent][]): string[] {
    let progress = NO_PROGRESS;
    return story.flatMap(([at, event]) => {
      const said = plainProgress(progress, event, at);
      progress = said.progress;
      return said.lines;
    });
  }

  test('one line per change', () => {
    expect(log(STORY)).toEqual([
      'run r1: 1 object on 2 kernels',
      'guests run with tcg: a probe guest did not answer under KVM',
      'debian-11-5.10: looking for the kernel',
      'debian-13-7.3: looking for the kernel',
      'debian-11-5.10: kernel 5.10.0-46-cloud-amd64 from the store in 0.0 s',
      'debian-11-5.10: booting',
      'debian-13-7.3: download 1.0 of 20.0 MB (5 %) linux-binary-7.3.4',
      'debian-11-5.10: testing (booted in 0.9 s)',
      'debian-11-5.10: pass (1.0 s)',
      'debian-13-7.3: download 8.0 of 20.0 MB (40 %), 5.4 MB/s, 3 s left linux-binary-7.3.4',
      'debian-13-7.3: kernel 7.3.4+deb13-cloud-amd64 fetched in 3.0 s',
      'debian-13-7.3: booting',
      'debian-13-7.3: testing (booted in 1.0 s)',
      'debian-13-7.3: fail at load: UNSUPPORTED_HELPER (1.0 s)',
      'note: mirror answered slowly',
      'run ended with fail after 4.2 s',
    ]);
  });

  test('work without bytes of its own is not a download', () => {
    const lines = log([
      [0, { type: 'run-start', runId: 'r', artifacts: ['a'], targets: ['k'], cells: 1 }],
      [5000, { type: 'kernel-progress', profile: 'k', what: 'unpacking linux-image', bytes: 0, total: 0 }],
    ]);
    expect(lines.at(-1)).toBe('k: unpacking linux-image');
  });

  test('a slow download speaks every few seconds, a fast one every quarter', () => {
    const download = (everyMs: number) => {
      const steps = Array.from({ length: 101 }, (_, i): [number, RunEvent] => [
        100 + i * everyMs,
        { type: 'kernel-progress', profile: 'k', what: 'x', bytes: i * 1_000_000, total: 100_000_000 },
      ]);
      return (
        log([[0, { type: 'run-start', runId: 'r', artifacts: ['a'], targets: ['k'], cells: 1 }], ...steps]).length - 1
      );
    };
    expect(download(1)).toBe(5);
    expect(download(1000)).toBe(21);
  });

  test('a download of some age says how fast it is and what is left, each file from its own beginning', () => {
    const at = (ms: number, what: string, bytes: number, total: number): [number, RunEvent] => [
      ms,
      { type: 'kernel-progress', profile: 'k', what, bytes, total },
    ];
    const start: RunEvent = { type: 'run-start', runId: 'r', artifacts: ['a'], targets: ['k'], cells: 1 };
    const story = [
      at(10_000, 'index', 0, 0),
      at(16_000, 'index', 3_000_000, 0),
      at(20_000, 'deb', 0, 40_000_000),
      at(30_000, 'deb', 500_000, 40_000_000),
      at(40_000, 'deb', 20_000_000, 40_000_000),
    ];
    expect(log([[0, start], ...story]).slice(1)).toEqual([
      'k: index',
      'k: download 3.0 MB, 0.5 MB/s index',
      'k: download 0.0 of 40.0 MB (0 %) deb',
      'k: download 0.5 of 40.0 MB (1 %), 50 kB/s, 14 min left deb',
      'k: download 20.0 of 40.0 MB (50 %), 1.0 MB/s, 20 s left deb',
    ]);
  });

  test('one cause of many failures is written once', () => {
    const message = 'package lists of http://mirror.example trixie: could not connect; check the network';
    const end = (target: number, text: string): RunEvent => ({
      type: 'cell-end',
      artifact: 0,
      target,
      result: result({ artifact: 0, target }, { status: 'infra_error', cause: 'kernel_unavailable', message: text }),
    });
    const lines = log([
      [0, { type: 'run-start', runId: 'r', artifacts: ['a'], targets: ['k', 'l', 'm'], cells: 3 }],
      [1, { type: 'kernel-failed', profile: 'k', message }],
      [2, end(0, message)],
      [3, { type: 'kernel-failed', profile: 'l', message }],
      [4, end(1, message)],
      [5, { type: 'kernel-failed', profile: 'm', message: 'no space' }],
      [6, end(2, 'the guest ended')],
    ]);
    expect(lines.slice(1)).toEqual([
      `k: no kernel: ${message}`,
      'k: inconclusive',
      'l: no kernel, as for k',
      'l: inconclusive',
      'm: no kernel: no space',
      'm: inconclusive: the guest ended (1.0 s)',
    ]);
  });

  test('an unknown total is not a percentage', () => {
    const story: [number, RunEvent][] = [
      [0, { type: 'run-start', runId: 'r', artifacts: ['a'], targets: ['k'], cells: 1 }],
      [1, { type: 'kernel-progress', profile: 'k', what: 'index', bytes: 300_000, total: 0 }],
    ];
    expect(log(story)[1]).toBe('k: download 0.3 MB index');
  });

  test.each(HOSTILE.map((text) => [JSON.stringify(text), text] as const))(
    'a guest cannot forge a line: %s',
    (_name, text) => {
      const lines = log([
        [0, { type: 'run-start', runId: 'r', artifacts: [text, 'b'], targets: ['k'], cells: 1 }],
        [1, { type: 'kernel-failed', profile: 'k', message: text }],
        [2, { type: 'cell-booting', ...first, guest: guestFacts }],
        [3, { type: 'note', message: text }],
      ]);
      expect(lines).toHaveLength(4);
      for (const line of lines) expect(line).not.toMatch(/\n|\u001b|^::|##\[/);
    },
  );
});

test('events about things no run-start named do no harm', () => {
  const stray: RunEvent[] = [
    { type: 'cell-testing', artifact: 3, target: 9, bootMs: 1 },
    { type: 'kernel-start', profile: 'late' },
    { type: 'run-end', status: 'pass', ms: 1 },
  ];
  const state = stray.reduce((before, event) => advance(before, event, 1), NO_PROGRESS);
  expect(renderLive(state, { width: 80, now: 1, color: false })).toEqual(['  late  fetch     kernel 0.0 s']);
});

test('a suite of many cases names some of its runs as it begins', () => {
  const ids = Array.from({ length: 500 }, (_, index) => `r${index}`);
  const start = (some: readonly string[]) =>
    plainProgress(
      NO_PROGRESS,
      { type: 'run-start', runId: some.join(' '), artifacts: [...some], targets: ['k'], cells: some.length },
      0,
    ).lines;
  expect(start(ids.slice(0, 8)).join()).toContain('run r0 r1 r2 r3 r4 r5 r6 r7: 8 objects');
  expect(start(ids).join()).toContain('run r0 r1 r2 r3 r4 r5 r6 r7 and 492 more: 500 objects');
});

test('after the last cell of many a line says what is done', () => {
  const cells = [
    [0, { type: 'run-start', runId: 'r', artifacts: ['a'], targets: ['k'], cells: 1 }],
    [1000, { type: 'reports-start', reports: 500 }],
  ] as const satisfies [number, RunEvent][];
  const said = (reports: number) => plainProgress(NO_PROGRESS, { type: 'reports-start', reports }, 0).lines;
  expect(said(500)).toEqual(['writing 500 reports']);
  expect(said(1)).toEqual([]);
  const state = cells.reduce((before: Progress, [at, event]) => advance(before, event, at), NO_PROGRESS);
  expect(renderLive(state, { width: 80, now: 1000, color: false }).at(-1)).toBe(
    '  0 of 1 done, 1.0 s, writing 500 reports',
  );
});
