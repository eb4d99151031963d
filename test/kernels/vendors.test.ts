import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { builtinRows } from '../../src/config/builtin-profiles.ts';
import { type Catalog, findProfile } from '../../src/config/catalog.ts';
import { createHost } from '../../src/host/create-host.ts';
import type { Host } from '../../src/host/host.ts';
import { offersOf } from '../../src/kernels/offers.ts';
import type { OfferedBuild } from '../../src/kernels/sources/source.ts';
import { ensureKernel } from '../../src/kernels/supply.ts';
import type { KernelSource, Profile } from '../../src/model/kernel.ts';
import { bzImage } from '../fakes/bzimage.ts';
import { type FileServer, serveFiles } from '../fakes/file-server.ts';
import { type KeyRing, makeKeys } from '../fakes/kernel-lab.ts';
import { amazonKernel, azureKernel, el8Kernel, uek8Kernel } from '../fakes/rpm-kernels.ts';
import { makeVendorKeys, type VendorKeys } from '../fakes/rpm-lab.ts';
import { makeRepository } from '../fakes/rpm-repository.ts';
import { type Listed, listDebs, listRpms, vendorHost } from '../fakes/vendor-web.ts';

// Every profile of the catalog, against an index in its vendor's layout at its vendor's address: with other packages,
// older and half builds, and other architectures beside the one that is right. The addresses were read, not contacted.
let keys: VendorKeys;
let archive: KeyRing;
let dir: string;
let server: FileServer;
let host: Host;

const builtin = join(import.meta.dirname, '../../matrices');
const files = { list: (path: string) => readdir(path), read: (path: string) => readFile(path, 'utf8') };
const catalog: Catalog = { workspace: '/nowhere', builtin, files };
const rows = (await builtinRows(files, builtin)).filter(({ distro, bootable }) => bootable && distro !== 'debian');

interface Repository {
  /** Host and path. */
  readonly at: string;
  /** Directory of its packages. */
  readonly packages: string;
  readonly listed: readonly Listed[];
}

/** A build, an older one, and what must not be taken for it. */
function builds(parts: readonly string[], newest: string, older: string): Listed[] {
  const [first = '', ...companions] = parts;
  const whole = [older, newest].flatMap((build) => parts.map((part) => `${part} ${build}`));
  const others = ['debug', 'rt', 'devel'].map((word) => `${first.replace(/^(kernel\w*)/, `$1-${word}`)} 99.0-1`);
  const half = companions.length === 0 ? [] : [`${first} 98.0-1`];
  return [...whole, ...others, ...half, `${first} 97.0-1 aarch64`];
}

const EL8 = builds(['kernel-core'], '4.18.0-553.56.1.el8_10', '4.18.0-553.9.1.el8_10');
const EL9 = builds(['kernel-core', 'kernel-modules-core'], '5.14.0-687.30.1.el9_8', '5.14.0-687.9.1.el9_8');
const EL10 = builds(['kernel-core', 'kernel-modules-core'], '6.12.0-211.10.1.el10_2', '6.12.0-211.9.1.el10_2');
const UEK8 = ['kernel-uek-core', 'kernel-uek-modules-core'];
const SUSE = builds(['kernel-default'], '6.4.0-150600.23.100.2', '6.4.0-150600.23.9.1');

const REPOSITORIES: readonly Repository[] = [
  { at: 'repo.almalinux.org/almalinux/8/BaseOS/x86_64/os', packages: 'Packages', listed: EL8 },
  { at: 'repo.almalinux.org/almalinux/9/BaseOS/x86_64/os', packages: 'Packages', listed: EL9 },
  { at: 'repo.almalinux.org/almalinux/10/BaseOS/x86_64/os', packages: 'Packages', listed: EL10 },
  { at: 'dl.rockylinux.org/pub/rocky/8/BaseOS/x86_64/os', packages: 'Packages/k', listed: EL8 },
  { at: 'dl.rockylinux.org/pub/rocky/9/BaseOS/x86_64/os', packages: 'Packages/k', listed: EL9 },
  { at: 'dl.rockylinux.org/pub/rocky/10/BaseOS/x86_64/os', packages: 'Packages/k', listed: EL10 },
  { at: 'mirror.stream.centos.org/9-stream/BaseOS/x86_64/os', packages: 'Packages', listed: EL9 },
  { at: 'mirror.stream.centos.org/10-stream/BaseOS/x86_64/os', packages: 'Packages', listed: EL10 },
  {
    at: 'dl.fedoraproject.org/pub/fedora/linux/updates/44/Everything/x86_64',
    packages: 'Packages/k',
    listed: builds(['kernel-core', 'kernel-modules-core'], '7.0.10-200.fc44', '7.0.9-200.fc44'),
  },
  {
    at: 'archives.fedoraproject.org/pub/archive/fedora/linux/releases/32/Everything/x86_64/os',
    packages: 'Packages/k',
    listed: builds(['kernel-core'], '5.6.6-300.fc32', '5.6.6-200.fc32'),
  },
  {
    at: 'packages.microsoft.com/azurelinux/3.0/prod/base/x86_64',
    packages: 'Packages/k',
    listed: builds(['kernel'], '6.6.130.1-1.azl3', '6.6.96.2-1.azl3'),
  },
  {
    at: 'yum.oracle.com/repo/OracleLinux/OL9/UEKR7/x86_64',
    packages: 'getPackage',
    listed: builds(['kernel-uek-core'], '5.15.0-330.10.1.el9uek', '5.15.0-330.9.1.el9uek'),
  },
  {
    at: 'yum.oracle.com/repo/OracleLinux/OL10/UEKR8/x86_64',
    packages: 'getPackage',
    listed: builds(UEK8, '6.12.0-204.92.4.4.el10uek', '6.12.0-204.92.4.3.el10uek'),
  },
  { at: 'download.opensuse.org/update/leap/15.6/sle', packages: 'x86_64', listed: SUSE },
  {
    at: 'cdn.amazonlinux.com/2/core/2.0/x86_64/0a1b2c',
    packages: '../../../../../blobstore/3d4e5f',
    listed: builds(['kernel'], '4.14.355-280.710.amzn2', '4.14.355-280.9.amzn2'),
  },
  {
    at: 'cdn.amazonlinux.com/2/extras/kernel-5.10/stable/x86_64/0a1b2c',
    packages: '../../../../../../blobstore/3d4e5f',
    listed: builds(['kernel'], '5.10.245-243.979.amzn2', '5.10.99-243.979.amzn2'),
  },
  {
    at: 'cdn.amazonlinux.com/2/extras/kernel-5.15/stable/x86_64/0a1b2c',
    packages: '../../../../../../blobstore/3d4e5f',
    listed: builds(['kernel'], '5.15.196-135.189.amzn2', '5.15.99-135.189.amzn2'),
  },
  {
    at: 'cdn.amazonlinux.com/al2023/core/guids/0a1b2c/x86_64',
    packages: '../../../../blobstore/3d4e5f',
    listed: [
      ...builds(['kernel'], '6.1.158-178.288.amzn2023', '6.1.99-178.288.amzn2023'),
      ...builds(['kernel6.12'], '6.12.58-82.121.amzn2023', '6.12.9-82.121.amzn2023'),
    ],
  },
];

/** Where each of Amazon's lists leads, as its first line has it. */
const MIRROR_LISTS: Readonly<Record<string, string>> = {
  '2/core/latest': '2/core/2.0/x86_64/0a1b2c',
  '2/extras/kernel-5.10/latest': '2/extras/kernel-5.10/stable/x86_64/0a1b2c',
  '2/extras/kernel-5.15/latest': '2/extras/kernel-5.15/stable/x86_64/0a1b2c',
  'al2023/core/mirrors/latest': 'al2023/core/guids/0a1b2c/$basearch',
};

const CODENAMES: Readonly<Record<string, { family: string; flavors: string[]; old?: true }>> = {
  xenial: { family: '4.4', flavors: ['generic'] },
  bionic: { family: '4.15', flavors: ['generic'] },
  focal: { family: '5.4', flavors: ['generic', 'kvm', 'aws', 'azure', 'gcp'] },
  jammy: { family: '5.15', flavors: ['generic', 'kvm', 'aws', 'azure', 'gcp'] },
  noble: { family: '6.8', flavors: ['generic', 'aws', 'azure', 'gcp'] },
  questing: { family: '6.17', flavors: ['generic'] },
  groovy: { family: '5.8', flavors: ['generic'], old: true },
  mantic: { family: '6.5', flavors: ['generic'], old: true },
  oracular: { family: '6.11', flavors: ['generic'], old: true },
  plucky: { family: '6.14', flavors: ['generic'], old: true },
};

const MAINLINE = 'linux-image-unsigned-5.6.0-050600-generic_5.6.0-050600.202003292333_amd64.deb';
const FLATCAR: Readonly<Record<string, string>> = {
  'lts.release.flatcar-linux.net/amd64-usr/current-2024': '6.6.127-flatcar',
  'stable.release.flatcar-linux.net/amd64-usr/current': '6.12.90-flatcar',
};
const manifestOf = (reference: string): string =>
  JSON.stringify({ schemaVersion: 2, layers: [], annotations: { reference } });

function put(path: string, data: string | Uint8Array): string {
  const file = join(dir, 'www', path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, data);
  return file;
}

function sign(file: string, to: string): void {
  const { home, clock } = keys.good;
  const args = ['--batch', '--yes', ...clock, '--detach-sign', '--output', to, file];
  execFileSync('gpg', args, { env: { PATH: process.env['PATH'], GNUPGHOME: home }, stdio: 'ignore' });
}

/** The release has an old build, its updates the newest, security one between them. */
function ubuntu(codename: string): void {
  const { family, flavors, old } = CODENAMES[codename] ?? { family: '', flavors: [] };
  const places = [[old ? 'old-releases.ubuntu.com/ubuntu' : 'archive.ubuntu.com/ubuntu', 'amd64']];
  if (codename === 'jammy') places.push(['ports.ubuntu.com/ubuntu-ports', 'arm64']);
  for (const [place = '', arch = ''] of places) {
    for (const [suite, abi] of Object.entries({ '': 26, '-security': 200, '-updates': 218 })) {
      const named = flavors.flatMap((flavor) => {
        const release = `${family}.0-${abi}-${flavor}`;
        const build = `${family}.0-${abi}.${abi + 20}`;
        return [`linux-image-${release} ${build}`, `linux-modules-${release} ${build}`];
      });
      const others = [
        `linux-image-${family}.0-999-lowlatency ${family}.0-999.1`,
        'linux-image-99.0.0-1-generic 99.0.0-1.1',
      ];
      listDebs(join(dir, 'www', place), `${codename}${suite}`, arch, [...named, ...others], archive.good);
    }
  }
}

beforeAll(async () => {
  [keys, archive] = [makeVendorKeys(), makeKeys()];
  dir = mkdtempSync(join(tmpdir(), 'bpfcompat-vendors-'));
  server = await serveFiles(join(dir, 'www'));
  const mirror = (path: string): string => `${server.url}/${path}`;
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: dir,
    BPFCOMPAT_CACHE_DIR: join(dir, 'cache'),
    BPFCOMPAT_UBUNTU_MIRROR: mirror('archive.ubuntu.com/ubuntu'),
    BPFCOMPAT_UBUNTU_PORTS_MIRROR: mirror('ports.ubuntu.com/ubuntu-ports'),
    BPFCOMPAT_UBUNTU_OLD_RELEASES_MIRROR: mirror('old-releases.ubuntu.com/ubuntu'),
  };
  host = vendorHost(createHost({ env }), server.url);
  for (const { at, listed, packages } of REPOSITORIES) listRpms(join(dir, 'www', at), listed, packages, keys.good);
  for (const [list, base] of Object.entries(MIRROR_LISTS))
    put(`cdn.amazonlinux.com/${list}/x86_64/mirror.list`, `https://cdn.amazonlinux.com/${base}/\n`);
  for (const codename of Object.keys(CODENAMES)) ubuntu(codename);
  for (const [at, release] of Object.entries(FLATCAR))
    put(`${at}/flatcar_production_pxe.vmlinuz`, bzImage({ release }));
  const lines = [MAINLINE, MAINLINE.replace('image-unsigned', 'modules'), MAINLINE.replaceAll('generic', 'lowlatency')];
  const list = lines.map((name) => `${createHash('sha256').update(name).digest('hex')}  ${name}\n`);
  const checksums = put('kernel.ubuntu.com/mainline/v5.6/CHECKSUMS', list.join(''));
  sign(checksums, `${checksums}.gpg`);
  for (const { id } of rows) {
    const { kernel } = await findProfile(catalog, id);
    const [, at = '', name = '', tag = ''] =
      /^([^/]+)\/(.+):(.+)$/.exec(kernel?.source === 'oci' ? (kernel.image ?? '') : '') ?? [];
    if (at !== '') put(`${at}/v2/${name}/manifests/${tag}`, manifestOf(`${name}:${tag}`));
  }
}, 300_000);
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  keys.drop();
  archive.drop();
  rmSync(dir, { recursive: true, force: true });
});

/** The profile of the catalog, believing the keys of this test instead of its vendor's. */
async function believing(id: string): Promise<Profile & { kernel: KernelSource }> {
  const profile = await findProfile(catalog, id);
  const { kernel } = profile;
  if (kernel === undefined) throw new TypeError(`${id} has no kernel block`);
  if (kernel.source === 'deb') return { ...profile, kernel: { ...kernel, keyring: archive.good.keyring } };
  if (kernel.source === 'rpm') return { ...profile, kernel: { ...kernel, gpgkey: [keys.good.file] } };
  if (kernel.source === 'url' && kernel.gpgkey) return { ...profile, kernel: { ...kernel, gpgkey: [keys.good.file] } };
  return { ...profile, kernel };
}

const listener = { signal: undefined, onProgress: () => {}, onNote: () => {} };
const newest = async (id: string): Promise<OfferedBuild | undefined> =>
  (await offersOf(host, await believing(id), listener))[0];

/** Package and version that each profile stands for here. */
function expected({ kernel, kernelFamily, id }: Profile & { kernel: KernelSource }): {
  readonly name?: string;
  readonly version?: string | undefined;
} {
  switch (kernel.source) {
    case 'deb': {
      const flavor = kernel.package.split('-').at(-1);
      const version = `${kernelFamily}.0-218.238`;
      return { name: `linux-image-${kernelFamily}.0-218-${flavor}`, version };
    }
    case 'rpm': {
      const base = kernel.baseurl?.replace('$basearch', 'x86_64') ?? '';
      const list = kernel.mirror_list?.match(/amazonlinux\.com\/(.*)\/\$basearch/)?.[1] ?? '';
      const amazon = `cdn.amazonlinux.com/${MIRROR_LISTS[list]?.replace('$basearch', 'x86_64')}`;
      const at = base === '' ? amazon : base.slice('https://'.length);
      const { listed } = REPOSITORIES.find((one) => one.at === at) ?? expect.fail(`${id}: nothing is at ${at}`);
      // Behind the older build and its companions.
      const own = listed.filter((text) => text.startsWith(`${kernel.package} `));
      return { name: kernel.package, version: own[1]?.split(' ')[1] };
    }
    case 'oci': {
      const [, name = '', tag = ''] = /^[^/]+\/(.+):(.+)$/.exec(kernel.image ?? '') ?? [];
      return {
        name,
        version: `sha256:${createHash('sha256')
          .update(manifestOf(`${name}:${tag}`))
          .digest('hex')}`,
      };
    }
    case 'url': {
      if (kernel.image === undefined) return { name: MAINLINE, version: '5.6.0-050600-generic' };
      const [release] = Object.entries(FLATCAR).flatMap(([at, one]) => (kernel.image?.includes(at) ? [one] : []));
      return { name: 'flatcar_production_pxe.vmlinuz', version: release };
    }
    case 'file':
      return {};
  }
}

// One build each are blocks of the others.
const open = rows.filter(({ base }) => base === '');
test.each(open.map(({ id }) => id))(
  '%s is the newest whole build of its vendor',
  async (id) => {
    const profile = await believing(id);
    expect(await newest(id)).toMatchObject(expected(profile));
    expect(profile.kernelFamily).toBe(/-(\d+\.\d+)(?:-[a-z]+)*$/.exec(id)?.[1] ?? profile.kernelFamily);
  },
  60_000,
);

test('every id of the contract is here, or says why its kernel cannot be had', async () => {
  const contract = (await readFile(join(import.meta.dirname, '../fixtures/contract-profiles.txt'), 'utf8')).trim();
  const without: string[] = [];
  for (const id of contract.split('\n')) {
    const { kernel, unbootable, distro } = await findProfile(catalog, id);
    if (distro !== 'debian' && (kernel === undefined || unbootable !== undefined)) without.push(id);
  }
  expect(without.sort()).toEqual([
    'bottlerocket-aws-6.1',
    'rhcos-4.14-5.14',
    'rhcos-4.16-5.14',
    'rhcos-4.16-arm64',
    'rhcos-4.18-5.14',
    'rhel-8-4.18',
  ]);
});

// The layouts of packages that no other test unpacks.
test.each([
  ['almalinux-8-4.18', 'repo.almalinux.org/almalinux/8/BaseOS/x86_64/os', el8Kernel('4.18.0', '600.el8')],
  [
    'oracle-linux-10-uek8-6.12',
    'yum.oracle.com/repo/OracleLinux/OL10/UEKR8/x86_64',
    uek8Kernel('6.12.0', '300.el10uek'),
  ],
  ['azure-linux-3.0-6.6', 'packages.microsoft.com/azurelinux/3.0/prod/base/x86_64', [azureKernel('6.6.200', '1.azl3')]],
  [
    'amazon-linux-2023-6.1',
    'cdn.amazonlinux.com/al2023/core/guids/0a1b2c/x86_64',
    [amazonKernel('6.1.200', '1.amzn2023', 'lib/modules')],
  ],
])(
  '%s is unpacked as its vendor packs it',
  async (id, at, packages) => {
    const root = join(dir, 'www', at);
    makeRepository(root, packages, keys.good);
    execFileSync('gpg', ['--batch', '--yes', '--armor', '--detach-sign', join(root, 'repodata/repomd.xml')], {
      env: { PATH: process.env['PATH'], GNUPGHOME: keys.good.home },
    });
    const { files: kernel } = await ensureKernel(await believing(id), { host });
    const [first] = packages;
    expect(kernel.record).toMatchObject({
      release: `${first?.version}-${first?.release}.x86_64`,
      vouched: { by: 'signature' },
      package: { files: packages.map(({ name }) => expect.objectContaining({ name })) },
    });
    expect(kernel.config).toBeDefined();
    expect(kernel.modules.map(({ name }) => name)).toContain('virtio_console');
  },
  120_000,
);
