import { expect, it } from 'vitest';
import type { Hello } from '../../src/model/evidence.ts';
import { otherBuild, unheardArgs, wrongKernel } from '../../src/run/right-kernel.ts';
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

it('one certain build is that build alone', () => {
  const { profile } = target('debian-12-6.1');
  const exactly = { release: '6.1.0-50-cloud-amd64', packages: [] };
  const record = (release: string) => kernelRecord('debian-12-6.1', release);
  expect(wrongKernel({ ...profile, exactly }, record('6.1.0-50-cloud-amd64'))).toBeUndefined();
  expect(wrongKernel({ ...profile, exactly }, record('6.1.0-49-cloud-amd64'))).toMatch(
    /names kernel 6\.1\.0-50-cloud-amd64, but its package .* is 6\.1\.0-49-cloud-amd64/,
  );
});

it.each([
  [['lockdown=integrity'], 'none [integrity] confidentiality', '', undefined],
  [['lockdown=integrity'], '[none] integrity confidentiality', '', 'lockdown is none'],
  [['lockdown=integrity'], 'none integrity [confidentiality]', '', 'lockdown is confidentiality'],
  [['lockdown=integrity'], undefined, '', 'lockdown is not there'],
  [['lsm=landlock,bpf'], undefined, 'capability,landlock,bpf', undefined],
  [['lsm=landlock,bpf'], undefined, 'capability,landlock', 'lsm is capability,landlock'],
  [undefined, undefined, '', undefined],
])('reported %s, with lockdown %s and lsm %s: %s', (kernelArgs, lockdown, lsm, words) => {
  const hello = { facts: { lockdown, lsm } } as unknown as Hello;
  const said = unheardArgs({ kernelArgs }, hello);
  if (words === undefined) expect(said).toBeUndefined();
  else expect(said).toContain(words);
});

it.each([
  [['ro', 'loglevel=7', 'lockdown=integrity'], 'none [integrity] confidentiality', undefined],
  [['ro', 'lockdown=integrity'], undefined, 'firecracker.boot_args has lockdown=integrity, but'],
])('boot_args %s for Firecracker, with lockdown %s: %s', (bootArgs, lockdown, words) => {
  const hello = { facts: { lockdown } } as unknown as Hello;
  const said = unheardArgs({ firecracker: { kernel: '/vmlinux', bootArgs } }, hello);
  if (words === undefined) expect(said).toBeUndefined();
  else expect(said).toContain(words);
});

it.each([
  ['aa11', 'aa11', undefined],
  ['aa11', 'bb22', 'its build id is bb22, that of the stored image aa11'],
  ['aa11', '', undefined],
  ['aa11', undefined, undefined],
  [undefined, 'bb22', undefined],
])('a build of id %s and a guest with %s: %s', (buildId, build_id, words) => {
  const hello = { facts: { build_id } } as unknown as Hello;
  const reported = otherBuild({ release: '6.1.0', ...(buildId !== undefined && { buildId }) }, hello);
  expect(reported?.includes(words ?? '') ? words : reported).toBe(words);
});
