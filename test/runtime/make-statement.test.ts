import { expect, test } from 'vitest';
import { EvidenceReport } from '../../src/runtime/evidence-report.ts';
import { statementsOf } from '../../src/runtime/make-statement.ts';
import { DEBIAN_12 } from '../fixtures/runtime-lab.ts';

const FACTS = {
  ...{ name: 'conn', version: '1.0.0', variant: '', reportSha256: 'a'.repeat(64) },
  ...{ nonce: () => 'n', toolVersion: '0' },
};

/** What is signed about a report with one kernel. @param part of the target as the report has it */
function made(part: object) {
  const target = {
    ...{ profile_id: 'debian-12-6.1', required: true, status: 'pass' },
    validation: { load_status: 'pass', attach_mode: 'best-effort', attach_status: 'pass' },
    ...{ started_at: '2026-06-15T12:00:00Z', finished_at: '2026-06-15T12:00:01Z' },
    kernel_package: { name: 'linux', version: '1', vmlinuz_sha256: 'b'.repeat(64) },
    kernel_identity: DEBIAN_12,
    guest: { lane: 'direct', accel: 'tcg', machine: 'q35', qemu_version: '7.2' },
    programs: [{ name: 'p2', type: 'tracepoint', load_status: 'pass', attach_status: 'pass' }],
    ...part,
  };
  const report = EvidenceReport.parse({
    ...{ schema_version: 'v0.1', run: { id: 'r' }, summary: { status: 'pass' } },
    artifact: { path: 'conn.bpf.o', basename: 'conn.bpf.o', sha256: 'c'.repeat(64) },
    validator: { sha256: 'd'.repeat(64) },
    targets: [target],
  });
  const [one = expect.fail('nothing')] = statementsOf(report, FACTS);
  return one;
}

function predicateOf(part: object) {
  const one = made(part);
  return 'statement' in one ? one.statement.predicate : expect.fail(one.skipped);
}

test('a plain pass is signed as one', () => {
  expect(predicateOf({})).toMatchObject({ result: 'PASSED', warnedTests: [] });
  const own = [
    { name: 'libbpf', version: '1.7.0', decides: true },
    { name: 'aya', version: '0.13.1', sha256: 'e' },
  ];
  expect(predicateOf({ loaders: own })).toMatchObject({ result: 'PASSED' });
  expect(predicateOf({ btf: { supplied: { sha256: 'f', used: false } } })).toMatchObject({ result: 'PASSED' });
});

test.each([
  [
    'a program that was left out',
    { shims: [{ kind: 'autoload', subject: 'p1', detail: 'off' }] },
    'setting:autoload:p1=off',
  ],
  [
    'an automatic fixup',
    { automatic_fixups: 1, shims: [{ kind: 'map_size', subject: 'm', detail: '64' }] },
    'setting:map_size:m=64',
  ],
  [
    'modules that were loaded for it',
    {
      modules: {
        used: [
          { name: 'nf_conntrack', status: 'loaded' },
          { name: 'veth', status: 'built_in' },
        ],
      },
    },
    'module:nf_conntrack',
  ],
  ['BTF that the kernel does not have', { btf: { supplied: { sha256: 'f', used: true } } }, 'btf:f'],
  [
    'an object that can alter what was seen',
    { findings: [{ code: 'RESULTS_CAN_BE_ALTERED' }] },
    'results_can_be_altered',
  ],
])('a pass with %s says so and is no plain one', (_, part, condition) => {
  expect(predicateOf(part)).toMatchObject({ result: 'WARNED', warnedTests: [condition] });
  expect(predicateOf({ ...part, status: 'fail' })).toMatchObject({ result: 'FAILED' });
});

test('a failure of the object beside one of the request is signed', () => {
  const findings = ['SETTING_NOT_APPLIED', 'MISSING_KFUNC'].map((code) => ({ code, decisive: true }));
  expect(predicateOf({ status: 'fail', findings })).toMatchObject({ result: 'FAILED' });
});

test('a setting that was not applied is no condition', () => {
  const shims = [{ kind: 'rodata', subject: 'x', detail: '1', errno: 'ENOENT' }];
  expect(predicateOf({ shims })).toMatchObject({ result: 'PASSED' });
});

test.each([
  [
    'another library',
    { loaders: [{ name: 'ebpf-go', version: '0.22.0', sha256: 'e', decides: true }] },
    /^loaded by ebpf-go 0\.22\.0/,
  ],
  [
    'its failure',
    { status: 'fail', loaders: [{ name: 'aya', version: '1', sha256: 'e', decides: true }] },
    /^loaded by aya 1/,
  ],
  [
    'a budget that was exceeded',
    { status: 'fail', findings: [{ code: 'INSN_BUDGET_EXCEEDED', decisive: true }, { code: 'NOT_ATTACHED' }] },
    /^it fails for what the manifest or a flag says/,
  ],
  ['a load of nothing', { findings: [{ code: 'NOTHING_LOADED' }] }, /^no program of the object was loaded/],
])('of %s nothing is signed', (_, part, words) => {
  const one = made(part);
  expect('skipped' in one ? one.skipped : 'a statement').toMatch(words);
});
