import { basename } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Checked, check, reportOf } from './support/check.ts';
import { KERNELS, systemObjects, versionOf } from './support/places.ts';
import { targetOf } from './support/report.ts';
import { scratchDir } from './support/scratch.ts';

// Objects that we did not write: those of Debian's libxdp1 and xdp-tools, as a compiler of others made them.
const scratch = scratchDir();
const objects = systemObjects();

interface Expected {
  readonly status: 'pass' | 'fail';
  /** Code of every finding. */
  readonly codes: readonly string[];
  /** Attached programs. */
  readonly attached: number;
}

const PASS = { status: 'pass', codes: [] } as const;

/** What each object must do, and why. Names are those of all versions since 1.3; objects that came later are below. */
const EXPECTED: readonly (readonly [name: RegExp, why: string, Expected])[] = [
  [
    /^xdpfilt_(?:alw|dny)_(?:all|eth|ip|tcp|udp)\.o$/,
    'XDP with bounded loops (5.3) and per-CPU hash maps, older than every kernel here',
    { ...PASS, attached: 1 },
  ],
  [/^xsk_def_xdp_prog(?:_5\.3)?\.o$/, 'XDP with an XSKMAP (4.18) and global data (5.2)', { ...PASS, attached: 1 }],
  [
    /^xdp-dispatcher\.o$/,
    'two plain XDP programs whose functions are meant to be replaced later (freplace, 5.6)',
    { ...PASS, attached: 2 },
  ],
  [/^xdpdump_xdp\.o$/, 'XDP that sends packets through a perf event array (4.18)', { ...PASS, attached: 1 }],
  [
    /^xdpdump_bpf\.o$/,
    'fentry and fexit on the placeholder "func": xdpdump names the real function before it loads them, a plain load cannot',
    { status: 'fail', codes: ['LOADER_CONTRACT', 'LOADER_CONTRACT'], attached: 0 },
  ],
];

function expectedOf(path: string): Expected | undefined {
  return EXPECTED.find(([name]) => name.test(basename(path)))?.[2];
}

let run: Checked;
beforeAll(async () => {
  run = await check(scratch, objects);
});

test('the packages hold every object of the table', () => {
  const names = objects.map((path) => basename(path));
  for (const [name] of EXPECTED) expect(names).toContainEqual(expect.stringMatching(name));
  expect(names.filter((name) => name.startsWith('xdpfilt_'))).toHaveLength(10);
});

describe.each(KERNELS)('on %s', (kernel) => {
  test.each(objects.map((path) => [basename(path), path]))('%s', (_name, path) => {
    const target = targetOf(reportOf(run, path), kernel);
    expect(['pass', 'fail'], target.infra_error).toContain(target.status);
    expect(target.classification_code).not.toBe('UNKNOWN');
    const codes = target.findings?.map(({ code }) => code) ?? [];
    expect(codes).not.toContain('UNKNOWN');
    const attached = target.programs?.filter(({ attach_status }) => attach_status === 'pass') ?? [];
    const expected = expectedOf(path);
    // What a newer version of the packages brought along has to load on the newest kernel at least.
    if (expected === undefined) expect(versionOf(kernel) < 7000 || target.status === 'pass').toBe(true);
    else expect({ status: target.status, codes, attached: attached.length }).toEqual(expected);
    for (const program of attached) {
      if (program.type === 'xdp')
        expect(program).toMatchObject({ attach_method: 'xdp', attach_target: expect.stringMatching(/^bpfcompat\d$/) });
    }
  });

  test('the one that fails says which function it wants', () => {
    const path = objects.find((object) => basename(object) === 'xdpdump_bpf.o') ?? '';
    const target = targetOf(reportOf(run, path), kernel);
    expect(target).toMatchObject({ failed_stage: 'load', classification_code: 'LOADER_CONTRACT' });
    expect(target.findings?.map(({ subject, args }) => [subject, args?.['function']])).toEqual([
      ['trace_on_entry', 'func'],
      ['trace_on_exit', 'func'],
    ]);
  });
});

test('the run is a failure of one object, not an error', () => {
  expect(run.verdict).toMatchObject({ status: 'fail', exitCode: 2 });
  const failing = run.report.artifacts.filter((_, index) => run.paths.artifacts[index]?.verdict.exitCode !== 0);
  expect(failing.map((artifact) => artifact.basename)).toEqual(['xdpdump_bpf.o']);
});
