import { beforeAll, expect, test } from 'vitest';
import { example } from '../e2e/support/places.ts';
import { readReport, targetOf } from '../e2e/support/report.ts';
import { scratchDir } from '../e2e/support/scratch.ts';
import { checkImage, imageProfile } from './check.ts';
import { DEBIAN_13 } from './places.ts';

const scratch = scratchDir();
const ID = 'debian-13-image';

beforeAll(() => imageProfile(scratch, { id: ID, version: '13', family: '6.12', path: DEBIAN_13.path }));

test('an object passes, and a command has the programs of the system', async () => {
  const object = ['test', '--artifact', example('simple-pass'), '--kernels', ID, '--offline'];
  const passed = await checkImage(scratch, object);
  expect(`${passed.stdout}${passed.stderr}`).toContain('Status: pass');
  expect(targetOf(readReport(passed.out), ID)).toMatchObject({ status: 'pass', guest: { lane: 'image' } });
  const command = '. /etc/os-release && [[ $VERSION_ID == 13 ]] && systemctl is-active ssh';
  const ran = await checkImage(scratch, [...object, '--command', command]);
  expect(`${ran.stdout}${ran.stderr}`).toContain('Status: pass');
});
