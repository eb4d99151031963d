import { expect, it } from 'vitest';
import { wrongKernel } from '../../src/run/right-kernel.ts';
import { kernelRecord, target } from '../fixtures/run.ts';

const about = (kernelFamily: string, release: string): string | undefined =>
  wrongKernel({ ...target('debian-12-6.1').profile, kernelFamily }, kernelRecord('debian-12-6.1', release));

it.each([
  ['6.1', '6.1.0-49-cloud-amd64'],
  ['5.10.0', '5.10.0-46-amd64'],
  ['7.3', '7.3~rc1+deb13-cloud-amd64'],
  ['rolling', '6.1.0'],
])('family %s is %s', (family, release) => {
  expect(about(family, release)).toBeUndefined();
});

it.each([
  ['6.12', '6.1.0-49-cloud-amd64'],
  ['6.1', '6.12.0'],
  ['6.1', 'no-number'],
])('family %s is not %s', (family, release) => {
  expect(about(family, release)).toContain(`kernel_family ${family}, but its kernel is ${release}`);
});
