import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { createHost } from '../../src/host/create-host.ts';
import { sha256 } from '../../src/runtime/canonical.ts';
import { Probe, probeDigest, probeDocument, probeProblem } from '../../src/runtime/probe.ts';
import { readHost } from '../../src/runtime/read-host.ts';
import { DEBIAN_12, hostFacts, NOW, probeOf } from '../fixtures/runtime-lab.ts';

const root = mkdtempSync(join(tmpdir(), 'runtime-probe-'));
afterAll(() => rmSync(root, { recursive: true }));

function put(path: string, data: string | Uint8Array): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), data);
}

function note(owner: string, type: number, value: Buffer): Buffer {
  const name = Buffer.from(`${owner}\0`);
  const head = Buffer.alloc(12);
  head.writeUInt32LE(name.length, 0);
  head.writeUInt32LE(value.length, 4);
  head.writeUInt32LE(type, 8);
  const padded = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
  return Buffer.concat([head, padded(name), padded(value)]);
}

test('files of the kernel become facts, and facts a probe', async () => {
  put('proc/sys/kernel/osrelease', '6.1.0-56-cloud-amd64\n');
  put('proc/sys/kernel/version', '#1 SMP Debian\n');
  put('proc/sys/kernel/hostname', 'node-1\n');
  // The build id comes last, behind notes of others.
  const id = Buffer.from('ab'.repeat(20), 'hex');
  put(
    'sys/kernel/notes',
    Buffer.concat([note('Linux', 256, Buffer.from('6.1')), note('Xen', 3, id.reverse()), note('GNU', 3, id.reverse())]),
  );
  put('sys/kernel/btf/vmlinux', 'types');
  put('proc/config.gz', gzipSync('CONFIG_BPF=y\n'));
  put('etc/os-release', 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian 12"\n');
  put('sys/kernel/security/lockdown', 'none [integrity] confidentiality\n');
  put('sys/kernel/security/lsm', 'lockdown,capability,bpf\n');
  put('proc/self/mounts', 'bpf /sys/fs/bpf bpf rw 0 0\ncgroup /c cgroup rw 0 0\n');
  const facts = await readHost(createHost({ env: {} }), root);
  const probe = Probe.parse(probeDocument(facts, NOW));
  expect(probe).toMatchObject({
    schema_version: 'runtime_probe.v0.1',
    collected_at: '2026-06-15T12:00:00Z',
    host: { hostname: 'node-1' },
    os: { id: 'debian', version_id: '12', pretty_name: 'Debian 12' },
    btf: { kernel_available: true, size_bytes: 5 },
    probe_mode: 'heuristic',
    features: { map_ringbuf: { status: 'supported', source: 'heuristic' }, attach_tracefs: { status: 'unknown' } },
    identity: {
      release: '6.1.0-56-cloud-amd64',
      build_id: 'ab'.repeat(20),
      btf_sha256: sha256('types'),
      config_sha256: sha256('CONFIG_BPF=y\n'),
      distro: 'debian',
      distro_version: '12',
    },
    constraints: { lockdown: 'integrity', lsm: ['lockdown', 'capability', 'bpf'], bpffs: true, cgroup_version: 1 },
  });
  expect(probe.warnings).toBeUndefined();
});

test('no BTF is a fact, and a kernel without a build id is warned of', () => {
  const { build_id: _, ...kernel } = DEBIAN_12;
  const probe = probeOf({ ...kernel, btf_sha256: null });
  expect(probe.identity).toMatchObject({ btf_sha256: null });
  expect(probe.identity.build_id).toBeUndefined();
  expect(probe.warnings).toEqual([expect.stringContaining('build id')]);
  const hidden = probeOf(kernel, { btf: undefined, unreadable: ['/sys/kernel/btf/vmlinux'] });
  expect(hidden.identity.btf_sha256).toBeUndefined();
});

test('the digest is that of what decides, and not of times and names', () => {
  const probe = probeOf(DEBIAN_12);
  expect(probeDocument(hostFacts(DEBIAN_12, { hostname: 'other' }), new Date(0)).probe_sha256).toBe(probe.probe_sha256);
  expect(probeOf(DEBIAN_12, { lockdown: '[integrity]' }).probe_sha256).not.toBe(probe.probe_sha256);
  expect(probeDigest(JSON.parse(JSON.stringify(probe)))).toBe(probe.probe_sha256);
});

test.each<[string, (probe: Probe) => void]>([
  ['probe_sha256', (probe) => (probe.constraints.lockdown = 'none ')],
  ['host.arch', (probe) => (probe.host.arch = 'arm64')],
  ['os.id', (probe) => (probe.os.id = 'ubuntu')],
  ['os.version_id', (probe) => (probe.os.version_id = '13')],
  ['kernel.release', (probe) => (probe.kernel.release = '6.2.0')],
  ['kernel.version', (probe) => (probe.kernel.version = '#2')],
  ['btf.kernel_available', (probe) => (probe.btf.kernel_available = false)],
  ['features.map_ringbuf.status', (probe) => (probe.features.map_ringbuf.status = 'unknown')],
  ['features.attach_tracefs.status', (probe) => (probe.features.attach_tracefs.status = 'unknown')],
])('an edited probe is one: %s', (path, edit) => {
  const probe: Probe = JSON.parse(JSON.stringify(probeOf(DEBIAN_12)));
  expect(probeProblem(probe)).toBe('');
  edit(probe);
  expect(probeProblem(probe)).toContain(path);
});

test('a release that is older than a feature does not say that the feature is missing', () => {
  const { features } = probeOf({ ...DEBIAN_12, release: '4.18.0-553.el8.x86_64' });
  expect(features.map_ringbuf).toMatchObject({ status: 'unknown', confidence: 'low' });
  expect(features.prog_xdp).toMatchObject({ status: 'supported' });
});
