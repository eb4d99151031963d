import { expect, test } from 'vitest';
import { bootTrouble } from '../../../src/guests/cloud-image/boot-trouble.ts';
import { SEED_INSTALLED } from '../../../src/guests/cloud-image/seed.ts';

const CLOUD_INIT =
  "[   20.1] cloud-init[235]: Cloud-init v. 22.4.2 running 'init-local' at Mon, 30 Nov 2026 00:34:00 +0000.\n";

const IGNITION = '[    6.1] ignition[412]: Ignition 2.14.0\n';

const CASES: [string, string, string][] = [
  [
    'an initramfs without its root',
    'ALERT! LABEL=root does not exist.  Dropping to a shell!\n(initramfs) ',
    'no root file system',
  ],
  [
    'dracut',
    '[  190.2] dracut-initqueue[301]: Warning: dracut-initqueue: timeout, still waiting\n',
    'no root file system',
  ],
  ['emergency mode', 'You are in emergency mode. After logging in, type "journalctl -xb"\n', 'emergency mode'],
  ['a boot loader without a disk', 'error: no such partition.\ngrub rescue> ', 'boot loader'],
  [
    'no seed',
    `${CLOUD_INIT}[   30.2] cloud-init[300]: Datasource DataSourceNone.  Up 30 seconds\n`,
    'did not find its seed',
  ],
  ['a seed that fails', `${CLOUD_INIT}bpfcompat: the seed could not be installed\n`, 'could not be started in it'],
  [
    'an end without a validator',
    `${CLOUD_INIT}[   60.2] cloud-init[400]: Cloud-init v. 22.4.2 finished at Mon, 30 Nov 2026 00:35:00 +0000.\n`,
    'ended without starting the validator',
  ],
  [
    'a configuration that Ignition rejects',
    `${IGNITION}[    6.2] ignition[412]: failed to fetch config: config is not valid\nEntering emergency mode.\n`,
    'Ignition did not take its configuration',
  ],
  [
    'a stage of Ignition that fails',
    '[FAILED] Failed to start ignition-f…es.service - Ignition (files).\nEntering emergency mode. Exit the shell to continue.\n',
    'Ignition did not take its configuration',
  ],
  ['no cloud-init', 'Debian GNU/Linux 12 debian ttyS0\n\ndebian login: ', 'neither cloud-init nor Ignition ran'],
];

test.each(CASES)('%s', (_, console, words) => {
  expect(bootTrouble(console)).toContain(words);
});

test('a system that boots, and one that is up, have none', () => {
  expect(bootTrouble('[    0.1] Linux version 6.1\n')).toBeUndefined();
  expect(bootTrouble(`${IGNITION}Debian GNU/Linux 12 debian ttyS0\n\ndebian login: `)).toBeUndefined();
  expect(bootTrouble(`${CLOUD_INIT}Debian GNU/Linux 12 debian ttyS0\n\ndebian login: `)).toBeUndefined();
  expect(
    bootTrouble(`${CLOUD_INIT}${SEED_INSTALLED}\ncloud-init[4]: Cloud-init v. 22.4.2 finished at Mon\n`),
  ).toBeUndefined();
});

test.each(['dracut-initqueue[1]: ', 'ALERT! ', 'Cloud-init v. x', 'login: ', 'a', '\n('])(
  'a console full of %j is looked at in time',
  { timeout: 10_000 },
  (part) => {
    // Half a megabyte took half a minute, each time that it was looked at.
    expect(bootTrouble(part.repeat(Math.ceil(500_000 / part.length)))).toBeUndefined();
  },
);
