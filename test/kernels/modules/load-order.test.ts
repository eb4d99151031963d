import { describe, expect, test } from 'vitest';
import { configBuiltin, parseBuiltin } from '../../../src/kernels/modules/built-in.ts';
import { type ModuleCatalog, planBoot } from '../../../src/kernels/modules/load-order.ts';

function catalog(depends: Record<string, string[]>, builtIn: string[] = []): ModuleCatalog {
  return {
    builtIn: (name) => builtIn.includes(name),
    exists: (name) => name in depends,
    depends: async (name) => depends[name] ?? [],
  };
}

describe('planBoot', () => {
  const BUILT_IN = ['virtio_pci', 'virtio_console'];

  test('dependencies come first, each module once, required before optional', async () => {
    const modules = catalog({
      virtio_pci: ['virtio', 'virtio_ring'],
      virtio: ['virtio_ring'],
      virtio_ring: [],
      virtio_console: ['virtio', 'virtio_ring'],
      virtio_blk: ['virtio', 'virtio_ring'],
      dummy: [],
    });
    expect(await planBoot(modules)).toEqual({
      channel: 'virtio-serial',
      modules: ['virtio_ring', 'virtio', 'virtio_pci', 'virtio_console', 'dummy'],
    });
  });

  test('what is built in needs no module, nor does an optional one that is nowhere', async () => {
    const modules = catalog({ cls_bpf: ['act_api'] }, [...BUILT_IN, 'act_api']);
    expect(await planBoot(modules)).toEqual({ channel: 'virtio-serial', modules: ['cls_bpf'] });
  });

  test.each([
    { blk: 'a module', files: { virtio_blk: [] }, builtIn: ['virtio_pci'], modules: ['virtio_blk'] },
    { blk: 'built in', files: {}, builtIn: ['virtio_pci', 'virtio_blk'], modules: [] },
  ])('a kernel without virtio_console is talked to over a disk ($blk)', async ({ files, builtIn, modules }) => {
    expect(await planBoot(catalog(files, builtIn))).toEqual({ channel: 'virtio-blk', modules });
  });

  test.each([
    { has: ['virtio_pci'], words: 'no module virtio_console and no virtio_blk (needed by every guest)' },
    { has: ['virtio_console'], words: 'no module virtio_pci (needed by every guest)' },
  ])('a kernel with nothing to talk over but $has is an error', async ({ has, words }) => {
    await expect(planBoot(catalog({}, has))).rejects.toMatchObject({
      code: 'kernel_unusable',
      message: expect.stringContaining(words),
    });
  });

  test('a missing dependency is an error', async () => {
    const modules = catalog({ a: ['b'] }, BUILT_IN);
    await expect(planBoot(modules, ['a'])).rejects.toThrow(/no module b \(needed by a\)/);
  });

  test('a ring of dependencies ends', async () => {
    const modules = catalog({ a: ['b'], b: ['a'] }, BUILT_IN);
    await expect(planBoot(modules, ['a'])).rejects.toThrow(/in a ring: a, b/);
  });
});

test('parseBuiltin', () => {
  expect(parseBuiltin('kernel/drivers/virtio/virtio-pci.ko\nkernel/a/rng_core.ko\n\nnoise\n')).toEqual(
    new Set(['virtio_pci', 'rng_core']),
  );
});

test('configBuiltin: by the option of a module, which may be called otherwise', () => {
  const config = 'CONFIG_VIRTIO=y\nCONFIG_VIRTIO_PCI=m\n# CONFIG_DUMMY is not set\nCONFIG_NET_CLS_BPF=y\n';
  const names = ['virtio', 'virtio_ring', 'virtio_pci', 'dummy', 'cls_bpf', 'veth'];
  expect(names.filter((name) => configBuiltin(config, name))).toEqual(['virtio', 'virtio_ring', 'cls_bpf']);
});
