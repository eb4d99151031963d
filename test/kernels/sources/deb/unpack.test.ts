import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createHost } from '../../../../src/host/create-host.ts';
import { unpackDebs } from '../../../../src/kernels/sources/deb/unpack.ts';
import { locateKernel } from '../../../../src/kernels/sources/locate-kernel.ts';

const filesAt = (...paths: string[]): Map<string, string> => new Map(paths.map((path) => [path, `/t/${path}`]));

describe('locateKernel', () => {
  test('everything in one package', () => {
    expect(
      locateKernel(
        filesAt(
          'boot/vmlinuz-5.10.0-46-cloud-amd64',
          'boot/config-5.10.0-46-cloud-amd64',
          'boot/System.map-5.10.0-46-cloud-amd64',
          'lib/modules/5.10.0-46-cloud-amd64/modules.builtin',
          'lib/modules/5.10.0-46-cloud-amd64/kernel/drivers/net/dummy.ko',
          'lib/modules/other/kernel/drivers/net/veth.ko',
        ),
      ),
    ).toEqual({
      release: '5.10.0-46-cloud-amd64',
      vmlinuz: '/t/boot/vmlinuz-5.10.0-46-cloud-amd64',
      config: '/t/boot/config-5.10.0-46-cloud-amd64',
      modulesBuiltin: '/t/lib/modules/5.10.0-46-cloud-amd64/modules.builtin',
      modules: ['/t/lib/modules/5.10.0-46-cloud-amd64/kernel/drivers/net/dummy.ko'],
    });
  });

  test('everything under usr/lib/modules', () => {
    const dir = 'usr/lib/modules/7.3.4+deb13-cloud-amd64';
    const kernel = locateKernel(
      filesAt(
        `${dir}/vmlinuz`,
        `${dir}/config`,
        `${dir}/modules.builtin`,
        `${dir}/kernel/net/x.ko.xz`,
        `${dir}/y.ko.zst`,
      ),
    );
    expect(kernel).toMatchObject({ release: '7.3.4+deb13-cloud-amd64', config: `/t/${dir}/config` });
    expect(kernel?.modules).toHaveLength(2);
  });

  test('no kernel, and more than one', () => {
    expect(locateKernel(filesAt('usr/share/doc/linux/copyright'))).toBeUndefined();
    expect(() => locateKernel(filesAt('boot/vmlinuz-1', 'boot/vmlinuz-2'))).toThrow(/several kernels \(1, 2\)/);
  });
});

test('links in a package are not followed', async () => {
  const host = createHost({ env: { PATH: process.env['PATH'] } });
  await using dir = await host.files.tempDir('bpfcompat-unpack-');
  const tree = join(dir.path, 'tree');
  await host.files.makeDir(join(tree, 'DEBIAN'));
  await host.files.makeDir(join(tree, 'boot'));
  await host.files.writeAtomic(
    join(tree, 'DEBIAN/control'),
    'Package: a\nVersion: 1\nArchitecture: all\nMaintainer: x\nDescription: x\n',
  );
  await host.files.writeAtomic(join(tree, 'boot/config-1'), 'x');
  symlinkSync('/etc/passwd', join(tree, 'boot/vmlinuz-1'));
  symlinkSync('/etc', join(tree, 'etc'));
  await host.run('dpkg-deb', ['-b', tree, join(dir.path, 'a.deb')]);
  const files = await unpackDebs(host, [join(dir.path, 'a.deb')], join(dir.path, 'root'), undefined);
  expect([...files.keys()]).toEqual(['boot/config-1']);
});
