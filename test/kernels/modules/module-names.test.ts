import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { baseStrings } from '../../../src/kernels/modules/module-btf.ts';
import { readModuleNames } from '../../../src/kernels/modules/module-names.ts';
import { btfOf, kernelModule, splitBtf } from '../../fakes/kernel-module.ts';

const STRINGS = Buffer.from('\0nfs_inode\0list_head\0');
const base = baseStrings(btfOf(Buffer.alloc(0), STRINGS));

describe('readModuleNames', () => {
  test('functions that stay, variables, events with their categories, types of its own', () => {
    const elf = kernelModule({
      functions: ['nfs_open', '__pfx_nfs_open', 'nfs_open.cold', 'nfs_read.isra.0', 'init_module'],
      initFunctions: ['nfs_setup'],
      variables: ['nfs_limit', '__tracepoint_nfs_enter', '__this_module'],
      tracepoints: ['nfs/nfs_enter', 'nfs4/nfs4_open'],
      btf: splitBtf(STRINGS, ['nfs_server', 1]),
    });
    expect(readModuleNames(elf, base)).toEqual({
      functions: ['nfs_open', 'nfs_read.isra.0'],
      variables: ['nfs_limit'],
      rawTracepoints: ['nfs_enter', 'nfs4_open'],
      tracepoints: ['nfs/nfs_enter', 'nfs4/nfs4_open'],
      types: ['nfs_server', 'nfs_inode'],
    });
    expect(readModuleNames(elf, undefined)?.types).toEqual([]);
  });

  test('anything else is undefined', () => {
    expect(readModuleNames(Buffer.alloc(0), base)).toBeUndefined();
    expect(readModuleNames(Buffer.alloc(4096, 'x'), base)).toBeUndefined();
  });

  test('damaged bytes never throw', () => {
    const elf = kernelModule({ functions: ['f'], tracepoints: ['a/b'], btf: splitBtf(STRINGS, ['s', 1]) });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(elf.length - 1), fc.nat(255)), { maxLength: 16 }),
        fc.nat(elf.length),
        (changes, cut) => {
          const damaged = Buffer.from(elf);
          for (const [at, value] of changes) damaged[at] = value;
          readModuleNames(damaged.subarray(0, cut), base);
          readModuleNames(damaged, base);
        },
      ),
    );
  });
});
