import { describe, expect, test } from 'vitest';
import { readManifest } from '../../src/config/manifest.ts';
import { withFunctionalTest, withGate } from '../../src/config/merge-manifest.ts';
import { readSuite } from '../../src/config/suite.ts';
import { parseKernelRange } from '../../src/model/kernel-range.ts';
import { usageErrorOf } from './expect-usage-error.ts';

const read = (text: string) => readSuite({ file: 'ci/suite.yaml', text });
const first = (text: string) => read(text).cases[0] ?? expect.fail('no case');

const CONTRACT = `name: net-agent
defaults: {matrix: ../matrices/supported.yaml, report_dir: ../reports/net-agent, validation_mode: load_attach, timeout: 8m}
cases:
  - {name: conn, artifact: ../build/conn.bpf.o, manifest: ../compat/conn.yaml}
  - name: conn-events
    artifact: ../build/conn.bpf.o
    test: {mode: behavior, command: "cat /sys/kernel/tracing/trace", timeout: 10s, expect: {event_contains: conn}}
`;

describe('readSuite', () => {
  test('assets of the defaults and of the case, and a command instead of an object', () => {
    const { cases } = read(
      'name: s\ndefaults: {matrix: m, assets: [scripts/]}\ncases:\n  - {name: a, command: "$BPFCOMPAT_BIN -x", command_binary: build/loader, command_expect_exit: 3, assets: [./a.conf, /etc/services:etc/names]}\n',
    );
    expect(cases[0]).toMatchObject({
      artifact: '',
      mode: undefined,
      command: { command: '$BPFCOMPAT_BIN -x', binary: 'build/loader', expectExitCode: 3 },
      assets: [
        { path: 'scripts', to: 'scripts', origin: 'ci/suite.yaml:2:32' },
        { path: 'a.conf', to: 'a.conf', origin: 'ci/suite.yaml:4:108' },
        { path: '/etc/services', to: 'etc/names' },
      ],
    });
  });

  test('slashes at the end of report_dir cost nothing, however many there are in it', () => {
    const cases = Array.from(
      { length: 500 },
      (_, index) => `  - {name: c${index}, artifact: a.o, kernels: [x]}\n`,
    ).join('');
    const dir = `reports${'/'.repeat(4000)}x`;
    const start = process.cpuUsage();
    expect(read(`name: s\ndefaults: {report_dir: "${dir}//"}\ncases:\n${cases}`).cases[499]?.out).toBe(
      `${dir}/c499.json`,
    );
    expect(process.cpuUsage(start).user).toBeLessThan(1_500_000);
  });

  test('the example of the contract', () => {
    const suite = read(CONTRACT);
    expect(suite).toMatchObject({ name: 'net-agent', file: 'ci/suite.yaml', out: '', markdown: '' });
    expect(read(`out: a.json\nmarkdown: a.md\n${CONTRACT}`)).toMatchObject({ out: 'a.json', markdown: 'a.md' });
    expect(suite.cases[0]).toEqual({
      name: 'conn',
      artifact: '../build/conn.bpf.o',
      command: undefined,
      assets: [],
      artifactName: '',
      artifactVersion: '',
      artifactVariant: '',
      artifactUri: '',
      kernels: { kind: 'matrix', value: '../matrices/supported.yaml' },
      kernelsOrigin: 'ci/suite.yaml:2:20',
      manifest: '../compat/conn.yaml',
      mode: 'load_attach',
      test: undefined,
      out: '../reports/net-agent/conn.json',
      markdown: '../reports/net-agent/conn.md',
      mergedManifest: '../reports/net-agent/conn.behavior-manifest.yaml',
      workdir: '.bpfcompat',
      runner: 'vm',
      timeoutMs: 480_000,
      concurrency: undefined,
      keepVmOnFailure: false,
      required: true,
      gate: {
        baseline: undefined,
        failOn: undefined,
        minKernel: undefined,
        maxInsns: undefined,
        expectations: [],
        defaults: { failOn: undefined, minKernel: undefined, maxInsns: undefined },
      },
      loaders: {
        own: { gate: undefined, beside: undefined },
        defaults: { gate: undefined, beside: undefined },
      },
      paths: [
        { key: 'artifact', path: '../build/conn.bpf.o', use: 'read', origin: 'ci/suite.yaml:4:28' },
        { key: 'manifest', path: '../compat/conn.yaml', use: 'read', origin: 'ci/suite.yaml:4:59' },
        { key: 'matrix', path: '../matrices/supported.yaml', use: 'read', origin: 'ci/suite.yaml:2:20' },
        { key: 'out', path: '../reports/net-agent/conn.json', use: 'write', origin: 'ci/suite.yaml:2:60' },
        { key: 'markdown', path: '../reports/net-agent/conn.md', use: 'write', origin: 'ci/suite.yaml:2:60' },
        { key: 'workdir', path: '.bpfcompat', use: 'directory', origin: 'ci/suite.yaml:4:5' },
        {
          key: 'report_dir',
          path: '../reports/net-agent/conn.behavior-manifest.yaml',
          use: 'write',
          origin: 'ci/suite.yaml:2:60',
        },
      ],
      origin: 'ci/suite.yaml:4:5',
    });
    expect(suite.cases[1]).toMatchObject({
      mode: 'behavior',
      test: {
        name: 'conn-events-behavior',
        command: 'cat /sys/kernel/tracing/trace',
        required: true,
        timeoutSeconds: 10,
        expectExitCode: 0,
        expectStdoutContains: 'conn',
      },
    });
  });

  test('a case wins over the defaults, and what no file says has the default of the contract', () => {
    const text = `name: s
defaults: {kernels: [debian-12-6.1], workdir: work, timeout: 1m, concurrency: 3, keep_vm_on_failure: yes, runner: vm}
cases:
  - {name: a, artifact: a.o}
  - {name: b, artifact: b.o, matrix: quick, workdir: own, timeout: 2m, concurrency: 4, keep_vm_on_failure: no, out: x.json,
     validation_mode: Load-Only, required: no}
  - {name: c, artifact: c.o, concurrency: 0}
`;
    const [a, b, c] = read(text).cases;
    expect(a).toMatchObject({
      kernels: { kind: 'ids', ids: ['debian-12-6.1'], origin: 'ci/suite.yaml:2:21' },
      workdir: 'work',
      timeoutMs: 60_000,
      concurrency: 3,
      keepVmOnFailure: true,
      mode: undefined,
      out: 'reports/suites/a.json',
    });
    expect(b).toMatchObject({
      kernels: { kind: 'matrix', value: 'quick' },
      workdir: 'own',
      timeoutMs: 120_000,
      concurrency: 4,
      keepVmOnFailure: false,
      mode: 'load_only',
      out: 'x.json',
      markdown: 'reports/suites/b.md',
      required: false,
    });
    expect(c?.concurrency).toBe(3);
  });

  test('one object may be in several cases', () => {
    const text = 'name: s\ncases: [{name: a, artifact: x.o, matrix: m}, {name: b, artifact: x.o, matrix: n}]';
    expect(read(text).cases).toHaveLength(2);
  });

  test('the output wins over the event where both are expected', () => {
    const expected = 'expect: {stdout_contains: out, event_contains: event, exit_code: 3}';
    const text = `name: s\ncases: [{name: a, artifact: x.o, matrix: m, test: {mode: BEHAVIOR, command: id, ${expected}}}]`;
    expect(first(text).test).toMatchObject({ expectStdoutContains: 'out', expectExitCode: 3, timeoutSeconds: 10 });
  });

  test.each([
    ['', '1:1: the file is empty; it needs at least name'],
    ['name: s', '1:1: cases is missing; add it'],
    ['name: s\ncases: []', '2:8: cases is empty; list at least one entry'],
    ['name: "a b"\ncases: [{name: a, artifact: x, matrix: m}]', '1:7: name "a b" is not allowed; use at most 64'],
    [
      'name: s\ncases: [{name: a, matrix: m, command: x, max_insns: 5}]',
      '2:53: a command decides by its exit code; remove it',
    ],
    ['name: s\ncases: [{name: a, matrix: m}]', '2:9: case "a" has no artifact; add one (or a command to run)'],
    [
      'name: s\ncases: [{name: a, artifact: x, matrix: m, command_binary: y}]',
      '2:59: command_binary needs a command; add one, or remove it',
    ],
    [
      'name: s\ncases: [{name: a, matrix: m, command: x, test: {mode: behavior, command: id}}]',
      '2:48: test and command cannot be in one case',
    ],
    ['name: s\ncases: [{name: a, artifact: x, matrix: m, assets: [..]}]', '2:52: cases[0].assets[0] "..": the place'],
    ['name: s\ncases: [{name: a, artifact: x}]', '2:9: case "a" has no kernels; add matrix (or kernels)'],
    [
      'name: s\ncases:\n  - {name: a, artifact: x, matrix: m}\n  - {name: a, artifact: y, matrix: m}',
      '4:12: cases[1].name "a" is a duplicate (first in line 3); keep one of them',
    ],
    [
      'name: s\ncases:\n  - {name: a, artifact: x, matrix: m}\n  - {name: b, artifact: y, matrix: m, out: ./reports/suites/a.json}',
      '4:5: case "a" writes its report there too: reports/suites/a.json; give each its own out and markdown',
    ],
    [
      'name: s\ncases: [{name: a, artifact: x, matrix: m, out: r, markdown: r}]',
      '2:9: both reports of this case are r; give each',
    ],
    [
      'name: s\ncases: [{name: a, artifact: x, matrix: m, manifset: y}]',
      '2:43: unknown key "manifset" in cases[0]; did you mean "manifest"?',
    ],
    [
      'name: s\ndefaults: {report-dir: x}\ncases: [{name: a, artifact: x, matrix: m}]',
      '2:12: unknown key "report-dir" in defaults; did you mean "report_dir"?',
    ],
    [
      'name: s\ncases: [{name: a, artifact: x, matrix: m, kernels: [b]}]',
      '2:52: matrix and kernels both choose kernels; remove one of them',
    ],
    [
      'name: s\ncases: [{name: a, artifact: x, matrix: m, validation_mode: load_atach}]',
      '2:60: cases[0].validation_mode "load_atach" is not known; did you mean "load_attach"? use load_only',
    ],
    [
      'name: s\ncases: [{name: a, artifact: x, matrix: m, concurrency: -1}]',
      '2:56: cases[0].concurrency must be a whole number from 0 to 256',
    ],
    [
      'name: s\ncases: [{name: a, artifact: x, matrix: m, timeout: 5}]',
      '2:52: cases[0].timeout must be a duration, not "5"',
    ],
    [
      'name: s\ncases: [{name: a, artifact: x, matrix: m, runner: host}]',
      '2:51: cases[0].runner "host" is not known; use vm, virtme-ng or firecracker',
    ],
    [
      'name: s\ncases: [{name: a, artifact: x, matrix: m, test: {mode: smoke, command: id}}]',
      '2:56: cases[0].test.mode "smoke" is not known; write behavior',
    ],
    [
      'name: s\ncases: [{name: a, artifact: x, matrix: m, test: {mode: behavior}}]',
      '2:49: cases[0].test.command is missing; add it',
    ],
  ])('%j is rejected with its place', (text, message) => {
    const error = usageErrorOf(() => read(text));
    expect(error.code).toBe('suite_invalid');
    expect(error.message).toContain(`ci/suite.yaml:${message}`);
  });
});

describe('withFunctionalTest', () => {
  const added = read(CONTRACT).cases[1]?.test ?? expect.fail('no test');

  test('without a manifest it is the only test', () => {
    const text = withFunctionalTest('', added);
    expect(readManifest({ file: 'm.yaml', text }).functionalTests).toEqual([added]);
  });

  test('what the manifest says stays, its words and comments too', () => {
    const before = '# of the net team\nname: conn\nmax_insns: 50%\nfunctional_tests:\n  - {name: old, command: id}\n';
    const text = withFunctionalTest(before, added);
    expect(text).toContain('# of the net team\nname: conn\nmax_insns: 50%\n');
    expect(readManifest({ file: 'm.yaml', text }).functionalTests.map(({ name }) => name)).toEqual(['old', added.name]);
  });

  test.each(['functional_tests: []\n', 'functional_tests:\nname: x\n', '# nothing\n'])('after %j', (before) => {
    const text = withFunctionalTest(before, added);
    expect(readManifest({ file: 'm.yaml', text }).functionalTests).toEqual([added]);
  });

  test('a value that looks like something else in YAML comes back as it was', () => {
    const odd = { ...added, command: 'echo "yes": 5.10 # not a comment', expectStdoutContains: 'true' };
    const text = withFunctionalTest('', odd);
    expect(readManifest({ file: 'm.yaml', text }).functionalTests).toEqual([odd]);
  });
});

describe('withGate', () => {
  const before = `# ours
name: conn
min_kernel: "6.12" # until then
expectations:
  - {expect: fail, profiles: [old], code: UNKNOWN, reason: ours}
`;
  const declared = [
    { profiles: ['k-5.4'], kernels: undefined, code: 'MISSING_BTF', subject: 'a: b', reason: 'no "BTF"', origin: 's' },
    {
      profiles: [],
      kernels: parseKernelRange('>=5.10 <6.1'),
      code: 'UNKNOWN',
      program: 'p',
      reason: 'yes',
      origin: 's',
    },
  ];
  const reported = (text: string): unknown =>
    readManifest({ file: 'm.yaml', text }).expectations.map(({ origin: _, ...one }) => one);
  const said = declared.map(({ origin: _, ...one }) => one);

  test('a manifest says of its verdict what the suite says, and that first', () => {
    const text = withGate(before, { minKernel: { number: [5, 10], origin: 's' }, expectations: declared });
    expect(text).toContain('# ours\nname: conn\n');
    expect(readManifest({ file: 'm.yaml', text }).minKernel?.number).toEqual([5, 10]);
    expect(reported(text)).toMatchObject([...said, { profiles: ['old'], reason: 'ours' }]);
  });

  test('without a manifest it is all there is', () => {
    const text = withGate('', { minKernel: undefined, expectations: declared });
    expect(reported(text)).toMatchObject(said);
    expect(readManifest({ file: 'm.yaml', text }).minKernel).toBeUndefined();
  });

  test('a suite that says nothing changes nothing', () => {
    expect(withGate(before, { minKernel: undefined, expectations: [] })).toBe(before);
  });
});

describe('what decides', () => {
  const SAID = `name: s
defaults: {matrix: quick, baseline: main.json, fail-on: regression, min_kernel: 5.10, max_insns: 80%}
cases:
  - {name: a, artifact: a.bpf.o}
  - name: b
    artifact: b.bpf.o
    baseline: b.json
    fail_on: any
    min_kernel: "6.1"
    expectations: [{expect: fail, kernels: "<5.8", code: UNSUPPORTED_MAP_TYPE, reason: no ring buffer}]
`;

  test('is taken from the case, and kept apart from what the defaults say', () => {
    const [a, b] = read(SAID).cases;
    const defaults = {
      failOn: 'regression',
      minKernel: { number: [5, 10], origin: 'ci/suite.yaml:2:81' },
      maxInsns: '80%',
    };
    expect(a?.gate).toEqual({
      baseline: { path: 'main.json', own: false },
      failOn: undefined,
      minKernel: undefined,
      maxInsns: undefined,
      expectations: [],
      defaults,
    });
    expect(b?.gate).toMatchObject({
      baseline: { path: 'b.json', own: true },
      failOn: 'any',
      minKernel: { number: [6, 1], origin: 'ci/suite.yaml:9:17' },
      expectations: [{ code: 'UNSUPPORTED_MAP_TYPE', origin: 'ci/suite.yaml:10:20' }],
      defaults,
    });
  });

  test.each([
    ['fail_on: allways', /^ci\/suite\.yaml:1:53: cases\[0\]\.fail_on "allways" is not known; use any/],
    ['fail_on: any, fail-on: any', /^ci\/suite\.yaml:1:\d+: fail-on is fail_on once more/],
    ['min_kernel: 5.x', /min_kernel must be the number of a kernel/],
    ['max_insns: 200%', /max_insns must be/],
    [
      'expectations: [{expect: fail, code: MISSING_BTF, reason: r}]',
      /^ci\/suite\.yaml:1:\d+: expectation names no kernels/,
    ],
    ['failon: any', /did you mean "fail_on"|did you mean "fail-on"/],
  ])('%s', (keys, message) => {
    const text = `{name: s, cases: [{name: a, artifact: a.o, ${keys}, matrix: quick}]}`;
    expect(usageErrorOf(() => read(text)).message).toMatch(message);
  });
});
