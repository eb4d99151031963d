import { describe, expect, test } from 'vitest';
import { readProfile } from '../../src/config/profile.ts';
import { usageErrorOf } from './expect-usage-error.ts';

const HEAD = `id: my-distro-6.6
distro: ubuntu
version: 24.10
kernel_family: 5.10
arch: x86_64
validator: {path: /usr/local/bin/bpfcompat-validator}
`;
const IMAGE = 'image: {local_path: vm/cache/my.img}\n';
const KERNEL = `kernel:
  source: deb
  archive: debian
  suite: trixie-backports
  package: linux-image-6.16.*+deb13-cloud-amd64
`;

const read = (text: string) => readProfile({ file: 'p.yaml', text });

describe('readProfile', () => {
  test('the example of the contract, with unknown keys', () => {
    const text = `id: my-distro-6.6
distro: ubuntu
version: "24.04"
kernel_family: "6.6"
arch: x86_64
image: {source_url: "https://images.example.com/my.img", local_path: vm/cache/my.img, sha256: "${'0'.repeat(64)}", size: 3}
boot: {memory_mb: 2048, cpus: 2}
validator: {path: /usr/local/bin/bpfcompat-validator}
capabilities: {expected_btf: true, lockdown: false}
owner: {team: x}
`;
    expect(read(text)).toEqual({
      id: 'my-distro-6.6',
      distro: 'ubuntu',
      version: '24.04',
      kernelFamily: '6.6',
      arch: 'x86_64',
      runner: 'vm',
      memoryMb: 2048,
      cpus: 2,
      expectedBtf: true,
      kernel: undefined,
      // Relative to the top of the repository, which only the catalog knows.
      image: { url: 'https://images.example.com/my.img', path: 'vm/cache/my.img', sha256: '0'.repeat(64) },
      file: 'p.yaml',
    });
  });

  test('a kernel block; numbers stay as written; defaults', () => {
    expect(read(HEAD + KERNEL)).toMatchObject({
      version: '24.10',
      kernelFamily: '5.10',
      memoryMb: 1024,
      cpus: 1,
      expectedBtf: undefined,
      kernel: {
        source: 'deb',
        archive: 'debian',
        suite: 'trixie-backports',
        package: 'linux-image-6.16.*+deb13-cloud-amd64',
      },
    });
    expect(read(`${HEAD + KERNEL}  version: 6.10\n`).kernel).toMatchObject({ version: '6.10' });
  });

  test('arm64 is aarch64, memory and CPUs are clamped, yes is true', () => {
    const text = `${HEAD.replace('x86_64', 'arm64')}${IMAGE}boot: {memory_mb: 999999, cpus: 64}\ncapabilities: {expected_btf: yes}\n`;
    expect(read(text)).toMatchObject({ arch: 'aarch64', memoryMb: 4096, cpus: 4, expectedBtf: true });
    expect(read(text).note).toBe(
      'p.yaml:8:19: boot.memory_mb is 999999, and guests get at most 4096; p.yaml:8:33: boot.cpus is 64, and guests get at most 4',
    );
  });

  test('keys of other tools that are not slips', () => {
    const text = `${HEAD + IMAGE}owner: me\npath: /x\nfirecracker: {boot_args: x, initrd_path: y, guest_mac: z, vcpu: 2}\n`;
    expect(read(text)).not.toHaveProperty('note');
  });

  test.each([
    ['virtme-ng', 'virtme_ng: {run: v6.6, extra_args: [--verbose, --memory=4G, --cpus=4]}'],
    ['firecracker', 'firecracker: {kernel_image_path: /boot/vmlinux, tap_device: tap0}'],
  ])('runner %s', (runner, block) => {
    expect(read(`${HEAD}runner: ${runner}\n${block}\n`).runner).toBe(runner);
  });

  test('what Firecracker is run with', () => {
    const block =
      'firecracker: {kernel_image_path: k/vmlinux, initrd_path: i, rootfs_path: r, boot_args: "console=ttyS0 reboot=k panic=1 pci=off init=/init loglevel=7", guest_mac: "06:00:AC:10:00:02"}';
    const named: string[] = [];
    const profile = readProfile(
      { file: 'p.yaml', text: `${HEAD}runner: firecracker\n${block}\n` },
      { onPath: ({ key, path, fromTop }) => named.push(`${key} ${path} ${fromTop}`) },
    );
    expect(profile.firecracker).toEqual({ kernel: 'k/vmlinux', initrd: 'i', rootfs: 'r', bootArgs: ['loglevel=7'] });
    expect(profile.note).toBe('p.yaml:8:163: firecracker.guest_mac is not used, as guests have no network');
    expect(named).toEqual([
      'firecracker.kernel_image_path k/vmlinux true',
      'firecracker.initrd_path i true',
      'firecracker.rootfs_path r true',
    ]);
  });

  test('an installed kernel and its packages', () => {
    const text = `${HEAD + IMAGE}install_kernel: 6.8.0-136-generic\nkernel_packages: ["https://mirror.example/pool/linux-image-6.8.0_amd64.deb"]\n`;
    expect(read(text).id).toBe('my-distro-6.6');
  });

  test.each([
    ['', '1:1: the file is empty; it needs at least id'],
    [HEAD, '1:1: nothing says where the kernel comes from; add a kernel block'],
    [`${HEAD}image: {sha256: "${'0'.repeat(64)}"}`, '7:8: nothing says where the kernel comes from;'],
    [`${HEAD}runner: virtme-ng`, '1:1: runner virtme-ng needs virtme_ng.run; add it'],
    ...['--memory=900G', '--memory=4097M', '--memory=5000', '--cpus=5'].map((word) => [
      `${HEAD}runner: virtme-ng\nvirtme_ng: {run: x, extra_args: [--verbose, ${word}]}`,
      `8:45: virtme_ng.extra_args: "${word}" is more than guests get; they get at most 4096 MiB and 4 CPUs`,
    ]),
    ...['--memory=1G,prealloc=on', '--root=/', '--rwdir=/home'].map((word) => [
      `${HEAD}runner: virtme-ng\nvirtme_ng: {run: x, extra_args: ["${word}"]}`,
      `8:34: virtme_ng.extra_args: "${word}" is not among what a profile may set of vng; use --append=WORD, --memory=SIZE, --cpus=N, --numa=SIZE, --force-9p, --force-initramfs, --balloon or --no-virtme-ng-init`,
    ]),
    [
      `${HEAD + KERNEL}runner: virtme-ng\nvirtme_ng: {run: x}`,
      '8:3: runner virtme-ng boots virtme_ng.run; remove the kernel block',
    ],
    [
      `${HEAD}runner: firecracker\nfirecracker: {boot_args: x}`,
      '8:14: runner firecracker needs firecracker.kernel_image_path; add it',
    ],
    [
      `${HEAD + KERNEL}runner: firecracker\nfirecracker: {kernel_image_path: x}`,
      '8:3: runner firecracker boots firecracker.kernel_image_path; remove the kernel block',
    ],
    ...['init=/bin/sh', 'bpfcompat_port=disk', 'mitigations=off'].map((word) => [
      `${HEAD}runner: firecracker\nfirecracker: {kernel_image_path: x, boot_args: "quiet ${word}"}`,
      `8:48: firecracker.boot_args: "${word}" is not among what a profile may set; use loglevel=N`,
    ]),
    [
      `${HEAD}runner: firecracker\nfirecracker: {kernel_image_pth: x}`,
      '8:15: unknown key "kernel_image_pth" in firecracker; did you mean "kernel_image_path"?',
    ],
    [
      `${HEAD + IMAGE}runner: vmm`,
      '8:9: runner "vmm" is not known; did you mean "vm"? use vm, virtme-ng or firecracker',
    ],
    [HEAD.replace('id: my', 'id: /my') + IMAGE, '1:5: id "/my-distro-6.6" is not allowed; use an id of'],
    [HEAD.replace('distro: ubuntu\n', '') + IMAGE, '1:1: distro is missing; add it'],
    [HEAD.replace('distro: ubuntu', 'distro: " "') + IMAGE, '2:9: distro is empty; give it a value'],
    [HEAD.replace('x86_64', 'amd64') + IMAGE, '5:7: arch "amd64" is not known; use x86_64, aarch64 or arm64'],
    [`${HEAD + IMAGE}boto: {cpus: 2}`, '8:1: unknown key "boto"; did you mean "boot"? (known keys: id,'],
    [`${HEAD + IMAGE}kernal: {source: deb}`, '8:1: unknown key "kernal"; did you mean "kernel"?'],
    [`${HEAD}kernal: {source: deb}`, '7:1: unknown key "kernal"; did you mean "kernel"?'],
    [`${HEAD + IMAGE}memory_mb: 512`, '8:1: unknown key "memory_mb"; write boot: {memory_mb: 512} (known keys: id,'],
    [`${HEAD + IMAGE}kernel_args: [lsm=bpf]`, '8:1: unknown key "kernel_args"; write boot: {kernel_args: ...}'],
    [`${HEAD + IMAGE}boot: {memory: 512}`, '8:8: unknown key "memory" in boot; did you mean "memory_mb"?'],
    [`${HEAD + IMAGE}boot: {cpu: 9}`, '8:8: unknown key "cpu" in boot; did you mean "cpus"?'],
    [`${HEAD + IMAGE}boot: {firmware: uefi}`, '8:8: unknown key "firmware" in boot; remove it (known keys: memory_mb,'],
    [
      `${HEAD}image: {source_url: "file:///etc/shadow"}`,
      '7:21: image.source_url "file:///etc/shadow" is not allowed; use an http or https URL',
    ],
    [`${HEAD}image: {local_pth: x}`, '7:9: unknown key "local_pth" in image; did you mean "local_path"?'],
    [`${HEAD + IMAGE}capabilities: {expected_bft: true}`, '8:16: unknown key "expected_bft" in capabilities; did you'],
    [`${HEAD + IMAGE}boot: {memory_mb: 0}`, '8:19: boot.memory_mb must be a whole number of at least 1, not "0"'],
    [`${HEAD + IMAGE}boot: {cpus: many}`, '8:14: boot.cpus must be a whole number of at least 1, not "many"'],
    [
      `${HEAD}image: {local_path: x, sha256: abc}`,
      '7:32: image.sha256 "abc" is not allowed; use the 64 hexadecimal digits of a SHA-256',
    ],
    [
      `${HEAD + IMAGE}kernel_packages: ["https://m.example/a.deb"]`,
      '8:18: kernel_packages needs install_kernel; add it',
    ],
    [
      `${HEAD}image: {local_path: a.img, checksums: "https://m.example/S"}`,
      '7:39: image.checksums are those of image.source_url',
    ],
    [`${HEAD}image: {local_path: a.img, gpgkey: [RPM-GPG-KEY-x]}`, '7:36: image.gpgkey is about image.checksums; add'],
    [
      `${HEAD}image: {source_url: "https://m.example/a.img", checksums: "https://m.example/S", signature: "https://m.example/S.gpg"}`,
      '7:93: image.signature needs image.gpgkey, which says who may sign',
    ],
    [
      `${HEAD}image: {source_url: "https://m.example/a.img", checksums: "https://m.example/S", gpgkey: [./k.asc]}`,
      '7:91: image.gpgkey "./k.asc" is a file; name a key that comes with bpfcompat',
    ],
    [`${HEAD + IMAGE}install_kernel: "6.8 x"`, '8:17: install_kernel "6.8 x" is not allowed; use the kernel release'],
    [
      `${HEAD.replace('ubuntu', 'debian') + IMAGE}install_kernel: 6.8`,
      '8:17: install_kernel is not possible on distro "debian"; it is on ubuntu, almalinux,',
    ],
    [
      `${HEAD}runner: virtme-ng\nvirtme_ng: {run: x}\ninstall_kernel: 6.8`,
      '9:17: install_kernel works with runner vm only, not with virtme-ng; remove it',
    ],
    [
      `${HEAD + IMAGE}install_kernel: 6.8\nkernel_packages: ["http://m.example/a.deb"]`,
      '9:19: kernel_packages[0] "http://m.example/a.deb" is not allowed; use an https URL',
    ],
    [
      `${HEAD + IMAGE}install_kernel: 6.8\nkernel_packages: ["https://m.example/a.rpm"]`,
      '9:19: packages of distro ubuntu end in .deb; correct the URL',
    ],
    [
      `${HEAD + KERNEL}  pakage: x`,
      '12:3: unknown key "pakage" in kernel; did you mean "package"? (known keys: source, archive, suite,',
    ],
    [
      `${HEAD + KERNEL}  mirror: ftp`,
      '12:11: kernel.mirror "ftp" is not allowed; write a full URL such as http://mirror.example/debian',
    ],
    [
      `${HEAD + KERNEL}  keyring: k.gpg`,
      '12:12: kernel.keyring "k.gpg" is not allowed; it must be a file directly in /usr/share/keyrings',
    ],
    [
      `${HEAD + KERNEL}  keyring: /usr/share/keyrings/debian-archive-removed-keys.gpg`,
      '12:12: kernel.keyring "/usr/share/keyrings/debian-archive-removed-keys.gpg" is not a keyring of the debian archive; remove the line',
    ],
    [
      HEAD + KERNEL.replace(/package: .*/, 'package: "-c=apt.conf"'),
      '11:12: kernel.package "-c=apt.conf" is not allowed; it must be the name of a Debian package',
    ],
    [
      HEAD + KERNEL.replace(/package: .*/, `package: "l${'*'.repeat(9)}x"`),
      `11:12: kernel.package "l${'*'.repeat(9)}x" is not allowed; it must be the name of a Debian package`,
    ],
    [
      HEAD + KERNEL.replace(/suite: .*/, 'suite: "-o=x"'),
      '10:10: kernel.suite "-o=x" is not allowed; it must be the name of a suite',
    ],
    [
      HEAD + KERNEL.replace(/suite: .*/, 'suite: "trixie main [x]"'),
      '10:10: kernel.suite "trixie main [x]" is not allowed; it must be the name of a suite',
    ],
    [`${HEAD + KERNEL}  version: "-o=x"`, '12:12: kernel.version "-o=x" is not allowed; it must be a version'],
    [
      `${HEAD + KERNEL}  mirror: "http://m.example/a b"`,
      '12:11: kernel.mirror "http://m.example/a b" is not allowed; it must be an address',
    ],
    [
      `${HEAD + KERNEL}  pinned:\n    - {name: -c, version: 1, path: pool/a.deb, size: 1, sha256: ${'a'.repeat(64)}}`,
      '13:14: kernel.pinned[0].name "-c" is not allowed; it must be the name of a Debian package',
    ],
    [HEAD + KERNEL.replace('deb\n', 'rpms\n'), '8:11: kernel.source "rpms" is not known'],
    [HEAD + KERNEL.replace('  source: deb\n', ''), '8:3: kernel.source is missing; add it'],
    [
      HEAD + KERNEL.replace('archive: debian', 'archive: debien'),
      '9:12: kernel.archive "debien" is not known; did you mean "debian"?',
    ],
    [HEAD + KERNEL.replace('suite: trixie-backports', 'suite:'), '10:3: kernel.suite has no value; give it one'],
    [
      `${HEAD + KERNEL}  pinned:\n    - {name: ab, version: 1, path: ../a.deb, size: 1, sha256: ${'a'.repeat(64)}}`,
      '13:36: kernel.pinned[0].path "../a.deb" is not allowed; it must match /^pool',
    ],
    [
      `${HEAD + KERNEL}  pinned:\n    - {name: ab, version: 1, size: big, path: pool/a.deb, sha256: ${'a'.repeat(64)}}`,
      '13:36: kernel.pinned[0].size must be a number, not "big"',
    ],
    [
      `${HEAD + KERNEL}  pinned:\n    - {name: ab, version: 1, size: 0, path: pool/a.deb, sha256: ${'a'.repeat(64)}}`,
      '13:36: kernel.pinned[0].size "0" is too small; use more than 0',
    ],
    [`${HEAD}kernel: deb`, '7:9: kernel must be a map (lines of "key: value"), not a text'],
  ])('%j', (text, expected) => {
    const error = usageErrorOf(() => read(text));
    expect(error.code).toBe('profile_invalid');
    expect(error.message.split('\n')[0]).toContain(`p.yaml:${expected}`);
  });

  test('keyrings of the archives need no leave, others do', () => {
    const own = (name: string) => `${HEAD + KERNEL}  keyring: /usr/share/keyrings/${name}\n`;
    for (const name of ['debian-archive-keyring.gpg', 'debian-archive-trixie-security-automatic.gpg'])
      expect(read(own(name)).kernel).toMatchObject({ keyring: `/usr/share/keyrings/${name}` });
    expect(usageErrorOf(() => read(own('docker.gpg'))).message).toContain('--allow-profile-override');
    const allowed = readProfile({ file: 'p.yaml', text: own('docker.gpg') }, { anyKeyring: true });
    expect(allowed.kernel).toMatchObject({ keyring: '/usr/share/keyrings/docker.gpg' });
  });
});

describe('rpm blocks', () => {
  const RPM = `${HEAD}kernel:\n  source: rpm\n  package: kernel-core\n`;
  const BASE = '  baseurl: https://m.example/$basearch/os\n';
  const GPGKEY = '  gpgkey: [RPM-GPG-KEY-Rocky-9]\n';

  test('are read as yum would name things', () => {
    const more =
      '  companions: [kernel-modules-core]\n  version: 5.14.0-1.el9\n  vault: [https://v.example/os]\n  repo_gpgcheck: true\n';
    expect(read(RPM + BASE + GPGKEY + more).kernel).toEqual({
      source: 'rpm',
      package: 'kernel-core',
      baseurl: 'https://m.example/$basearch/os',
      gpgkey: ['RPM-GPG-KEY-Rocky-9'],
      companions: ['kernel-modules-core'],
      version: '5.14.0-1.el9',
      vault: ['https://v.example/os'],
      repo_gpgcheck: 'true',
    });
  });

  test.each([
    [RPM + BASE, 'kernel.gpgkey is missing; add it'],
    [RPM + GPGKEY, 'kernel says nowhere where the packages are; add one of baseurl, mirrorlist'],
    [`${RPM + BASE + GPGKEY}  metalink: https://m.example/l\n`, 'kernel.metalink and kernel.baseurl both say where'],
    [`${RPM + GPGKEY}  directory: /srv/rpms\n  vault: [https://v.example]\n`, 'kernel.vault goes with an address'],
    [`${RPM + GPGKEY}  directory: ../rpms\n`, 'must be an absolute path'],
    [`${RPM + GPGKEY}  directory: /srv/../etc\n`, 'must be an absolute path'],
    [`${RPM + GPGKEY}  baseurl: file:///srv\n`, 'must be an address with http:// or https://'],
    [`${RPM + GPGKEY}  baseurl: https://me:secret@m.example/\n`, 'without a user name'],
    [`${RPM + BASE + GPGKEY}  gpgcheck: false\n`, 'unknown key "gpgcheck" in kernel'],
    [`${RPM + BASE + GPGKEY}  sslclientkey: /etc/pki/x.pem\n`, 'kernel.sslclientkey needs kernel.sslclientcert'],
    [
      `${RPM + GPGKEY}  baseurl: http://m.example\n  sslclientcert: /etc/pki/x.pem\n`,
      'kernel.sslclientcert needs https',
    ],
    [`${RPM + BASE + GPGKEY}  sslclientcert: /home/me/x.pem\n`, 'kernel.sslclientcert is not below /etc/pki'],
    ...[
      'https://redhat.com.example.org/r',
      'https://evilredhat.com/r',
      'https://example.org:443/cdn.redhat.com',
      'https://cdn.redhat.com$releasever/r',
    ].map((address): [string, string] => [
      `${RPM + GPGKEY}  baseurl: "${address}"\n  sslclientcert: /etc/pki/x.pem\n`,
      `kernel.sslclientcert would be shown to "${address}"`,
    ]),
    [
      `${RPM + GPGKEY}  baseurl: https://cdn.redhat.com/r\n  vault: [https://m.example.org/r]\n  sslclientcert: /etc/pki/x.pem\n`,
      'kernel.sslclientcert would be shown to "https://m.example.org/r"',
    ],
    [`${RPM + BASE}  gpgkey: []\n`, 'kernel.gpgkey'],
    [`${RPM + BASE}  gpgkey: [--output]\n`, 'must be the name of a key'],
    [`${RPM + BASE}  gpgkey: [./keys/mine]\n`, 'kernel.gpgkey "./keys/mine" is a file'],
    [`${RPM + BASE}  gpgkey: [/etc/pki/rpm-gpg/X]\n`, '--allow-profile-override'],
    [`${RPM + BASE + GPGKEY}  version: 1-2-3\n`, 'must be a version as rpm writes it'],
    [RPM.replace('kernel-core', '../kernel') + BASE + GPGKEY, 'must be the name of an rpm package'],
  ])('%j', (text, says) => {
    const error = usageErrorOf(() => read(text));
    expect(error.code).toBe('profile_invalid');
    expect(error.message).toContain(says);
    expect(error.message).toMatch(/^p\.yaml:\d+:\d+: /);
  });

  test('a client certificate is for its vendor, and for others where the user allows it', () => {
    const text = (address: string): string =>
      `${RPM + GPGKEY}  baseurl: ${address}\n  sslclientcert: /etc/pki/entitlement/1.pem\n`;
    const sslclientcert = '/etc/pki/entitlement/1.pem';
    expect(read(text('https://cdn.redhat.com/r')).kernel).toMatchObject({ sslclientcert });
    const own = { file: 'p.yaml', text: text('https://m.example.org/r') };
    expect(readProfile(own, { anyKeyring: true }).kernel).toMatchObject({ sslclientcert });
  });

  test('key files are relative to the profile, where the user allows them', () => {
    const text = `${RPM + BASE}  gpgkey: [./keys/mine, file:///etc/pki/x]\n  sslcacert: /home/me/ca.pem\n`;
    const { kernel } = readProfile({ file: '/w/matrices/profiles/p.yaml', text }, { anyKeyring: true });
    expect(kernel).toMatchObject({ gpgkey: ['/w/matrices/profiles/keys/mine', 'file:///etc/pki/x'] });
  });
});
