import { expect, test } from 'vitest';
import { check, reportOf } from './support/check.ts';
import { fixture } from './support/places.ts';
import { targetOf } from './support/report.ts';
import { scratchDir } from './support/scratch.ts';

// What an object lacks as a whole hides no program that does not use it.
const scratch = scratchDir();
const KERNELS = ['debian-11-5.10', 'debian-13-7.3'];

test('programs that do not use a missing map or function are loaded by themselves', async () => {
  const object = fixture('lacks_map_and_kfunc');
  const run = await check(scratch, [object], { kernels: KERNELS });
  const report = reportOf(run, object);
  const found = (kernel: string) =>
    (targetOf(report, kernel).findings ?? []).map(({ code, subject, args }) => [code, subject, args?.['program']]);
  const loads = (kernel: string) =>
    (targetOf(report, kernel).programs ?? []).map(({ name, load_status }) => [name, load_status]);
  const others = [
    ['MISSING_KFUNC', 'bpf_no_such_kfunc', 'uses_kfunc'],
    ['VERIFIER_REJECTION', 'bad', 'bad'],
  ];
  expect(found('debian-11-5.10')).toEqual([['UNSUPPORTED_MAP_TYPE', 'later', undefined], ...others]);
  expect(found('debian-13-7.3')).toEqual(others);
  const rest = [
    ['uses_kfunc', 'fail'],
    ['bad', 'fail'],
    ['good', 'pass'],
  ];
  expect(loads('debian-11-5.10')).toEqual([['uses_map', 'fail'], ...rest]);
  expect(loads('debian-13-7.3')).toEqual([['uses_map', 'pass'], ...rest]);
}, 180_000);

test('the expectation of a missing map covers no program that is rejected without it', async () => {
  const object = fixture('lacks_map');
  const manifest = 'expectations: [{expect: fail, kernels: "<6.1", code: UNSUPPORTED_MAP_TYPE, reason: too old}]\n';
  const run = await check(scratch, [object], { kernels: ['debian-11-5.10'], manifest });
  expect(run.verdict.exitCode).toBe(2);
  expect(targetOf(reportOf(run, object), 'debian-11-5.10').findings).toMatchObject([
    { code: 'UNSUPPORTED_MAP_TYPE', subject: 'later' },
    { code: 'VERIFIER_REJECTION', subject: 'bad' },
  ]);
}, 120_000);

test('programs that do not use a missing variable are reported as not tested', async () => {
  const object = fixture('lacks_variable');
  const run = await check(scratch, [object], { kernels: ['debian-13-7.3'] });
  const [finding, ...others] = targetOf(reportOf(run, object), 'debian-13-7.3').findings ?? [];
  expect(others).toEqual([]);
  expect(finding).toMatchObject({
    code: 'UNRESOLVED_KSYM',
    subject: 'bpfcompat_no_such_symbol',
    args: { program: 'uses_variable', untested: 'bad, good' },
  });
  expect(finding?.explanation).toContain('Not tested: programs bad, good, which do not use it');
}, 120_000);
