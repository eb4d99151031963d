import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { bpfcompat } from '../e2e/support/cli.ts';
import { example, ROOT } from '../e2e/support/places.ts';
import { readReport, targetOf } from '../e2e/support/report.ts';
import { scratchDir } from '../e2e/support/scratch.ts';
import { checkImage, imageProfile } from './check.ts';
import { DEBIAN_12 } from './places.ts';

// Debian 12 comes with 6.1. Its archive has 6.12 for it, too, which the system installs by its own dpkg and boots by its GRUB.
const scratch = scratchDir();
const ID = 'debian-12-image-6.12';
const LIKE = 'debian-12-6.12';
let release: string;

beforeAll(async () => {
  const { code, stderr } = await bpfcompat(['kernels', 'fetch', LIKE], { cwd: scratch, limitMs: 300_000 });
  expect(stderr, stderr).not.toContain('error');
  expect(code).toBe(0);
  const { stdout } = await bpfcompat(['kernels', 'list', '--json'], { cwd: scratch });
  const { kernels } = JSON.parse(stdout) as { kernels: { profile: string; release: string }[] };
  release = kernels.find(({ profile }) => profile === LIKE)?.release ?? '';
  expect(release).toMatch(/^6\.12\..*-cloud-amd64$/);
  expect(readFileSync(join(ROOT, 'test/images/make-image.sh'), 'utf8')).not.toContain(release);
  const block =
    'kernel: {source: deb, archive: debian-security, suite: bookworm-security, package: "linux-image-6.12.*-cloud-amd64"}';
  // The distro is one whose profiles may name a build; what it does is what the system has: dpkg, update-grub.
  const profile = { id: ID, distro: 'ubuntu', version: 'of Debian', family: '6.12', path: DEBIAN_12.path };
  imageProfile(scratch, profile, `${block}\ninstall_kernel: ${release}`);
});

test('the system boots the kernel that was installed in it, and it alone counts', async () => {
  const object = ['test', '--artifact', example('simple-pass'), '--kernels', ID, '--lane', 'image'];
  const passed = await checkImage(scratch, object);
  expect(`${passed.stdout}${passed.stderr}`).toContain('Status: pass');
  expect(targetOf(readReport(passed.out), ID)).toMatchObject({
    status: 'pass',
    profile: { kernel: release },
    guest: { lane: 'image', isolation: 'cell' },
  });
  // It is a whole package, with what its scripts make of it, and the first kernel is still there.
  const command = [
    `[[ $(uname -r) == ${release} ]]`,
    `dpkg-query -W -f '\${Status}' linux-image-${release} | grep -q 'ok installed'`,
    `[[ -s /boot/initrd.img-${release} ]]`,
    'ls /boot/vmlinuz-6.1.*',
    'modinfo dummy',
  ].join(' && ');
  const ran = await checkImage(scratch, [...object, '--command', command]);
  expect(`${ran.stdout}${ran.stderr}`).toContain('Status: pass');
  expect(ran.code).toBe(0);
});
