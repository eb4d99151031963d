import { describe, expect, test } from 'vitest';
import { loadOrder, type ModuleCatalogue, parseBuiltin } from '../../../src/kernels/modules/load-order.ts';

function catalogue(depends: Record<string, string[]>, builtIn: string[] = []): ModuleCatalogue {
  return {
    builtIn: (name) => builtIn.includes(name),
    exists: (name) => name in depends,
    depends: async (name) => depends[name] ?? [],
  };
}

describe('loadOrder', () => {
  test('dependencies come first, each module once, required before optional', async () => {
    const modules = catalogue({
      virtio_pci: ['virtio', 'virtio_ring'],
      virtio: ['virtio_ring'],
      virtio_ring: [],
      virtio_console: ['virtio', 'virtio_ring'],
      dummy: [],
    });
    expect(await loadOrder(modules)).toEqual(['virtio_ring', 'virtio', 'virtio_pci', 'virtio_console', 'dummy']);
  });

  test('what is built in needs no module, nor does an optional one that is nowhere', async () => {
    const modules = catalogue({ cls_bpf: ['act_api'] }, ['virtio_pci', 'virtio_console', 'act_api']);
    expect(await loadOrder(modules)).toEqual(['cls_bpf']);
  });

  test('a missing required module is an error, so is a missing dependency', async () => {
    await expect(loadOrder(catalogue({}, ['virtio_pci']))).rejects.toMatchObject({
      code: 'kernel_unusable',
      message: expect.stringContaining('virtio_console'),
    });
    await expect(loadOrder(catalogue({ a: ['b'] }), ['a'], [])).rejects.toThrow(/no module b \(needed by a\)/);
  });

  test('a ring of dependencies ends', async () => {
    await expect(loadOrder(catalogue({ a: ['b'], b: ['a'] }), ['a'], [])).rejects.toThrow(/in a ring: a, b/);
  });
});

test('parseBuiltin', () => {
  expect(parseBuiltin('kernel/drivers/virtio/virtio-pci.ko\nkernel/a/rng_core.ko\n\nnoise\n')).toEqual(
    new Set(['virtio_pci', 'rng_core']),
  );
});
