import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  builtinMatrix,
  type Catalog,
  findMatrix,
  findProfile,
  matrixNames,
  profileIds,
  resolveMatrix,
} from '../../src/config/catalog.ts';
import { matrixOf, readMatrix } from '../../src/config/matrix.ts';
import { UsageError } from '../../src/model/errors.ts';

/** A catalog over texts in memory: path -> text. An Error is thrown when its path is read. */
function catalogOf(texts: Readonly<Record<string, string | Error>>): Catalog {
  return {
    workspace: '/w',
    builtin: '/b',
    files: {
      async list(dir) {
        const names = Object.keys(texts).flatMap((path) =>
          path.startsWith(`${dir}/`) ? [path.slice(dir.length + 1)] : [],
        );
        if (names.length === 0) throw Object.assign(new Error(`ENOENT: ${dir}`), { code: 'ENOENT' });
        return names.filter((name) => !name.includes('/'));
      },
      async read(path) {
        const text = texts[path];
        if (text instanceof Error) throw text;
        return text;
      },
    },
  };
}

function profileText(id: string, family = '6.1'): string {
  return `id: ${id}\ndistro: debian\nkernel_family: ${family}\narch: x86_64\nvalidator: {path: /v}\nimage: {local_path: x}\n`;
}

/** A table that comes with bpfcompat, with a kernel family for each id. */
function tableText(families: Readonly<Record<string, string>>): string {
  const rows = Object.entries(families).map(([id, family]) => `      ${id}: {kernel_family: "${family}"}\n`);
  const common = '{distro: debian, arch: x86_64, image: {local_path: "{kernel_family}.img"}}';
  return `groups:\n  - common: ${common}\n    profiles:\n${rows.join('')}`;
}

async function usageError(promise: Promise<unknown>): Promise<UsageError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(UsageError);
  return error as UsageError;
}

const catalog = catalogOf({
  '/w/matrices/profiles/mine-6.1.yaml': profileText('mine-6.1'),
  '/w/matrices/profiles/debian-12-6.1.yaml': profileText('debian-12-6.1', 'workspace'),
  '/w/vm/profiles/debian-12-6.1.yaml': profileText('debian-12-6.1', 'vm'),
  '/w/vm/profiles/staged-5.4.yml': profileText('staged-5.4'),
  '/w/vm/profiles/renamed.yaml': profileText('other'),
  '/w/vm/profiles/broken.yaml': 'id: broken\nkernel: x\n',
  '/w/vm/profiles/secret.yaml': Object.assign(new Error('permission denied'), { code: 'EACCES' }),
  '/w/vm/profiles/notes.txt': 'x',
  '/b/catalog/debian.yaml': tableText({ 'debian-12-6.1': 'builtin', 'debian-12-6.12': '6.12' }),
  '/b/quick.yaml': 'name: quick\nprofiles: [{id: debian-12-6.1}]\n',
  '/b/debian.yaml': 'profiles: [{id: debian-12-6.12}]\n',
  '/w/matrices/debian.yaml': 'name: mine\nprofiles: [{id: mine-6.1}]\n',
  'nightly-own': 'profiles: [{id: mine-6.1}]\n',
  '/w/ci/nightly.yaml': 'profiles: [{id: mine-6.1}]\n',
});

describe('findProfile', () => {
  test('a profile that leads to no file does not count as absent', async () => {
    const nowhere = Object.assign(new Error('ENOENT'), { code: 'ENOENT' });
    const isDirectory = Object.assign(new Error('EISDIR'), { code: 'EISDIR' });
    for (const error of [nowhere, isDirectory]) {
      const files = catalogOf({
        '/w/matrices/profiles/debian-12-6.1.yaml': error,
        '/b/catalog/debian.yaml': tableText({ 'debian-12-6.1': '6.1' }),
      });
      const { code, message } = await usageError(findProfile(files, 'debian-12-6.1'));
      expect([code, message]).toEqual([
        'unreadable_file',
        expect.stringMatching(/^\/w\/\S+\.yaml is a directory, or a link/),
      ]);
    }
  });

  test('the workspace comes before vm/profiles, that before the built-in catalog', async () => {
    expect((await findProfile(catalog, 'debian-12-6.1')).kernelFamily).toBe('workspace');
    expect((await findProfile(catalog, 'staged-5.4')).file).toBe('/w/vm/profiles/staged-5.4.yml');
    expect((await findProfile(catalog, 'debian-12-6.12')).file).toBe('/b/catalog/debian.yaml');
  });

  test('unknown: near matches, and where it was written', async () => {
    const error = await usageError(findProfile(catalog, 'debian-12-6.2', 'm.yaml:3:9'));
    expect(error.code).toBe('unknown_profile');
    expect(error.message).toBe(
      'm.yaml:3:9: unknown profile "debian-12-6.2"; similar profiles: debian-12-6.1, debian-12-6.12. ' +
        "'bpfcompat kernels list' shows all; your own go into matrices/profiles/<id>.yaml",
    );
  });

  test('an id never becomes a path', async () => {
    const error = await usageError(findProfile(catalog, '../profiles/debian-12-6.1'));
    expect(error.code).toBe('unknown_profile');
  });

  test('the id in the file must be the name of the file', async () => {
    const error = await usageError(findProfile(catalog, 'renamed'));
    expect(error.message).toBe(
      '/w/vm/profiles/renamed.yaml: the file is named after profile "renamed" but its id is "other"; make them equal',
    );
  });

  test('a broken or unreadable profile is reported, not skipped', async () => {
    expect((await usageError(findProfile(catalog, 'broken'))).code).toBe('profile_invalid');
    const error = await usageError(findProfile(catalog, 'secret'));
    expect(error.code).toBe('unreadable_file');
    expect(error.message).toBe(
      'cannot read /w/vm/profiles/secret.yaml: permission denied; check the path and its permissions',
    );
  });
});

describe('a profile of the workspace with an id that comes with bpfcompat', () => {
  const DEB = '{source: deb, archive: debian, suite: bookworm, package: linux-image-cloud-amd64}';
  const OTHER = '{source: deb, archive: debian, suite: trixie, package: linux-image-cloud-amd64}';
  const PIN = `[{name: linux-image-x, version: "1", path: pool/x.deb, size: 1, sha256: ${'a'.repeat(64)}}]`;
  const head = 'id: k-6.1\ndistro: debian\nkernel_family: "6.1"\narch: x86_64\nvalidator: {path: /v}\n';
  const shipped = `groups:\n  - common: {}\n    profiles:\n      k-6.1: {distro: debian, kernel_family: "6.1", arch: x86_64, kernel: ${DEB}}\n`;
  const find = (own: string, allowOverride = false) =>
    findProfile(
      {
        ...catalogOf({
          '/w/vm/profiles/k-6.1.yaml': `${head}${own}`,
          '/b/catalog/k.yaml': shipped,
        }),
        allowOverride,
      },
      'k-6.1',
    );

  test('and an image only has the built-in kernel', async () => {
    expect(await find('image: {local_path: x}\nboot: {memory_mb: 2048}\n')).toMatchObject({
      file: '/w/vm/profiles/k-6.1.yaml',
      kernelFile: '/b/catalog/k.yaml',
      builtinKernel: true,
      memoryMb: 2048,
      kernel: { suite: 'bookworm' },
    });
  });

  test('does not choose the disk image of that name, unless the user allows it', async () => {
    const image = 'image: {local_path: vm/cache/x.img}\n';
    expect(await find(image)).not.toHaveProperty('image');
    expect(await find(image, true)).toMatchObject({ image: { path: '/w/vm/profiles/vm/cache/x.img' } });
  });

  test('does not choose the BTF that its kernel is tested with, unless the user allows it', async () => {
    await expect(find('btf: x.btf\n')).rejects.toThrow(
      /^\/w\/vm\/profiles\/k-6\.1\.yaml:6:\d+: btf: profile "k-6\.1" comes with bpfcompat, .* does not choose its BTF; name the BTF with .*btf/,
    );
    expect(await find('btf: x.btf\n', true)).toMatchObject({ btf: { path: '/w/vm/profiles/x.btf' } });
  });

  test('needs neither image nor validator, and gets what ours gets', async () => {
    const own = 'id: k-6.1\ndistro: debian\nkernel_family: "6.1"\narch: x86_64\n';
    const locked = shipped.replace('arch: x86_64', 'arch: x86_64, boot: {kernel_args: [lockdown=integrity]}');
    const files = catalogOf({ '/w/vm/profiles/k-6.1.yaml': own, '/b/catalog/k.yaml': locked });
    expect(await findProfile(files, 'k-6.1')).toMatchObject({
      builtinKernel: true,
      kernelArgs: ['lockdown=integrity'],
    });
    const other = `${own}boot: {kernel_args: [lockdown=confidentiality]}\n`;
    const changed = catalogOf({ '/w/vm/profiles/k-6.1.yaml': other, '/b/catalog/k.yaml': locked });
    expect((await findProfile(changed, 'k-6.1')).kernelArgs).toEqual(['lockdown=integrity']);
    const allowed = { ...changed, allowOverride: true };
    expect((await findProfile(allowed, 'k-6.1')).kernelArgs).toEqual(['lockdown=confidentiality']);
  });

  test('that nothing of ours can have booted says why', async () => {
    const reason = shipped.replace(`kernel: ${DEB}`, 'unbootable: "it is an image"');
    const files = catalogOf({
      '/w/vm/profiles/k-6.1.yaml': `${head}image: {local_path: x}\n`,
      '/b/catalog/k.yaml': reason,
    });
    expect(await findProfile(files, 'k-6.1')).toMatchObject({ unbootable: 'it is an image' });
  });

  test('and the same kernel is not an override', async () => {
    expect((await find(`kernel: ${DEB}\n`)).replaces).toBeUndefined();
  });

  test('and another kernel is rejected, unless the user allows it', async () => {
    const error = await usageError(find(`kernel: ${OTHER}\n`));
    expect(error.code).toBe('profile_override');
    expect(error.message).toMatch(/^\/w\/vm\/profiles\/k-6\.1\.yaml: .*allowProfileOverride$/);
    const allowed = await find(`kernel: ${OTHER}\n`, true);
    expect(allowed).toMatchObject({ replaces: '/b/catalog/k.yaml', kernel: { suite: 'trixie' } });
    expect(allowed.builtinKernel).toBeUndefined();
  });

  test.each([
    ['runner: firecracker\nfirecracker: {kernel_image_path: k}\n', 'runner is firecracker', 'write runner: vm,'],
    ['runner: virtme-ng\nvirtme_ng: {run: v6.6}\n', 'runner is virtme-ng', 'write runner: vm,'],
    ['', 'arch is aarch64', 'write arch: x86_64,'],
  ])('does not keep a kernel of ours from being tested', async (rest, what, remedy) => {
    const own = `${rest === '' ? head.replace('x86_64', 'arm64') : head}image: {local_path: x}\n${rest}`;
    const files = { '/w/vm/profiles/k-6.1.yaml': own, '/b/catalog/k.yaml': shipped };
    const error = await usageError(findProfile(catalogOf(files), 'k-6.1'));
    expect(error.code).toBe('profile_override');
    expect(error.message).toContain(`${what}, and profile "k-6.1", which comes with bpfcompat, has`);
    expect(error.message).toContain(remedy);
    const allowed = await findProfile({ ...catalogOf(files), allowOverride: true }, 'k-6.1');
    expect(allowed.kernel).toBeUndefined();
    // What the user allowed is said where it names another kernel.
    expect(allowed.replaces).toBe(rest.startsWith('runner: ') ? '/b/catalog/k.yaml' : undefined);
  });

  test('that cannot be read is still about the kernel of ours', async () => {
    const files = catalogOf({ '/w/vm/profiles/k-6.1.yaml': 'id: [', '/b/catalog/k.yaml': shipped });
    const [entry] = await resolveMatrix(files, readMatrix({ file: 'm.yaml', text: 'profiles: [{id: k-6.1}]' }));
    expect(entry?.profile).toMatchObject({ distro: 'debian', kernelFamily: '6.1' });
    expect(entry?.profile.problem).toContain('not valid YAML');
  });

  test('does not give a kernel of ours another name', async () => {
    const own = `${head.replace('debian', 'rhel')}image: {local_path: x}\n`;
    const files = { '/w/vm/profiles/k-6.1.yaml': own, '/b/catalog/k.yaml': shipped };
    const error = await usageError(findProfile(catalogOf(files), 'k-6.1'));
    expect(error.code).toBe('profile_override');
    expect(error.message).toMatch(/distro is "rhel", and the kernel of profile "k-6.1".* write distro: "debian", /);
    const allowed = { ...catalogOf(files), allowOverride: true };
    expect(await findProfile(allowed, 'k-6.1')).toMatchObject({ distro: 'rhel', builtinKernel: true });
  });

  test('brings no packages by digest, even where it is allowed', async () => {
    const own = `kernel:\n  source: deb\n  archive: debian\n  suite: bookworm\n  package: linux-x\n  pinned: ${PIN}\n`;
    expect((await usageError(find(own, true))).message).toContain('kernel.pinned');
  });

  test.each(['file:/srv/mirror', 'mirror+file:/srv/list'])('names no mirror %s', async (mirror) => {
    const own = `kernel:\n  source: deb\n  archive: debian\n  suite: trixie\n  package: linux-x\n  mirror: "${mirror}"\n`;
    expect((await usageError(find(own, true))).message).toContain('http');
  });
});

describe('a profile of the workspace that names one build (install_kernel)', () => {
  const POOL = 'https://mirror.example.org/ubuntu/pool/main/l/linux';
  const table = `groups:
  - common: {distro: ubuntu, arch: x86_64, kernel: {source: deb, archive: ubuntu, suite: "{code}-updates {code}", package: "linux-image-{kernel_family}.0-*-generic"}}
    profiles:
      ubuntu-22.04-5.15: {version: "22.04", kernel_family: "5.15", code: jammy}
  - common: {distro: rocky, arch: x86_64, kernel: {source: rpm, baseurl: "https://r.example.org/9", package: kernel-core, gpgkey: [RPM-GPG-KEY-Rocky-9]}}
    profiles:
      rocky-9-5.14: {version: "9", kernel_family: "5.14"}
`;
  const find = (distro: string, version: string, rest: string) => {
    const own = `id: own\ndistro: ${distro}\nversion: "${version}"\nkernel_family: "5.15"\narch: x86_64\nimage: {local_path: x}\n${rest}`;
    return findProfile(catalogOf({ '/w/vm/profiles/own.yaml': own, '/b/catalog/t.yaml': table }), 'own');
  };

  test('has it from the signed archive of its release, with the package and the mirror that the address names', async () => {
    const build = '5.15.0-186-generic';
    const urls = `[${POOL}/linux-modules-${build}_5.15.0-186.196_amd64.deb, ${POOL}/linux-image-unsigned-${build}_5.15.0-186.196_amd64.deb]`;
    expect(await find('ubuntu', '22.04', `install_kernel: ${build}\nkernel_packages: ${urls}\n`)).toMatchObject({
      exactly: { release: build },
      kernel: {
        archive: 'ubuntu',
        suite: 'jammy-updates jammy',
        package: `linux-image-unsigned-${build}`,
        version: '5.15.0-186.196',
        mirror: 'https://mirror.example.org/ubuntu',
      },
    });
    expect((await find('ubuntu', '22.04', `install_kernel: ${build}\n`)).kernel).toMatchObject({
      package: `linux-image-${build}`,
    });
  });

  test('or from the rpm repository', async () => {
    expect((await find('rocky', '9', 'install_kernel: 5.14.0-687.el9.x86_64\n')).kernel).toMatchObject({
      source: 'rpm',
      version: '5.14.0-687.el9',
    });
  });

  test('of a release that is unknown stays without a kernel', async () => {
    expect((await find('ubuntu', '12.04', 'install_kernel: 3.2.0-1-generic\n')).kernel).toBeUndefined();
  });
});

describe('resolveMatrix', () => {
  test('keeps order, required and time-out', async () => {
    const matrix = readMatrix({
      file: 'm.yaml',
      text: 'profiles:\n  - {id: staged-5.4, required: false}\n  - {id: mine-6.1, timeout: 5m}\n',
    });
    const resolved = await resolveMatrix(catalog, matrix);
    expect(resolved.map(({ profile, required, timeoutMs }) => [profile.id, required, timeoutMs])).toEqual([
      ['staged-5.4', false, undefined],
      ['mine-6.1', true, 300_000],
    ]);
  });

  test('a kernel that is called by its family as tables call it', async () => {
    await expect(findProfile(catalog, '6.1', '--kernels')).rejects.toThrow(
      /unknown profile "6\.1"; similar profiles: debian-12-6\.1, mine-6\.1\./,
    );
  });

  test('one that cannot be had does not stop the others', async () => {
    const ids = ['mine-6.1', 'nope', 'broken', 'debian-12-6.12'];
    const matrix = readMatrix({ file: 'm.yaml', text: `profiles: [${ids.map((id) => `{id: ${id}}`)}]` });
    const resolved = await resolveMatrix(catalog, matrix);
    expect(resolved.map(({ id }) => id)).toEqual(ids);
    expect(resolved.map(({ profile }) => profile.problem?.split(';')[0])).toEqual([
      undefined,
      'm.yaml:1:32: unknown profile "nope"',
      expect.stringContaining('/w/vm/profiles/broken.yaml'),
      undefined,
    ]);
  });

  test('not even where there are no others', async () => {
    const matrix = readMatrix({ file: 'm.yaml', text: 'profiles: [{id: debian-12-6.13}]' });
    const [only] = await resolveMatrix(catalog, matrix);
    expect(only?.profile.problem).toMatch(
      /^m\.yaml:1:17: unknown profile "debian-12-6\.13"; similar profiles: debian-12-6\.1\b/,
    );
  });

  test('one that was typed is reported before anything runs, a broken one only where nothing else is left', async () => {
    const typed = (...ids: string[]) => resolveMatrix(catalog, matrixOf(ids, '--kernels'), true);
    const error = await usageError(typed('mine-6.1', 'nope', 'broken'));
    expect(error.message).toMatch(/^--kernels: unknown profile "nope";[^\n]*$/);
    expect((await typed('mine-6.1', 'broken')).map(({ profile }) => profile.problem === undefined)).toEqual([
      true,
      false,
    ]);
    expect((await usageError(typed('broken'))).code).toBe('profile_invalid');
  });

  test('where several are unknown every one is named', async () => {
    const error = await usageError(resolveMatrix(catalog, matrixOf(['nope', 'debian-12-6.13'], '--kernels'), true));
    const [first, second] = error.message.split('\n');
    expect(first).toContain('--kernels: unknown profile "nope"; \'bpfcompat kernels list\' shows all');
    expect(second).toContain('--kernels: unknown profile "debian-12-6.13"; similar profiles: debian-12-6.1');
  });
});

describe('findMatrix', () => {
  test.each([
    ['/w/ci/nightly.yaml', '/w/ci/nightly.yaml', 'nightly'],
    ['quick', '/b/quick.yaml', 'quick'],
    ['quick.yaml', '/b/quick.yaml', 'quick'],
    ['matrices/quick.yaml', '/b/quick.yaml', 'quick'],
    ['./matrices/quick.yml', '/b/quick.yaml', 'quick'],
    ['debian', '/b/debian.yaml', 'debian'],
    ['matrices/debian.yaml', '/w/matrices/debian.yaml', 'mine'],
    ['nightly-own', 'nightly-own', 'nightly-own'],
  ])('%s', async (value, file, name) => {
    expect(await findMatrix(catalog, value)).toMatchObject({ file, name });
  });

  test('no file takes the name of a built-in matrix, and whichever it is, the other one is named', async () => {
    expect((await findMatrix(catalog, 'debian')).note).toBe(
      'matrix debian is the one that comes with bpfcompat; name /w/matrices/debian.yaml to have that file',
    );
    const file = catalogOf({ quick: 'profiles: [{id: b}]', '/b/quick.yaml': 'profiles: [{id: a}]' });
    expect(await findMatrix(file, 'quick')).toMatchObject({
      file: '/b/quick.yaml',
      note: 'matrix quick is the one that comes with bpfcompat; name ./quick to have that file',
    });
    expect((await findMatrix(catalog, 'matrices/debian.yaml')).note).toBe(
      'matrix /w/matrices/debian.yaml is this file, not the one called debian that comes with bpfcompat',
    );
    const same = catalogOf({ quick: 'profiles: [{id: a}]', '/b/quick.yaml': 'profiles: [{id: a}]' });
    for (const name of ['quick', './quick']) expect((await findMatrix(same, name)).note).toBeUndefined();
    expect((await findMatrix(catalog, 'quick')).note).toBeUndefined();
    expect((await findMatrix(catalog, '/w/ci/nightly.yaml')).note).toBeUndefined();
  });

  test('an entry without "- id:" is reported with the id that is meant', async () => {
    const text = 'profiles: [6.1]';
    const files = catalogOf({ 'm.yaml': text, '/b/catalog/debian.yaml': tableText({ 'debian-12-6.1': '6.1' }) });
    const error = await usageError(findMatrix(files, 'm.yaml'));
    expect(error.message).toContain('m.yaml:1:12: profiles[0] must be a map');
    expect(error.message).toMatch(/not a text; write a line "- id: debian-12-6\.1" for each kernel$/);
  });

  test('an address and a directory are named as what they are', async () => {
    const files = catalogOf({ ci: Object.assign(new Error('EISDIR'), { code: 'EISDIR' }) });
    const messages = await Promise.all(
      ['https://host.example/m.yaml', 'ci'].map(async (value) => (await usageError(findMatrix(files, value))).message),
    );
    expect(messages).toEqual([
      expect.stringMatching(/^no matrix file "https:.*"; only files of this machine are read, no addresses; fetch it/),
      'no matrix file "ci"; it is a directory; name a matrix file in it',
    ]);
  });

  test('a directory of that name does not hide a built-in matrix', async () => {
    const isDirectory = Object.assign(new Error('EISDIR'), { code: 'EISDIR' });
    const files = catalogOf({ quick: isDirectory, '/b/quick.yaml': 'profiles: [{id: a}]' });
    expect((await findMatrix(files, 'quick')).file).toBe('/b/quick.yaml');
  });

  test.each([
    ['qiuck', 'no matrix file "qiuck"; did you mean "quick"? Or give the path of a matrix file'],
    ['matrices/qiuck.yaml', 'no matrix file "matrices/qiuck.yaml"; did you mean "quick"?'],
    ['/nowhere/m.yaml', 'no matrix file "/nowhere/m.yaml"; give the path of a matrix file or one of the names'],
    ['../b/quick.yaml', 'no matrix file "../b/quick.yaml"'],
  ])('%s is unknown', async (value, message) => {
    const error = await usageError(findMatrix(catalog, value));
    expect(error.code).toBe('unknown_matrix');
    expect(error.message).toContain(message);
  });

  test('builtinMatrix does not look at the workspace', async () => {
    expect((await builtinMatrix(catalog, 'debian')).file).toBe('/b/debian.yaml');
    const error = await usageError(builtinMatrix(catalog, 'mvp'));
    expect(error.message).toBe('the built-in matrix "mvp" is missing (/b/mvp.yaml); install bpfcompat again');
  });
});

test('lists', async () => {
  expect(await profileIds(catalog)).toEqual([
    'broken',
    'debian-12-6.1',
    'debian-12-6.12',
    'mine-6.1',
    'renamed',
    'secret',
    'staged-5.4',
  ]);
  expect(await matrixNames(catalog)).toEqual(['debian', 'quick']);
  expect(await profileIds(catalogOf({}))).toEqual([]);
});

test('every built-in matrix and profile can be read', async () => {
  const builtin = join(import.meta.dirname, '../../matrices');
  const real: Catalog = {
    workspace: join(import.meta.dirname, 'nowhere'),
    builtin,
    files: { list: (dir) => readdir(dir), read: (path) => readFile(path, 'utf8') },
  };
  const ids = await profileIds(real);
  expect(ids.length).toBeGreaterThanOrEqual(12);
  for (const name of await matrixNames(real)) {
    const matrix = await builtinMatrix(real, name);
    expect(await resolveMatrix(real, matrix)).toHaveLength(matrix.profiles.length);
  }
});

test('a disk image lies below the top of the repository, and is confined there', async () => {
  const own = catalogOf({
    '/w/vm/profiles/mine-6.1.yaml': profileText('mine-6.1'),
    '/b/catalog/k.yaml': tableText({}),
  });
  const confined: unknown[] = [];
  const files = {
    ...own.files,
    confine: async (file: string, named: object) => void confined.push({ file, ...named }),
    topOf: async () => '/w',
  };
  const profile = await findProfile({ ...own, files }, 'mine-6.1');
  expect(profile).toMatchObject({ image: { path: '/w/x' }, top: '/w' });
  expect(confined).toMatchObject([{ key: 'image.local_path', path: 'x', use: 'read', fromTop: true }]);
});

test('the kernel of virtme-ng lies below the top of the repository as well, unless virtme-ng has it', async () => {
  const text = (run: string): string =>
    `id: mine-6.8\ndistro: kernelorg\nkernel_family: "6.8"\narch: x86_64\nrunner: virtme-ng\nvirtme_ng: {run: ${run}}\n`;
  const read = async (run: string) => {
    const own = catalogOf({ '/w/vm/profiles/mine-6.8.yaml': text(run), '/b/catalog/k.yaml': tableText({}) });
    const confined: unknown[] = [];
    const confine = async (_: string, named: object): Promise<void> => void confined.push(named);
    const files = { ...own.files, confine, topOf: async () => '/w' };
    return { profile: await findProfile({ ...own, files }, 'mine-6.8'), confined };
  };
  const { profile, confined } = await read('../boot/vmlinuz');
  expect(confined).toMatchObject([{ key: 'virtme_ng.run', path: '../boot/vmlinuz', use: 'read', fromTop: true }]);
  expect((await read('build/bzImage')).profile).toMatchObject({ virtme: { run: '/w/build/bzImage' }, top: '/w' });
  expect(profile.kernel).toBeUndefined();
  const upstream = await read('v6.8');
  expect(upstream.profile.virtme?.run).toBe('v6.8');
  expect(upstream.confined).toEqual([]);
});
