import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { finish } from '../../src/api/finish.ts';
import { endedRun, runConclusion } from '../../src/api/finish-run.ts';
import { loadRun } from '../../src/api/load-run.ts';
import { type MergeOptions, mergeReports } from '../../src/api/merge.ts';
import { acrossKernels } from '../../src/classify/across.ts';
import type { GateOptions } from '../../src/gate/gate.ts';
import type { TestedKernel } from '../../src/model/kernel.ts';
import type { RunReport } from '../../src/model/report.ts';
import { HOSTILE } from '../fixtures/hostile.ts';
import { hostileRun, mixedRun, quickRun } from '../fixtures/scenes.ts';
import { host, type ShardSettings, writeShard } from '../fixtures/shards.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'merge-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const FORMATS = { junit: 'junit.xml', sarif: 'report.sarif', badge: 'badge.json', summary: 'summary.md' };

function filesIn(place: string): Record<string, string> {
  return Object.fromEntries(Object.entries(FORMATS).map(([kind, name]) => [kind, join(place, name)]));
}

/** The run as one machine would have ended it. */
async function direct(run: RunReport, gate: GateOptions = {}): Promise<number> {
  const about = {
    gate,
    reportTargets: {
      workdir: join(dir, 'direct-work'),
      out: join(dir, 'direct/report.json'),
      markdown: join(dir, 'direct/report.md'),
      artifactVersion: '',
      artifactVariant: '',
      artifactUri: '',
    },
    manifest: '',
  };
  const ended = endedRun(about, { ...run, results: acrossKernels(run.results), runDir: join(dir, 'direct-run') });
  const context = { host, cwd: dir, onEvent: () => {}, files: filesIn(join(dir, 'direct')) };
  const { verdict } = await finish(context, [ended], runConclusion);
  return verdict.exitCode;
}

async function shards(run: RunReport, total: number, settings: ShardSettings = {}): Promise<void> {
  for (let index = 1; index <= total; index++) {
    await writeShard(dir, run, index, total, join(dir, `shards/${index}/report.json`), settings);
  }
}

async function merge(more: Partial<MergeOptions> = {}) {
  const merged = await mergeReports({
    reports: ['shards'],
    out: 'merged/report.json',
    markdown: 'merged/report.md',
    files: filesIn(join(dir, 'merged')),
    cwd: dir,
    env: {},
    ...more,
  });
  if (merged.kind !== 'run') throw new Error('this is not a suite');
  return merged;
}

/** Every document below a directory, without ids and places. */
function documents(place: string, runDir: string): Record<string, string> {
  const read = (file: string): string =>
    readFileSync(file, 'utf8')
      .replaceAll(runDir, '<run dir>')
      .replaceAll(place, '<place>')
      .replace(/\d{8}T\d{6}Z-[0-9a-f]{6}/g, '<run>');
  const own = readdirSync(place).map((name) => [name, read(join(place, name))]);
  const reports = readdirSync(join(runDir)).includes('reports') ? readdirSync(join(runDir, 'reports')) : [];
  const single = reports.map((name) => [`reports/${name}`, read(join(runDir, 'reports', name))]);
  return Object.fromEntries([...own, ...single]);
}

/** The same on the kernels of disk images, with BTF of the user's own, of objects out of another file. */
function ofImages(run: RunReport): RunReport {
  const btf = { path: '/b/old.btf', sha256: 'a'.repeat(64), sizeBytes: 5, used: false, reason: 'no_answer' } as const;
  return {
    ...run,
    artifacts: run.artifacts.map((one) => ({
      ...one,
      source: { place: '/src/agent', digest: `sha256:${'b'.repeat(64)}`, inside: `[${one.name}]` },
    })),
    results: run.results.map(({ kernel, ...result }) => {
      const { vmlinuz: _, ...record } = kernel ?? {};
      return { ...result, btf, kernel: kernel && (record as TestedKernel) };
    }),
  };
}

describe.each([
  ['three objects', quickRun()],
  ['three objects out of a program on disk images', ofImages(quickRun())],
  ['one object with every outcome', mixedRun()],
  ['text that hurts', hostileRun(HOSTILE.join('').slice(0, 250))],
])('%s', (_name, run) => {
  test.each([1, 2, 3, 7])('%i shards give what one machine gives, in every format', async (total) => {
    const code = await direct(run);
    await shards(run, total);
    const { verdict, report, missing, notes } = await merge();
    expect(verdict.exitCode).toBe(code);
    expect({ missing, notes }).toEqual({ missing: [], notes: [] });
    const merged = documents(join(dir, 'merged'), report.runDir);
    expect(Object.keys(merged)).toEqual(
      expect.arrayContaining([...Object.values(FORMATS), 'report.json', 'report.md']),
    );
    expect(merged).toEqual(documents(join(dir, 'direct'), join(dir, 'direct-run')));
  });
});

test('one kernel whose objects are on several machines', async () => {
  const run = quickRun();
  const targets = run.targets.slice(3);
  const results = run.results
    .filter(({ cell }) => cell.target === 3)
    .map((result) => ({
      ...result,
      cell: { ...result.cell, target: 0 },
      timings: { ...result.timings, totalMs: 60_000 },
    }));
  const one = { ...run, targets, results };
  const code = await direct(one);
  const baseline = await loadRun(host, dir, 'direct/report.json', '--baseline');
  await shards(one, 3, { baseline });
  const { verdict, report } = await merge();
  expect(verdict.exitCode).toBe(code);
  const own = JSON.parse(readFileSync(join(dir, 'shards/1/report.json'), 'utf8'));
  expect(own.shard.plan.cells.map(({ shard }: { shard: number }) => shard).sort()).toEqual([1, 2, 3]);
  expect(report.results.map(({ outcome }) => outcome.status)).toEqual(results.map(({ outcome }) => outcome.status));
});

test('a pipe is no directory without reports', async () => {
  const pipe = join(dir, 'pipe');
  execFileSync('mkfifo', [pipe]);
  await expect(mergeReports({ host, cwd: dir, reports: ['pipe'] })).rejects.toThrow('"pipe": it is a pipe or a device');
});

test('a result that its own evidence contradicts is rejected', async () => {
  await shards(quickRun(), 2);
  for (const index of [1, 2]) {
    const file = join(dir, `shards/${index}/report.json`);
    const report = JSON.parse(readFileSync(file, 'utf8'));
    for (const { run } of report.shard.runs) {
      for (const result of run.results) {
        const load = result.evidence?.stages.find(({ stage }: { stage: string }) => stage === 'load');
        if (load) Object.assign(load, { status: 'fail' });
      }
    }
    writeFileSync(file, JSON.stringify(report));
  }
  await expect(merge()).rejects.toThrow(/shard [12]\/2 says that .* passes, and its own evidence says that the load/);
});

describe('a shard on its own', () => {
  test('says what it found and decides nothing', async () => {
    const ended = [];
    for (let i = 1; i <= 4; i++) ended.push(await writeShard(dir, quickRun(), i, 4, join(dir, `shards/${i}.json`)));
    expect(ended.map(({ verdict }) => verdict.exitCode)).toEqual([0, 0, 0, 0]);
    expect(ended.map(({ verdict }) => verdict.status).sort()).toEqual(['fail', 'pass', 'pass', 'pass']);
    expect(ended.flatMap(({ report }) => report.targets.map(({ profile }) => profile.id)).sort()).toEqual(
      quickRun().targets.map(({ profile }) => profile.id),
    );
    expect(ended[0]?.verdict.reasons.at(-1)).toBe('shard 1/4: the verdict is computed by "bpfcompat merge"');
  });

  test('without a result of a required kernel it is red, so that it is run again', async () => {
    const ended = [];
    for (let i = 1; i <= 4; i++) ended.push(await writeShard(dir, mixedRun(), i, 4, join(dir, `shards/${i}.json`)));
    expect(ended.filter(({ verdict }) => verdict.exitCode === 1).length).toBeGreaterThan(0);
  });

  test('with nothing to run it is green', async () => {
    const { verdict } = await writeShard(dir, mixedRun(), 1, 200, join(dir, 'shards/1.json'));
    const { verdict: other } = await writeShard(dir, mixedRun(), 199, 200, join(dir, 'shards/199.json'));
    expect([verdict, other].filter(({ exitCode }) => exitCode === 0).length).toBeGreaterThan(0);
    expect([...verdict.reasons, ...other.reasons].join()).toContain('has nothing to run');
  });
});

describe('what is missing', () => {
  test('is named, fails, and stands in every report', async () => {
    await shards(quickRun(), 4);
    const lost = JSON.parse(readFileSync(join(dir, 'shards/2/report.json'), 'utf8'));
    const kernel = lost.shard.plan.cells.find(({ shard }: { shard: number }) => shard === 2).kernel;
    rmSync(join(dir, 'shards/2'), { recursive: true });
    const { verdict, missing } = await merge({ failOn: 'never' });
    expect(verdict).toMatchObject({ status: 'error', exitCode: 1 });
    expect(missing).toEqual([
      `shard 2/4 is missing; not tested: half-attached-on-purpose on ${kernel}, simple-pass on ${kernel}, unlink on ${kernel}`,
    ]);
    expect(verdict.reasons[0]).toBe(missing[0]);
    for (const name of ['report.md', 'junit.xml', 'summary.md']) {
      expect(readFileSync(join(dir, 'merged', name), 'utf8'), name).toMatch(/shard 2\/4 is missing/);
    }
  });

  test('is a failure for optional kernels too', async () => {
    const run = quickRun();
    const optional = { ...run, targets: run.targets.map((target, i) => ({ ...target, required: i === 0 })) };
    await shards(optional, 4);
    rmSync(join(dir, 'shards/3'), { recursive: true });
    rmSync(join(dir, 'shards/4'), { recursive: true });
    const { verdict, missing } = await merge();
    expect(verdict.exitCode).toBe(1);
    expect(missing).toHaveLength(2);
  });

  test('names a report that lost results', async () => {
    await shards(mixedRun(), 1);
    const file = join(dir, 'shards/1/report.json');
    const report = JSON.parse(readFileSync(file, 'utf8'));
    report.shard.runs[0].run.results.pop();
    writeFileSync(file, JSON.stringify(report));
    const { verdict, missing } = await merge();
    // A failure was seen: more results would not make it pass.
    expect(verdict).toMatchObject({ status: 'fail', exitCode: 2, inconclusive: true });
    expect(missing[0]).toMatch(/^shard 1\/1 holds 3 of 4 results; not tested: /);
  });
});

test('of two runs of a shard the newer one counts, whatever the order', async () => {
  const run = quickRun();
  await shards({ ...run, startedAt: '2026-01-02T03:00:00Z' }, 2);
  const early = { ...run, startedAt: '2026-01-01T00:00:00Z', runId: '20260101T000000Z-000000' };
  await writeShard(dir, early, 2, 2, join(dir, 'shards/0/report.json'));
  const late = { ...run, startedAt: '2026-01-03T00:00:00Z', runId: '20260103T000000Z-000000' };
  await writeShard(dir, late, 2, 2, join(dir, 'shards/9/report.json'));
  const { notes, report, missing } = await merge();
  expect(missing).toEqual([]);
  expect(notes).toHaveLength(2);
  expect(notes[1]).toBe(
    'shard 2/2 was run more than once: the newest run counts (2026-01-03T00:00:00Z, shards/9/report.json), not that of 2026-01-02T03:00:00Z (shards/2/report.json)',
  );
  expect(report.notes).toEqual(expect.arrayContaining([...notes]));
});

describe('a file that somebody put beside the shards', () => {
  interface Part {
    started_at: string;
    readonly runs: readonly {
      readonly run: { readonly results: readonly { outcome: { status: string } }[] };
      readonly gate: { failOn?: string };
    }[];
  }
  const forge = (change: (part: Part) => void): void => {
    const report = JSON.parse(readFileSync(join(dir, 'shards/1/report.json'), 'utf8'));
    report.shard.started_at = '9999-01-01T00:00:00Z';
    change(report.shard);
    mkdirSync(join(dir, 'shards/zz'));
    writeFileSync(join(dir, 'shards/zz/1.json'), JSON.stringify(report));
  };

  test('a newer pass takes the place of no failure', async () => {
    await shards(mixedRun(), 1);
    forge(({ runs }) => {
      for (const result of runs.flatMap(({ run }) => run.results)) {
        if (result.outcome.status === 'fail') Object.assign(result, { outcome: { status: 'pass', findings: [] } });
      }
    });
    await expect(merge()).rejects.toThrow(
      /^shard 1\/1 \(shards\/zz\/1\.json\) and shard 1\/1 \(shards\/1\/report\.json\) have different results for \S+ on \S+ \(pass and fail; .*\); hand over the report of one run only/,
    );
  });

  test('no result takes the place of no failure', async () => {
    await shards(mixedRun(), 1);
    forge(({ runs }) => {
      for (const result of runs.flatMap(({ run }) => run.results)) {
        if (result.outcome.status !== 'fail') continue;
        Object.assign(result, { outcome: { status: 'skipped', reason: 'x', elsewhere: true }, evidence: undefined });
      }
    });
    await expect(merge()).rejects.toThrow(/have different results for \S+ on \S+ \(no result and fail; /);
  });

  test('another cause takes the place of none', async () => {
    await shards(mixedRun(), 1);
    forge(({ runs }) => {
      for (const { outcome } of runs.flatMap(({ run }) => run.results)) {
        for (const finding of (outcome as { findings?: { code: string }[] }).findings ?? []) finding.code = 'UNKNOWN';
      }
    });
    await expect(merge()).rejects.toThrow(/have different results for/);
  });

  test('newer parts of all shards cannot say what decides', async () => {
    await shards(mixedRun(), 1);
    forge(({ runs }) => {
      for (const run of runs) run.gate.failOn = 'never';
    });
    await expect(merge()).rejects.toThrow(/say that they are of one plan, and what they ran or what decides is not/);
  });

  test('one part alone cannot say what decides', async () => {
    await shards(mixedRun(), 2);
    forge(({ runs }) => {
      for (const run of runs) run.gate.failOn = 'never';
    });
    await expect(merge()).rejects.toThrow(/say that they are of one plan, and what they ran or what decides is not/);
  });
});

test('the same file by two names is one shard', async () => {
  await shards(quickRun(), 2);
  const { notes } = await merge({ reports: ['shards', 'shards/1/report.json', 'shards/*/report.json'] });
  expect(notes).toEqual([]);
});

describe('what does not belong together', () => {
  const other = async (run: RunReport, total: number, settings: ShardSettings = {}): Promise<void> => {
    await writeShard(dir, run, 2, total, join(dir, 'shards/2/report.json'), settings);
  };

  test.each([
    [
      'another number of shards',
      /shard 1\/3 .* and shard 2\/4 .* are of different plans; hand over the reports of one plan only/,
      () => other(quickRun(), 4),
    ],
    [
      'another kernel',
      /only one of them has kernel debian-13-7\.3; run all shards with the same objects, kernels and flags/,
      () => {
        const run = quickRun();
        return other(
          { ...run, targets: run.targets.slice(0, 3), results: run.results.filter(({ cell }) => cell.target < 3) },
          3,
        );
      },
    ],
    [
      'another build',
      /ran different builds of unlink \(sha256 abababababab and 000000000000\); build it once and give every shard that file/,
      () => {
        const run = quickRun();
        const artifacts = run.artifacts.map((one) =>
          one.name === 'unlink' ? { ...one, sha256: '0'.repeat(64) } : one,
        );
        return other({ ...run, artifacts }, 3);
      },
    ],
    [
      'other flags',
      /ran in different ways \(other flags, another manifest, failOn or baseline\)/,
      () => other(quickRun(), 3, { request: 'load_only' }),
    ],
    [
      'another validator',
      /ran with different validators; run all shards with one version of bpfcompat/,
      () => other({ ...quickRun(), validator: { ...quickRun().validator, sha256: '1'.repeat(64) } }, 3),
    ],
  ])('%s', async (_name, message, write) => {
    await shards(quickRun(), 3);
    await write();
    await expect(merge()).rejects.toThrow(message);
  });

  /** Two shards that booted one kernel each by the same name, the second with another image. */
  const withKernels = async (change: Partial<TestedKernel>): Promise<void> => {
    await shards(quickRun(), 2);
    for (const index of [1, 2]) {
      const file = join(dir, `shards/${index}/report.json`);
      const report = JSON.parse(readFileSync(file, 'utf8'));
      for (const { run } of report.shard.runs)
        for (const { kernel } of run.results)
          Object.assign(kernel, { profile: 'debian-12-6.1' }, index === 2 ? change : {});
      writeFileSync(file, JSON.stringify(report));
    }
  };
  const image = { sha256: '9'.repeat(64), size: 1 };

  test('another kernel by the same name', async () => {
    await withKernels({ vmlinuz: image, vouched: { by: 'nobody', file: '--kernel' } });
    await expect(merge()).rejects.toThrow(/booted different kernels as debian-.*; give every shard the same kernel/);
    await withKernels({ vmlinuz: image, source: '1'.repeat(64) });
    await expect(merge()).rejects.toThrow(/booted different kernels as debian-/);
  });

  test('a build that the vendor replaced between two machines is reported', async () => {
    await withKernels({ vmlinuz: image });
    const { notes } = await merge();
    expect(notes.join()).toMatch(/debian-[^:]*: the shards booted different builds, .*bpfcompat\.lock keeps one build/);
    // Of a kernel in a disk image its release is known alone.
    await withKernels({ vmlinuz: undefined, release: '6.1.0-99-lab' });
    expect((await merge()).notes.join()).toMatch(/(?:and|builds,) 6\.1\.0-99-lab(?: and|;)/);
  });

  test('another version', async () => {
    await shards(quickRun(), 3);
    const file = join(dir, 'shards/2/report.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"version": "unbuilt"', '"version": "9.9.9"'));
    await expect(merge()).rejects.toThrow(
      /were made by bpfcompat unbuilt and 9\.9\.9; run all shards with one version/,
    );
  });
});

describe('files that are not shards', () => {
  test.each([
    ['nothing.json', 'nothing.json: there is no such file'],
    ['empty', 'no report of a shard lies in this directory; name what "bpfcompat test --shard 1/2 --out FILE" wrote'],
    ['*.xml', 'no report of a shard matches this pattern'],
    ['package.json', 'package.json: this is not a bpfcompat report'],
    ['direct/report.json', 'direct/report.json: this is the report of a whole run or of one object of it'],
    ['cut.json', 'cut.json'],
    ['bent.json', '"shard.runs[0].run.targets" is not what a report has there'],
  ])('%s', async (name, message) => {
    await direct(quickRun());
    await shards(quickRun(), 1);
    mkdirSync(join(dir, 'empty'));
    writeFileSync(join(dir, 'package.json'), '{"name": "x"}');
    const whole = readFileSync(join(dir, 'shards/1/report.json'), 'utf8');
    writeFileSync(join(dir, 'cut.json'), whole.slice(0, 2000));
    const bent = JSON.parse(whole);
    bent.shard.runs[0].run.targets = 'none';
    writeFileSync(join(dir, 'bent.json'), JSON.stringify(bent));
    await expect(merge({ reports: [name] })).rejects.toThrow(message);
  });

  test('in a directory are passed over; one that was cut is reported', async () => {
    await direct(quickRun());
    await shards(quickRun(), 2);
    writeFileSync(join(dir, 'shards/other.json'), '{"schema_version": "v0.1"}');
    writeFileSync(join(dir, 'shards/cut.json'), '{"schema_version": "v0');
    const { notes } = await merge({ reports: ['.'] });
    expect(notes).toEqual(['shards/cut.json was left out: it cannot be read, or it was cut']);
  });

  test('cannot make merge write anywhere else', async () => {
    await shards(quickRun(), 1);
    const file = join(dir, 'shards/1/report.json');
    const report = JSON.parse(readFileSync(file, 'utf8'));
    const { run } = report.shard.runs[0];
    run.runDir = '/proc/nowhere';
    run.artifacts[0].name = '../../../../escaped';
    run.results[0].dir = '/proc/nowhere';
    writeFileSync(file, JSON.stringify(report));
    const { report: merged } = await merge({ workDir: 'work' });
    expect(merged.runDir.startsWith(join(dir, 'work/runs/'))).toBe(true);
    expect(readdirSync(join(merged.runDir, 'reports')).filter((name) => name.includes('escaped'))).toEqual([
      '1-..-..-..-..-escaped.json',
      '1-..-..-..-..-escaped.md',
    ]);
  });
});

test.each(HOSTILE.map((text) => [JSON.stringify(text), text] as const))(
  '%s in a name hurts no terminal',
  async (_name, text) => {
    const run = quickRun();
    const artifacts = run.artifacts.map((one, i) => (i === 1 ? { ...one, name: text } : one));
    await shards({ ...run, artifacts }, 3);
    const other = artifacts.map((one) => ({ ...one, sha256: '0'.repeat(64) }));
    await writeShard(dir, { ...run, artifacts: other }, 2, 3, join(dir, 'shards/2/report.json'));
    const error = await merge().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'shards_differ' });
    expect((error as Error).message).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]|^::|##\[/);
  },
);

describe('what decides', () => {
  test('travels with the shards, and the merge has the last word', async () => {
    await shards(quickRun(), 2, { gate: { failOn: 'never' } });
    expect((await merge()).verdict).toMatchObject({ status: 'fail', exitCode: 0, failOn: 'never' });
    expect((await merge({ failOn: 'required' })).verdict.exitCode).toBe(2);
    await expect(merge({ failOn: 'regression' })).rejects.toThrow('failOn: "regression" needs an older report');
  });

  test('known failures are known from the older report of the shards, or of the merge', async () => {
    await direct(quickRun());
    const baseline = await loadRun(host, dir, 'direct/report.json', '--baseline');
    await shards(quickRun(), 2, { baseline, gate: { failOn: 'regression' } });
    const { verdict, report } = await merge();
    expect(verdict.exitCode).toBe(0);
    expect(report.baseline?.map((one) => one?.summary.knownFailures)).toEqual([0, 1, 0]);
    rmSync(join(dir, 'shards'), { recursive: true });
    await shards(quickRun(), 2);
    expect((await merge({ baseline: 'direct/report.json', failOn: 'regression' })).verdict.exitCode).toBe(0);
  });
});

test('a place that cannot be written is reported before anything else', async () => {
  await shards(quickRun(), 2);
  mkdirSync(join(dir, 'merged/junit.xml'), { recursive: true });
  await expect(merge()).rejects.toThrow(/cannot write .*junit\.xml: it is a directory/);
});
