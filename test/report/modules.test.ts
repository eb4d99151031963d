import { expect, test } from 'vitest';
import type { CellModules } from '../../src/model/kernel-modules.ts';
import { modulesJson, modulesMarkdown, modulesNotes } from '../../src/report/modules.ts';

const MODULES: CellModules = {
  modules: [
    { name: 'sunrpc', reason: 'dependency', names: [], status: 'loaded', error: '' },
    { name: 'nfs', reason: 'name', names: ['nfs_open', 'nfs/nfs_enter'], status: 'loaded', error: '' },
    { name: 'xfs', reason: 'manifest', names: [], status: 'loaded', error: '' },
    { name: 'ext4', reason: 'manifest', names: [], status: 'built_in', error: '' },
    { name: 'bad', reason: 'name', names: ['b'], status: 'failed', error: 'the kernel *rejected* it' },
  ],
  ambiguous: [{ name: 'show', modules: ['nfs', 'xfs'] }],
  forbidden: [{ name: 'btrfs_open', module: 'btrfs' }],
  nowhere: ['gone'],
  unavailable: undefined,
};

test('modules of a cell in each format', () => {
  expect(modulesNotes(undefined)).toEqual([]);
  expect(modulesNotes(MODULES)).toEqual([
    'modules: loaded nfs for nfs_open, nfs/nfs_enter, xfs as the manifest says, with sunrpc',
    'modules: ext4 is built into this kernel',
    'modules: bad could not be loaded: the kernel *rejected* it',
    'modules: show is in nfs, xfs; none was loaded, name the one in modules.load of the manifest',
    'modules: btrfs_open needs btrfs, which modules.forbid of the manifest keeps out',
  ]);
  expect(modulesMarkdown(MODULES)[0]).toBe(
    '- Modules: loaded `nfs` for `nfs_open`, `nfs/nfs_enter`, `xfs` as the manifest says, with `sunrpc`',
  );
  expect(modulesMarkdown(MODULES)[2]).not.toContain('*rejected*');
  expect(modulesJson({ ...MODULES, ambiguous: [], forbidden: [] })).toMatchObject({
    used: [
      { name: 'sunrpc', status: 'loaded', reason: 'dependency' },
      { names: ['nfs_open', 'nfs/nfs_enter'] },
      {},
      {},
      {},
    ],
  });
  expect(modulesNotes({ ...MODULES, modules: [], ambiguous: [], forbidden: [], unavailable: 'no line' })).toEqual([
    'modules: not looked into: no line',
  ]);
});

test('a cell whose names no module has says nothing of modules', () => {
  const nothing = { modules: [], ambiguous: [], forbidden: [], nowhere: ['gone'], unavailable: undefined };
  expect(modulesJson(nothing)).toBeUndefined();
  expect(modulesNotes(nothing)).toEqual([]);
});
