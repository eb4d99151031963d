import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { check as checkObjects } from '../e2e/support/check.ts';
import { confusionObject, example } from '../e2e/support/places.ts';
import { type Report, readReport, targetOf } from '../e2e/support/report.ts';
import { scratchDir } from '../e2e/support/scratch.ts';
import { checkImage, imageProfile } from './check.ts';
import { DEBIAN_12 } from './places.ts';

// Debian 12 as its own system: GRUB, its kernel and initramfs, systemd, cloud-init. The first run boots and saves it.
const scratch = scratchDir();
const ID = 'debian-12-image';
const SAME_KERNEL = 'debian-12-6.1';

const check = (args: readonly string[]) => checkImage(scratch, [...args, '--offline']);

beforeAll(() => imageProfile(scratch, { id: ID, version: '12', family: '6.1', path: DEBIAN_12.path }));

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
    kernel_package: { name: basename(DEBIAN_12.path), archive: DEBIAN_12.path, vouched_by: 'nobody' },
    guest: { lane: 'image', isolation: 'cell', channel: 'virtio-serial' },
    validation: { load_status: 'pass', attach_status: 'pass' },
  });
});

/** Some that pass and some that fail, at every stage and for causes of many kinds. */
const OBJECTS = [
  ...['attach_fentry_missing', 'attach_kprobe_missing', 'attach_tcx', 'attach_tracepoint_missing'],
  ...['core_field_missing', 'extern_kconfig_fine', 'extern_ksym_missing', 'helper_loop', 'helper_unknown_number'],
  ...['kfunc_weak_guarded', 'map_arena', 'verifier_null_check', 'verifier_uses_fixed'],
];

test('the same objects have the same verdicts and findings as with the kernel alone', async () => {
  const artifacts = [...OBJECTS.map(confusionObject), example('simple-pass')];
  const { reports } = await checkObjects(scratch, artifacts, {
    ...{ cwd: scratch, kernels: [ID, SAME_KERNEL], allowProfileOverride: true, offline: true, timeoutMs: 20 * 60_000 },
  });
  expect(reports.size).toBe(artifacts.length);
  const reported = (report: Report, id: string) => {
    const { status, validation, classification_code, findings = [] } = targetOf(report, id);
    const codes = findings.map(({ code, subject }) => [code, subject]);
    const { load_status: load, attach_status: attach } = validation ?? {};
    return { object: report.artifact.basename, status, classification_code, load, attach, codes };
  };
  const whole = [...reports.values()].map((report) => reported(report, ID));
  expect(whole).toEqual([...reports.values()].map((report) => reported(report, SAME_KERNEL)));
  expect(new Set(whole.map(({ status }) => status))).toEqual(new Set(['pass', 'fail']));
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

test('a disk that is made larger is taken by the system', async () => {
  const command =
    '(( $(df --output=size -B1M / | tail -n 1) > 2500 )) && (( $(df --output=avail -B1M / | tail -n 1) > 1000 ))';
  const object = ['--artifact', example('simple-pass'), '--command', command];
  const { code, stdout, stderr } = await check([
    'test',
    ...object,
    '--kernels',
    ID,
    '--lane',
    'image',
    '--disk-resize',
    '1',
  ]);
  expect(`${stdout}${stderr}`).toContain('Status: pass');
  expect(code).toBe(0);
});
