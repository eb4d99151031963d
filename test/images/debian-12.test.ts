import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { bpfcompat, type CliEnd } from '../e2e/support/cli.ts';
import { confusionObject, example } from '../e2e/support/places.ts';
import { readReport, targetOf } from '../e2e/support/report.ts';
import { scratchDir } from '../e2e/support/scratch.ts';
import { DEBIAN_12 } from './places.ts';

// Debian 12 as its own system: GRUB, its kernel and initramfs, systemd, cloud-init. The first run boots and saves it.
const scratch = scratchDir();
const ID = 'debian-12-image';
const SAME_KERNEL = 'debian-12-6.1';
const LIMIT_MS = 25 * 60_000;

const PROFILE = `id: ${ID}
distro: debian
version: "12"
kernel_family: "6.1"
arch: x86_64
image: {local_path: ${DEBIAN_12}}
`;

let runs = 0;

/** Runs a check of objects, or of a command, in the directory with the profile. */
async function check(args: readonly string[]): Promise<CliEnd & { readonly out: string }> {
  const out = join(scratch, `report-${runs++}.json`);
  const flags = ['--allow-profile-override', '--offline', '--timeout', '20m', '--out', out];
  const ended = await bpfcompat([...args, ...flags], { cwd: scratch, limitMs: LIMIT_MS });
  return { ...ended, out };
}

beforeAll(() => {
  mkdirSync(join(scratch, 'matrices/profiles'), { recursive: true });
  // The image lies outside of the repository, as the user allows.
  writeFileSync(join(scratch, 'matrices/profiles', `${ID}.yaml`), PROFILE);
});

test('an object that every kernel takes passes, with the evidence of a direct guest', async () => {
  const { code, stdout, stderr, out } = await check([
    ...['test', '--artifact', example('simple-pass'), '--kernels', ID],
  ]);
  expect(`${stdout}${stderr}`).toContain('Status: pass');
  expect(code).toBe(0);
  expect(stderr).toContain('a local file, unverified');
  const target = targetOf(readReport(out), ID);
  expect(target).toMatchObject({
    status: 'pass',
    kernel_package: { name: 'debian-12.qcow2', archive: DEBIAN_12, vouched_by: 'nobody' },
    guest: { lane: 'image', isolation: 'cell', channel: 'virtio-serial' },
    validation: { load_status: 'pass', attach_status: 'pass' },
  });
});

test('the same objects have the same verdicts and findings as with the kernel alone', async () => {
  for (const name of ['helper_loop', 'simple']) {
    const object = name === 'simple' ? example('simple-pass') : confusionObject(name);
    const { out } = await check(['test', '--artifact', object, '--kernels', `${ID},${SAME_KERNEL}`]);
    const report = readReport(out);
    const told = (id: string) => {
      const { status, validation, classification_code } = targetOf(report, id);
      return { status, classification_code, load: validation?.load_status, attach: validation?.attach_status };
    };
    expect(told(ID)).toEqual(told(SAME_KERNEL));
  }
});

test('a loader of the user runs as root in a login bash of the system, with its programs', async () => {
  const command = [
    '[[ $(id -u) == 0 ]]',
    'words=(a b)',
    '[[ $words == a ]]',
    '[[ -s $BPFCOMPAT_ARTIFACT ]]',
    'python3 -c "print(\'python\', 6 * 7)"',
    '. /etc/os-release && echo "$PRETTY_NAME"',
  ].join(' && ');
  const { code, stdout, stderr, out } = await check([
    ...['test', '--artifact', example('simple-pass'), '--command', command, '--kernels', ID],
  ]);
  expect(`${stdout}${stderr}`).toContain('Status: pass');
  expect(code).toBe(0);
  const text = readFileSync(out, 'utf8');
  expect(text).toContain('python 42');
  expect(text).toContain('Debian GNU/Linux 12 (bookworm)');
});

test('what a guest wrote is not in the next one, and each is a machine of its own with the clock of the host', async () => {
  const command = [
    '[[ ! -e /root/left ]]',
    'echo x > /root/left',
    '(( $(date +%s) > $(stat -c %Y /etc/hostname) ))',
    '[[ -n $(journalctl -q -n 1 -o cat) ]]',
    'echo "at=$(date -u +%Y-%m-%dT%H:%M) id=$(< /etc/machine-id) uuid=$(< /proc/sys/kernel/random/uuid)"',
    'echo "key=$(ssh-keygen -y -f /etc/ssh/ssh_host_ed25519_key | cut -d" " -f2)."',
  ].join(' && ');
  const seen: Record<string, string>[] = [];
  for (const _ of ['first', 'second']) {
    const { code, out, stdout, stderr } = await check(['test', '--command', command, '--kernels', ID]);
    expect(`${stdout}${stderr}`).toContain('Status: pass');
    expect(code).toBe(0);
    const text = readFileSync(out, 'utf8');
    const found = /at=(?<at>20\d\d-\d\d-\d\dT[\d:]{5}) id=(?<id>[0-9a-f]{32}) uuid=(?<uuid>[0-9a-f-]{36})/.exec(text);
    const key = /key=(?<key>[A-Za-z0-9+/=]{40,})\./.exec(text);
    seen.push({ ...found?.groups, ...key?.groups });
  }
  const [first = {}, second = {}] = seen;
  for (const what of ['id', 'uuid', 'key']) {
    expect(first[what], what).toMatch(/./);
    expect(first[what], what).not.toBe(second[what]);
  }
  expect(Math.abs(Date.parse(`${second['at']}Z`) - Date.now())).toBeLessThan(10 * 60_000);
});
