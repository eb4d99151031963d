import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { moduleName, moduleNameOfPath, readModinfo } from '../../../src/kernels/modules/modinfo.ts';
import { elfModule } from '../../fakes/elf-module.ts';

describe('readModinfo', () => {
  test('reads the dependencies, dashes as underscores', () => {
    const elf = elfModule({ license: 'GPL', depends: 'virtio,rng-core', name: 'x' });
    expect(readModinfo(elf)).toEqual({ depends: ['virtio', 'rng_core'] });
  });

  test('a signature behind the ELF file does no harm', () => {
    const signed = Buffer.concat([elfModule({ depends: '' }), Buffer.from('~Module signature appended~\n')]);
    expect(readModinfo(signed)).toEqual({ depends: [] });
  });

  test('anything else is undefined', () => {
    expect(readModinfo(Buffer.alloc(0))).toBeUndefined();
    expect(readModinfo(Buffer.from('hello'))).toBeUndefined();
    expect(readModinfo(Buffer.alloc(4096))).toBeUndefined();
    const elf = elfModule({ depends: 'a' });
    for (let length = 0; length < elf.length; length++) expect(readModinfo(elf.subarray(0, length))).toBeUndefined();
  });

  test('a list of megabytes is none of a module', () => {
    expect(readModinfo(elfModule({ depends: 'a,'.repeat(400_000) }))?.depends).toHaveLength(400_000);
    expect(readModinfo(elfModule({ depends: 'a,'.repeat(600_000) }))).toBeUndefined();
  });

  test('damaged bytes never throw', () => {
    const elf = elfModule({ depends: 'a,b' });
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(elf.length - 1), fc.nat(255)), { maxLength: 20 }), (changes) => {
        const copy = Buffer.from(elf);
        for (const [at, value] of changes) copy[at] = value;
        readModinfo(copy);
      }),
    );
  });
});

test('names', () => {
  expect(moduleName('rng-core')).toBe('rng_core');
  expect(moduleNameOfPath('/a/virtio-rng.ko.xz')).toBe('virtio_rng');
  expect(moduleNameOfPath('/a/dummy.ko')).toBe('dummy');
  expect(moduleNameOfPath('/a/modules.builtin')).toBeUndefined();
});
