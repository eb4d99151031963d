import { describe, expect, test } from 'vitest';
import { createHost } from '../../../../src/host/create-host.ts';
import type { Host } from '../../../../src/host/host.ts';
import { mirrorsFor } from '../../../../src/kernels/sources/deb/mirror.ts';
import type { DebKernelSource } from '../../../../src/model/kernel.ts';

const real = createHost({ env: { PATH: process.env['PATH'] } });
const source: DebKernelSource = {
  source: 'deb',
  archive: 'debian',
  suite: 'trixie',
  package: 'linux-image-6.12',
  mirror: 'http://profile.example.org/debian/',
};

/** A host with these files under /etc and this result of apt. */
function hostWith(files: Record<string, string>, targets = '', env: Host['env'] = {}): Host {
  const result = {
    exitCode: 0,
    signal: null,
    stdout: Buffer.from(targets),
    stderr: Buffer.alloc(0),
    truncated: false,
    timedOut: false,
    cancelled: false,
    durationMs: 1,
  };
  return {
    ...real,
    env,
    run: async () => result,
    files: {
      ...real.files,
      read: async (path) => {
        const text = files[path];
        if (text === undefined) throw new Error(`ENOENT ${path}`);
        return Buffer.from(text);
      },
      list: async (dir) =>
        Object.keys(files)
          .filter((path) => path.startsWith(`${dir}/`))
          .map((path) => path.slice(dir.length + 1)),
    },
  };
}

describe('mirrorsFor', () => {
  test('the environment wins alone', async () => {
    const env = { BPFCOMPAT_DEBIAN_MIRROR: 'https://env.example.org/debian/' };
    const host = hostWith({ '/etc/os-release': 'ID=debian\n' }, 'Debian|http://host.example.org/debian\n', env);
    expect(await mirrorsFor(host, source)).toEqual(['https://env.example.org/debian']);
  });

  test('each archive has its own variable', async () => {
    const host = hostWith({}, '', { BPFCOMPAT_DEBIAN_SECURITY_MIRROR: 'http://sec.example.org/s' });
    expect(await mirrorsFor(host, source)).toEqual(['http://profile.example.org/debian']);
    expect(await mirrorsFor(host, { ...source, archive: 'debian-security' })).toEqual(['http://sec.example.org/s']);
  });

  test('a Debian host names its own, the profile comes after', async () => {
    const host = hostWith({ '/etc/os-release': 'ID=debian\n' }, 'Debian|http://host.example.org/debian/\n');
    expect(await mirrorsFor(host, source)).toEqual([
      'http://host.example.org/debian',
      'http://profile.example.org/debian',
    ]);
  });

  test('a fresh Debian host without lists is read from its source files; what apt cannot fetch alone is left out', async () => {
    const host = hostWith({
      '/etc/os-release': 'PRETTY_NAME="x"\nID=debian\n',
      '/etc/apt/sources.list': 'deb cdrom:[Debian]/ bookworm main\n',
      '/etc/apt/sources.list.d/debian.sources':
        'Types: deb\nURIs: mirror+file:///etc/apt/mirrors/debian.list\nSuites: bookworm\nComponents: main\n',
    });
    expect(await mirrorsFor(host, source)).toEqual([
      'mirror+file:///etc/apt/mirrors/debian.list',
      'http://profile.example.org/debian',
    ]);
  });

  test('a host that lists one archive only most likely has the other beside it', async () => {
    const host = hostWith({
      '/etc/os-release': 'ID=debian\n',
      '/etc/apt/sources.list': 'deb http://host.example.org/debian trixie main\n',
    });
    const security = { ...source, archive: 'debian-security' as const, mirror: 'http://profile.example.org/s' };
    expect(await mirrorsFor(host, security)).toEqual([
      'http://host.example.org/debian-security',
      'http://profile.example.org/s',
    ]);
    const env = { BPFCOMPAT_DEBIAN_MIRROR: 'http://env.example.org/debian' };
    expect(await mirrorsFor(hostWith({}, '', env), security)).toEqual([
      'http://env.example.org/debian-security',
      'http://profile.example.org/s',
    ]);
  });

  test('another distro is not fetched from', async () => {
    const host = hostWith(
      {
        '/etc/os-release': 'ID=ubuntu\nID_LIKE=debian\n',
        '/etc/apt/sources.list': 'deb http://u.example.org/x noble main\n',
      },
      'Debian|http://odd.example.org/debian\n',
    );
    expect(await mirrorsFor(host, source)).toEqual(['http://profile.example.org/debian']);
  });

  test('an Ubuntu host is requested for Ubuntu, and the archive of ended releases comes last', async () => {
    const { mirror: _mirror, ...bare } = source;
    const ubuntu = { ...bare, archive: 'ubuntu' as const };
    const last = ['http://archive.ubuntu.com/ubuntu', 'http://old-releases.ubuntu.com/ubuntu'];
    const host = hostWith({
      '/etc/os-release': 'ID=ubuntu\n',
      '/etc/apt/sources.list': 'deb http://u.example.org/ubuntu noble main\n',
    });
    expect(await mirrorsFor(host, ubuntu)).toEqual(['http://u.example.org/ubuntu', ...last]);
    expect(await mirrorsFor(hostWith({ '/etc/os-release': 'ID=debian\n' }), ubuntu)).toEqual(last);
    const env = { BPFCOMPAT_UBUNTU_MIRROR: 'http://env.example.org/ubuntu' };
    expect(await mirrorsFor(hostWith({}, '', env), ubuntu)).toEqual(['http://env.example.org/ubuntu']);
    expect(await mirrorsFor(hostWith({}, '', env), { ...bare, archive: 'ubuntu-old-releases' })).toEqual([last[1]]);
  });

  test('no mirror at all and a bad one say what to set', async () => {
    const { mirror: _mirror, ...bare } = source;
    await expect(mirrorsFor(hostWith({}), bare)).rejects.toMatchObject({
      code: 'no_mirror',
      message: expect.stringContaining('BPFCOMPAT_DEBIAN_MIRROR'),
    });
    for (const bad of ['nonsense', 'http://a b/debian', 'http://x/[trusted=yes]', 'cdrom:[x]/', 'http://x/\ndeb y']) {
      await expect(mirrorsFor(hostWith({}, '', { BPFCOMPAT_DEBIAN_MIRROR: bad }), source)).rejects.toMatchObject({
        code: 'bad_mirror',
        message: expect.stringContaining('BPFCOMPAT_DEBIAN_MIRROR'),
      });
    }
  });
});
