import { describe, expect, test } from 'vitest';
import { chooseModules } from '../../../src/kernels/modules/choose-modules.ts';
import { indexWriter, readModuleIndex } from '../../../src/kernels/modules/module-index.ts';
import type { NeededName } from '../../../src/model/kernel-modules.ts';

const NOTHING = { functions: [], variables: [], rawTracepoints: [], tracepoints: [], types: [] };
const NO_RULES = { load: [], forbid: [] };

function textOf(): string {
  const index = indexWriter(['tcp_cubic', 'ext4']);
  const add = (name: string, depends: string[], names: Partial<typeof NOTHING> | Record<string, string[]>) =>
    index.add({ name, file: `${name}.ko.xz`, sha256: 'ab'.repeat(32), size: 10, depends }, { ...NOTHING, ...names });
  add('grace', [], { functions: ['locks_start_grace'] });
  add('sunrpc', [], { functions: ['rpc_call', 'show'], tracepoints: ['sunrpc/rpc_task_begin'] });
  add('lockd', ['sunrpc', 'grace'], { functions: ['nlm_open'] });
  add('nfs', ['lockd', 'sunrpc', 'fscache'], {
    functions: ['nfs_open', 'show'],
    tracepoints: ['nfs/nfs_enter'],
    rawTracepoints: ['nfs_enter'],
    types: ['nfs_server'],
  });
  add('nfsv4', ['nfs', 'sunrpc'], { types: ['nfs_server', 'session'] });
  add('nfsd', ['sunrpc'], { types: ['session'] });
  return index.text();
}

const index = readModuleIndex(Buffer.from(textOf()));
if (index === undefined) throw new Error('the index cannot be read');
const choose = (needed: NeededName[], rules: Partial<typeof NO_RULES> | object = {}, present: string[] = []) =>
  chooseModules(index, needed, { ...NO_RULES, ...rules }, new Set(present));
const fn = (name: string): NeededName => ({ kind: 'function', name });

describe('the index of modules', () => {
  test('finds exactly a name of exactly a kind', () => {
    expect(index.having(fn('nfs_open'))).toEqual(['nfs']);
    expect(index.having(fn('nfs_ope'))).toEqual([]);
    expect(index.having(fn('show'))).toEqual(['sunrpc', 'nfs']);
    expect(index.having({ kind: 'tracepoint', name: 'nfs/nfs_enter' })).toEqual(['nfs']);
    expect(index.having({ kind: 'tracepoint', name: 'sunrpc/nfs_enter' })).toEqual([]);
    expect(index.having({ kind: 'raw_tracepoint', name: 'nfs_enter' })).toEqual(['nfs']);
    expect(index.having({ kind: 'variable', name: 'nfs_open' })).toEqual([]);
    expect(index.having(fn('nfs_open\t3\nf\tnfs_open'))).toEqual([]);
    expect([...index.builtIn]).toEqual(['tcp_cubic', 'ext4']);
  });

  test('one of another version, or half of one, is none', () => {
    const text = textOf();
    expect(readModuleIndex(Buffer.from(text.replace('.v1', '.v0')))).toBeUndefined();
    expect(readModuleIndex(Buffer.from(text.slice(0, 60)))).toBeUndefined();
    expect(readModuleIndex(Buffer.from(text.replace('nfs.ko.xz', '../nfs.ko')))).toBeUndefined();
    expect(readModuleIndex(Buffer.alloc(0))).toBeUndefined();
  });
});

describe('chooseModules', () => {
  test('dependencies come first, each once; what a guest has already is left out', () => {
    expect(choose([fn('nfs_open'), fn('rpc_call')]).modules).toEqual([
      { name: 'sunrpc', names: ['rpc_call'] },
      { name: 'grace', names: [] },
      { name: 'lockd', names: [] },
      { name: 'nfs', names: ['nfs_open'] },
    ]);
    expect(choose([fn('nlm_open')], {}, ['sunrpc']).modules.map(({ name }) => name)).toEqual(['grace', 'lockd']);
  });

  test('a name in two modules is settled by the manifest alone', () => {
    const several = { modules: [], ambiguous: [{ name: 'show', modules: ['sunrpc', 'nfs'] }] };
    expect(choose([fn('show')])).toMatchObject(several);
    expect(choose([fn('show')], { load: ['sunrpc'] })).toMatchObject({
      modules: [{ name: 'sunrpc', names: ['show'] }],
      ambiguous: [],
    });
  });

  test('a structure is of the module that all others need', () => {
    const type = (name: string): NeededName => ({ kind: 'type', name });
    expect(choose([type('nfs_server')]).modules.at(-1)).toEqual({ name: 'nfs', names: ['nfs_server'] });
    expect(choose([type('session')]).ambiguous).toEqual([{ name: 'session', modules: ['nfsv4', 'nfsd'] }]);
  });

  test('forbidden modules are not loaded, nor what needs them', () => {
    expect(choose([fn('nfs_open'), fn('rpc_call')], { forbid: ['lockd'] })).toMatchObject({
      modules: [{ name: 'sunrpc', names: ['rpc_call'] }],
      forbidden: [{ name: 'nfs_open', module: 'lockd' }],
    });
  });

  test('what no module has is reported', () => {
    expect(choose([fn('vfs_gone')])).toEqual({ modules: [], ambiguous: [], forbidden: [], nowhere: ['vfs_gone'] });
  });
});
