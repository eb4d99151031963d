import { describe, expect, it } from 'vitest';
import { cpioArchive } from '../../../src/guests/direct/cpio.ts';
import { buildInitramfs } from '../../../src/guests/direct/initramfs.ts';
import { createHost } from '../../../src/host/create-host.ts';

interface Member {
  readonly mode: number;
  readonly mtime: number;
  readonly rdev: readonly [number, number];
  readonly data: string;
}

/** Reads a newc archive back, member by member. */
function readCpio(archive: Buffer): Map<string, Member> {
  const members = new Map<string, Member>();
  for (let at = 0; ; ) {
    expect(archive.subarray(at, at + 6).toString()).toBe('070701');
    const field = (index: number): number =>
      Number.parseInt(archive.subarray(at + 6 + index * 8, at + 14 + index * 8).toString(), 16);
    const nameAt = at + 110;
    const name = archive.subarray(nameAt, nameAt + field(11) - 1).toString();
    const dataAt = (nameAt + field(11) + 3) & ~3;
    const data = archive.subarray(dataAt, dataAt + field(6)).toString();
    if (name === 'TRAILER!!!') return members;
    expect([field(2), field(3)]).toEqual([0, 0]);
    members.set(name, { mode: field(1), mtime: field(5), rdev: [field(9), field(10)], data });
    at = (dataAt + field(6) + 3) & ~3;
  }
}

const content = {
  init: Buffer.from('validator'),
  modules: [
    { name: 'virtio_ring', data: Buffer.from('ring') },
    { name: 'kernel/drivers/virtio/virtio.ko', data: Buffer.from('virtio') },
  ],
  config: { release: '6.1.0-test', data: Buffer.from('CONFIG_BPF=y\n') },
};

describe('buildInitramfs', () => {
  it('has the validator as init, modules in load order, the configuration and a console', () => {
    const members = readCpio(buildInitramfs(content));
    expect(members.get('init')).toEqual({ mode: 0o100755, mtime: 0, rdev: [0, 0], data: 'validator' });
    expect(members.get('modules/order')?.data).toBe('01-virtio_ring.ko\n02-virtio.ko\n');
    expect(members.get('modules/01-virtio_ring.ko')?.data).toBe('ring');
    expect(members.get('modules/02-virtio.ko')?.data).toBe('virtio');
    expect(members.get('boot/config-6.1.0-test')?.data).toBe('CONFIG_BPF=y\n');
    expect(members.get('dev/console')).toMatchObject({ mode: 0o020600, rdev: [5, 1] });
    for (const dir of ['boot', 'dev', 'modules', 'proc', 'sys', 'tmp']) {
      expect(members.get(dir)).toMatchObject({ mode: 0o040755 });
    }
  });

  it('does without modules and configuration', () => {
    const members = readCpio(buildInitramfs({ ...content, modules: [], config: undefined }));
    expect(members.get('modules/order')?.data).toBe('');
    expect([...members.keys()].filter((name) => name.startsWith('boot/'))).toEqual([]);
  });

  it('has further files where they belong, with the directories above them', () => {
    const file = (path: string, executable: boolean) =>
      ({ kind: 'file', path, executable, bytes: Buffer.from(path) }) as const;
    const files = [file('/bpfcompat/loaders/aya', true), file('/boot/more', false), file('/lib/x/libc.so.6', true)];
    const members = readCpio(buildInitramfs({ ...content, files }));
    expect(members.get('bpfcompat/loaders/aya')).toMatchObject({ mode: 0o100755, data: '/bpfcompat/loaders/aya' });
    expect(members.get('boot/more')).toMatchObject({ mode: 0o100644 });
    const order = [...members.keys()];
    for (const above of ['bpfcompat', 'bpfcompat/loaders', 'lib', 'lib/x']) {
      expect(members.get(above)).toMatchObject({ mode: 0o040755 });
    }
    expect(order.indexOf('lib/x')).toBeLessThan(order.indexOf('lib/x/libc.so.6'));
    expect(order.filter((path) => path === 'boot')).toHaveLength(1);
  });

  it('gives the same bytes for the same content', () => {
    expect(buildInitramfs(content).equals(buildInitramfs(structuredClone(content)))).toBe(true);
  });

  it('is read by cpio(1) too', async () => {
    const host = createHost({ env: {} });
    const listed = await host.run('cpio', ['-t', '--quiet'], { input: buildInitramfs(content) }).catch(() => undefined);
    // Without cpio on this machine the reader above has to do.
    const names = listed?.stdout.toString().trim().split('\n') ?? [...readCpio(buildInitramfs(content)).keys()];
    expect(names).toEqual([
      ...['boot', 'boot/config-6.1.0-test', 'dev', 'dev/console', 'init'],
      ...['modules', 'modules/01-virtio_ring.ko', 'modules/02-virtio.ko', 'modules/order'],
      ...['proc', 'run', 'sys', 'tmp'],
    ]);
  });
});

it('cpioArchive does not depend on the order it is given', () => {
  const a = { path: 'a', type: 'dir' } as const;
  const b = { path: 'a/b', type: 'file', mode: 0o644, data: Buffer.from('b') } as const;
  expect(cpioArchive([b, a])).toEqual(cpioArchive([a, b]));
});
