import { expect, test } from 'vitest';
import { gate } from '../../src/gate/gate.ts';
import { planCells, promiseKernels, requireProfiles } from '../../src/plan/plan.ts';
import { artifact, failed, result, target } from '../fixtures/run.ts';

test('cells come artifact by artifact, in matrix order', () => {
  const cells = planCells([artifact('a.bpf.o'), artifact('b.bpf.o')], [target('k0'), target('k1')]);
  expect(cells).toEqual([
    { artifact: 0, target: 0 },
    { artifact: 0, target: 1 },
    { artifact: 1, target: 0 },
    { artifact: 1, target: 1 },
  ]);
});

test('required_profiles gate although the matrix calls them optional', () => {
  const targets = [target('k0'), target('k1', { required: false })];
  const gated = requireProfiles(targets, ['k1']);
  expect(gated.map(({ required }) => required)).toEqual([true, true]);
  const results = [result({ artifact: 0, target: 0 }), result({ artifact: 0, target: 1 }, failed())];
  expect(gate({ targets, results }).exitCode).toBe(0);
  expect(gate({ targets: gated, results }).exitCode).toBe(2);
});

test('kernels from min_kernel on are required and older ones optional, whatever the matrix says', () => {
  const targets = [
    target('debian-11-5.4'),
    target('debian-11-5.10', { required: false }),
    target('debian-12-6.1'),
    target('debian-sid-latest', { required: false }),
  ];
  const required = (minKernel: readonly [number, number] | undefined): boolean[] =>
    promiseKernels(targets, minKernel && { number: minKernel, origin: 'm.yaml:1:13' }).map((one) => one.required);
  expect(required([5, 10])).toEqual([false, true, true, true]);
  expect(required(undefined)).toEqual([true, false, true, false]);
});
