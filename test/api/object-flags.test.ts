import { expect, test } from 'vitest';
import { flagsOf } from '../../src/api/object-flags.ts';
import { readLoaderSettings } from '../../src/config/loader-settings.ts';
import { parseArgs } from '../../src/config/parse-args.ts';

/** What `test` makes of the flags of a report. */
function parsed(flags: readonly string[]) {
  const args = parseArgs([
    'test',
    '--artifact',
    'a.bpf.o',
    '--kernels',
    'debian-12-6.1',
    ...flags,
    '--out',
    'again.json',
  ]);
  return args.command === 'test' ? args.options : expect.fail('no test');
}

test('everything that decides about a cell comes back from the command line', () => {
  const loader = readLoaderSettings({ setRodata: ['pid=12'], setAttachTarget: ['p=vfs_read'], strictLibbpf: false });
  const said = {
    mode: 'load_only',
    maxInsns: '80%',
    failOn: 'any',
    allowProfileOverride: true,
    lane: 'image',
  } as const;
  const { maxInsns } = parsed(['--max-insns', said.maxInsns]);
  const flags = flagsOf({ ...said, maxInsns, manifest: 'compat/m.yaml', loader }, '/src');
  expect(parsed(flags)).toMatchObject({
    manifest: '/src/compat/m.yaml',
    validationMode: 'load_only',
    maxInsns,
    loader,
    failOn: 'any',
    allowProfileOverride: true,
    lane: 'image',
  });
});

test('nothing is said that was not requested', () => {
  expect(flagsOf({ failOn: 'required', allowProfileOverride: false }, '/src')).toEqual([]);
});

test('one cell alone has no older report', () => {
  expect(flagsOf({ failOn: 'regression' }, '/src')).toEqual([]);
});
