import { beforeAll, expect, test } from 'vitest';
import { example } from '../e2e/support/places.ts';
import { readReport, targetOf } from '../e2e/support/report.ts';
import { scratchDir } from '../e2e/support/scratch.ts';
import { checkImage, imageProfile } from './check.ts';
import { DEBIAN_12_IGNITION } from './places.ts';

// No image of the CoreOS family can be made here: this is Debian with the Ignition of its own package in its initramfs.
const scratch = scratchDir();
const ID = 'coreos-image';

beforeAll(() =>
  imageProfile(scratch, {
    ...{ id: ID, distro: 'fedora-coreos', version: '12', family: '6.1' },
    path: DEBIAN_12_IGNITION.path,
  }),
);

test('a system without cloud-init runs the validator, and commands as root', async () => {
  const object = ['test', '--artifact', example('simple-pass'), '--kernels', ID, '--offline'];
  const passed = await checkImage(scratch, object);
  expect(`${passed.stdout}${passed.stderr}`).toContain('Status: pass');
  expect(targetOf(readReport(passed.out), ID)).toMatchObject({ status: 'pass', guest: { lane: 'image' } });
  const command = '[[ $(id -u) == 0 ]] && ! command -v cloud-init && systemctl is-active dbus';
  const ran = await checkImage(scratch, [...object, '--command', command]);
  expect(`${ran.stdout}${ran.stderr}`).toContain('Status: pass');
});
