import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Checked, check, reportOf } from './support/check.ts';
import { bpfcompat } from './support/cli.ts';
import { example, fixture, ROOT } from './support/places.ts';
import { type TargetReport, targetOf } from './support/report.ts';
import { scratchDir } from './support/scratch.ts';

// What tests expect without a shell, on an old, a middle and a new kernel: each kind once met and once not.
const scratch = scratchDir();
const KERNELS = ['debian-11-5.10', 'debian-12-6.1', 'debian-13-7.3'] as const;
const OBJECT = fixture('expectations');

/** Ethernet and IPv4 headers, which every kernel takes for a tc program. */
const PACKET = `${'00 '.repeat(12)}08 00 45 00 00 14 00 00 00 00 40 01 00 00 7f 00 00 01 7f 00 00 01`;
const RUN = `{program: leave_traces, data_in: ${PACKET}`;
const PAIR = `01 00 00 00 00 00 00 00 02 00 00 00 00 00 00 00 03 00 00 00 00 00 00 00`;

/** `expect` of one test, as lines of YAML behind the name. */
function testOf(name: string, keys: Readonly<Record<string, readonly string[]>>, more = ''): string {
  const lists = Object.entries(keys).map(
    ([key, items]) => `      ${key}:\n${items.map((item) => `        - ${item}\n`).join('')}`,
  );
  return `  - name: ${name}\n${more}    expect:\n${lists.join('')}`;
}

function request(...tests: string[]): Promise<Checked> {
  return check(scratch, [OBJECT], {
    kernels: KERNELS,
    mode: 'behavior',
    manifest: `functional_tests:\n${tests.join('')}`,
  });
}

function assertionsOf(target: TargetReport, name: string) {
  return target.functional?.tests?.find((one) => one.name === name)?.assertions ?? [];
}

const COUNTED_BY_A_COMMAND = `functional_tests:
  - name: both
    command: echo in-the-shell; test "$(ls /sys/kernel/tracing/instances | wc -l)" = 1
    expect_stdout_contains: in-the-shell
    expect:
      maps: [{name: switches, grows: true}]
      events: [{map: events}, {trace_pipe: a task was switched}]
  - name: nothing-is-waited-for
    required: false
    command: exit 3
    expect: {maps: [{name: switches, min: 1000000000}]}
`;

test(`a command and expectations in one test on ${KERNELS.join(', ')}`, async () => {
  const file = example('behavior-expect');
  const run = await check(scratch, [file], { kernels: KERNELS, mode: 'behavior', manifest: COUNTED_BY_A_COMMAND });
  expect(run.verdict.exitCode).toBe(0);
  for (const kernel of KERNELS) {
    const [both, failed] = targetOf(reportOf(run, file), kernel).functional?.tests ?? [];
    expect(both).toMatchObject({ status: 'pass', assertions: Array(3).fill({ status: 'pass' }) });
    expect(failed).toMatchObject({ status: 'fail', exit_code: 3, error: expect.stringMatching(/^exit code 3/) });
    expect(failed?.duration_ms ?? 0).toBeLessThan(5000);
  }
});

test(`every kind is met on ${KERNELS.join(', ')}`, async () => {
  const run = await request(
    testOf('traces', {
      run: [`${RUN}, repeat: 3, retval: -1, data_out: ${PACKET}}`],
      maps: [
        '{name: by_kind, key: 7, value: -2}',
        '{name: by_kind, key: "07 00", value: 0xfe ff ff ff}',
        `{name: pairs, key: ${PAIR}, value: ${PAIR}}`,
        '{name: per_cpu, key: 0, value: 3, grows: true}',
        '{name: per_cpu, min: 3, min_entries: 1}',
        '{name: bytes, min_entries: 1}',
        '{name: .bss, key: 0, min: 3, grows: true}',
      ],
      variables: [
        '{name: runs, min: 3, grows: true}',
        '{name: "stats.hits[2]", value: 3}',
        '{name: stats.last.a, value: 09 00 00 00}',
      ],
      events: [
        '{map: ring, min: 3, contains: 0x02000000}',
        '{map: perf, min: 3}',
        '{trace_pipe: traces left for, min: 3}',
      ],
    }),
    testOf('arguments', {
      run: ['{program: add_arguments, ctx_in: 01 00 00 00 00 00 00 00 02 00 00 00 00 00 00 00, retval: 3}'],
    }),
  );
  expect(run.verdict).toMatchObject({ status: 'pass', exitCode: 0 });
  for (const kernel of KERNELS) {
    const target = targetOf(reportOf(run, OBJECT), kernel);
    expect(target).toMatchObject({ status: 'pass', functional: { status: 'pass' } });
    expect(assertionsOf(target, 'traces').map(({ status }) => status)).toEqual(Array(14).fill('pass'));
    expect(assertionsOf(target, 'arguments')).toMatchObject([{ subject: 'add_arguments', seen: 'retval=3' }]);
  }
});

describe('what is not met', () => {
  let wrong: Checked;
  beforeAll(async () => {
    wrong = await request(
      testOf(
        'wrong',
        {
          maps: [
            '{name: by_kind, key: 8}',
            '{name: per_cpu, min: 100}',
            '{name: per_cpu, grows: true}',
            '{name: bytes, min_entries: 3}',
          ],
          variables: ['{name: "stats.hits[1]", min: 1}'],
          events: ['{map: ring, contains: hello}', '{map: perf}', '{trace_pipe: nothing like this}'],
        },
        '    timeout: 1s\n',
      ),
      testOf('other-value', { run: [`${RUN}}`], maps: ['{name: by_kind, key: 7, value: 5}'] }, '    timeout: 1s\n'),
      testOf('other-return', { run: [`${RUN}, retval: 0}`] }),
      testOf('other-output', { run: [`${RUN}, data_out: 00}`] }),
      testOf('too-short', { run: ['{program: leave_traces, data_in: 00 01}'] }),
      testOf('no-map-to-look-into', { maps: ['{name: nested, key: 0}', '{name: ring, min_entries: 1}'] }),
      testOf('other-sizes', {
        maps: ['{name: by_kind, key: 70000}', '{name: pairs, min: 1}', '{name: pairs, key: "00"}'],
      }),
      testOf('never-by-itself', { run: ['{program: on_sleep}'] }),
    );
  });

  test.each(KERNELS)('fails, with what was seen: %s', (kernel) => {
    const target = targetOf(reportOf(wrong, OBJECT), kernel);
    expect(target).toMatchObject({
      status: 'fail',
      failed_stage: 'functional',
      classification_code: 'FUNCTIONAL_TEST_FAILURE',
      functional: { status: 'fail' },
    });
    expect(assertionsOf(target, 'wrong')).toMatchObject([
      { status: 'fail', seen: 'found=false' },
      { status: 'fail', error: 'the value is too small' },
      { status: 'fail', error: 'the value did not grow' },
      { status: 'fail', error: 'it has too few entries' },
      { kind: 'variable', status: 'fail', error: 'the value is too small' },
      { status: 'fail', error: 'nothing arrived' },
      { status: 'fail', error: 'nothing arrived' },
      { status: 'fail', error: 'nothing arrived' },
    ]);
    const errors = [
      'other-value',
      'other-return',
      'other-output',
      'too-short',
      'no-map-to-look-into',
      'other-sizes',
    ].map((name) => assertionsOf(target, name).flatMap(({ error }) => error ?? []));
    expect(errors).toEqual([
      ['the value is not the expected one'],
      ['it returned 4294967295, expected 0'],
      ['its output is not the expected one'],
      ['BPF_PROG_TEST_RUN failed: Invalid argument'],
      ['it holds maps, and values are only in the maps inside', 'it holds records; expect them under events'],
      [
        'the key does not fit into the 2 bytes of its keys',
        'its values have 24 bytes, which is not a number; write the value as bytes',
        'its keys have 24 bytes, the expected one has 1',
      ],
    ]);
  });

  test.each(KERNELS)('a program that no kernel runs by itself is reported as that: %s', (kernel) => {
    const { findings } = targetOf(reportOf(wrong, OBJECT), kernel);
    const finding = findings?.find(({ subject }) => subject === 'never-by-itself');
    expect(finding?.title).toBe(
      'functional test never-by-itself: this kernel cannot run kprobe programs by BPF_PROG_TEST_RUN',
    );
    expect(finding?.explanation).toMatch(/No kernel can run programs of type kprobe that way/);
  });
});

test('a name that the object does not have is an error before anything boots', async () => {
  const requests = request(
    testOf('names', {
      maps: ['{name: by_kinds, key: 1}'],
      variables: ['{name: "stat.hits", min: 1}'],
      events: ['{map: pairs}'],
      run: ['{program: leave_trace}'],
    }),
  );
  await expect(requests).rejects.toMatchObject({
    code: 'expectation_invalid',
    message: [
      'manifest.yaml:5:18: test "names" expects something of map "by_kinds", which expectations.bpf.o does not have; did you mean "by_kind"?',
      'manifest.yaml:7:18: test "names" expects something of global variable "stat.hits", which expectations.bpf.o does not have; did you mean "stats"?',
      'manifest.yaml:9:17: test "names" expects events of map "pairs", which is of type lru_hash and has no records; name a ring buffer or a perf event array',
      'manifest.yaml:11:21: test "names" expects something of program "leave_trace", which expectations.bpf.o does not have; did you mean "leave_traces"?',
    ].join('\n'),
  });
});

test(`examples/behavior-expect passes as manifest and as suite on ${KERNELS.join(', ')}`, async () => {
  const dir = join(ROOT, 'examples/behavior-expect');
  const manifest = readFileSync(join(dir, 'manifest.yaml'), 'utf8');
  const run = await check(scratch, [example('behavior-expect')], { kernels: KERNELS, mode: 'behavior', manifest });
  expect(run.verdict).toMatchObject({ status: 'pass', exitCode: 0 });
  // A copy: its reports go to the root of the workspace.
  cpSync(dir, join(scratch, 'examples/behavior-expect'), { recursive: true });
  const flags = ['--suite', 'examples/behavior-expect/suite.yaml', '--workdir', 'work', '--offline'];
  const suite = await bpfcompat(['suite', ...flags], { cwd: scratch });
  expect(suite).toMatchObject({ code: 0, stdout: expect.stringMatching(/whole/) });
});
