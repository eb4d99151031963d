import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { initSuite } from '../../src/api/init.ts';
import { readSuite } from '../../src/config/suite.ts';
import { draftId, suiteDraft } from '../../src/config/suite-draft.ts';
import { createHost } from '../../src/host/create-host.ts';
import type { TempDir } from '../../src/host/host.ts';
import { UsageError } from '../../src/model/errors.ts';

const host = createHost({ env: {} });
const EXAMPLES = join(import.meta.dirname, '../../examples');
let dir: TempDir;

beforeEach(async () => {
  dir = await host.files.tempDir('bpfcompat-init-test-');
});
afterEach(() => dir[Symbol.asyncDispose]());

function put(path: string, example: string): void {
  mkdirSync(join(dir.path, path, '..'), { recursive: true });
  copyFileSync(join(EXAMPLES, example, `${example.replaceAll('-', '_')}.bpf.o`), join(dir.path, path));
}

const suiteOf = (file: string) => readSuite({ file, text: readFileSync(file, 'utf8') });

describe('initSuite', () => {
  it('writes a case for each object, which the reader of suites takes', async () => {
    put('build/simple.bpf.o', 'simple-pass');
    put('build/ring: 1.bpf.o', 'ringbuf-modern');
    put('other/simple.bpf.o', 'simple-pass');
    put('node_modules/x/foreign.bpf.o', 'simple-pass');
    put('build/work/runs/20261130T220250Z-e6893e/input/1-copy.o', 'simple-pass');
    writeFileSync(join(dir.path, 'build/notes.bpf.o'), 'no object');
    const { file, cases, skipped } = await initSuite({ cwd: dir.path, env: {} });
    expect(file).toBe(join(dir.path, 'bpfcompat-suite.yaml'));
    expect(skipped).toEqual([join(dir.path, 'build/notes.bpf.o')]);
    expect(cases.map(({ name, artifact }) => [name, artifact])).toEqual([
      ['ring-1', 'build/ring: 1.bpf.o'],
      ['simple', 'build/simple.bpf.o'],
      ['simple-2', 'other/simple.bpf.o'],
    ]);
    const suite = suiteOf(file);
    expect(suite.cases.map(({ name, artifact }) => [name, artifact])).toEqual(
      cases.map(({ name, artifact }) => [name, artifact]),
    );
    expect(suite.cases[1]).toMatchObject({ mode: 'load_attach', kernels: { kind: 'matrix', value: 'quick' } });
    expect(readFileSync(file, 'utf8')).toContain('# tracepoint/syscalls/sys_enter_execve; 0 maps');
  });

  it('knows objects by what they are, whatever they are called', async () => {
    for (const name of ['bpf_bpfel.o', 'target/release/conn', 'x.o', 'dist/v1.2']) put(name, 'simple-pass');
    copyFileSync(process.execPath, join(dir.path, 'node'));
    writeFileSync(join(dir.path, 'host.o'), 'no object');
    writeFileSync(join(dir.path, 'empty'), '');
    put('bpf_bpfeb.o', 'simple-pass');
    const big = readFileSync(join(dir.path, 'bpf_bpfeb.o'));
    big[5] = 2;
    big.writeUInt16BE(247, 18);
    writeFileSync(join(dir.path, 'bpf_bpfeb.o'), big);
    const { cases, skipped } = await initSuite({ cwd: dir.path, env: {} });
    expect(cases.map(({ artifact }) => artifact)).toEqual(['bpf_bpfel.o', 'dist/v1.2', 'target/release/conn', 'x.o']);
    expect(skipped).toEqual([]);
  });

  it('takes each file once, whatever links lead to it', async () => {
    put('build/simple ü.bpf.o', 'simple-pass');
    symlinkSync('..', join(dir.path, 'build/loop'));
    symlinkSync('simple ü.bpf.o', join(dir.path, 'build/an-alias-of-it.bpf.o'));
    const { cases } = await initSuite({ cwd: dir.path, env: {} });
    expect(cases.map(({ name, artifact }) => [name, artifact])).toEqual([['simple', 'build/simple ü.bpf.o']]);
  });

  it('never writes over a file', async () => {
    put('a.bpf.o', 'simple-pass');
    const file = join(dir.path, 'bpfcompat-suite.yaml');
    writeFileSync(file, 'mine');
    await expect(initSuite({ cwd: dir.path, env: {} })).rejects.toThrow(/bpfcompat-suite\.yaml is there already/);
    expect(readFileSync(file, 'utf8')).toBe('mine');
  });

  it.each([
    ['a directory without objects', '.', /no file in it is an eBPF object; build the objects first/],
    ['a directory that is not there', 'nowhere', /nowhere: there is no such directory/],
  ])('rejects %s', async (_, where, message) => {
    const call = initSuite({ cwd: dir.path, env: {}, dir: where });
    await expect(call).rejects.toBeInstanceOf(UsageError);
    await expect(call).rejects.toThrow(message);
  });
});

describe('draftId', () => {
  it.each([
    ['conn', 'conn'],
    ['my conn!', 'my-conn'],
    ['..', 'object'],
    ['-x', 'x'],
    ['é', 'object'],
  ])('%j becomes %j', (words, id) => expect(draftId(words)).toBe(id));

  it('is cut, and counted when it is taken', () => {
    expect(draftId('a'.repeat(99)).length).toBe(60);
    expect(draftId('a', new Set(['a', 'a-2']))).toBe('a-3');
  });
});

it('a draft is read back whatever its names are', () => {
  const artifact = 'dir "x": #1/\\ü.bpf.o';
  const text = suiteDraft('5.10', 'yes', [{ name: 'on', artifact, mode: 'load_only', summary: 'two\nlines' }]);
  const suite = readSuite({ file: 's.yaml', text });
  expect(suite.name).toBe('5.10');
  expect(suite.cases).toMatchObject([{ name: 'on', artifact, kernels: { kind: 'matrix', value: 'yes' } }]);
});
