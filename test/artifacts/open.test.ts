import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keepNamed, openNamed } from '../../src/api/named-objects.ts';
import { openFile } from '../../src/artifacts/open.ts';
import { createHost } from '../../src/host/create-host.ts';
import { insideSuffixes, insideWords } from '../../src/model/inside.ts';
import { findArtifacts } from '../../src/run/find-artifacts.ts';
import { loadArtifact } from '../../src/run/load-artifact.ts';
import type { ArtifactInput } from '../../src/run/subject.ts';
import { buildProgram, DATA } from '../fakes/program.ts';
import { buildElf, insns } from '../object/elf-builder.ts';

const host = createHost({ env: process.env });
const dir = mkdtempSync(join(tmpdir(), 'bpfcompat-inside-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const object = (name: string): Uint8Array =>
  buildElf([{ name: 'xdp', executable: true, bytes: insns([[0xb7], [0x95]]) }], [{ name, section: 'xdp', size: 16 }]);
const ONE = object('one');
const TWO = object('two_is_longer');
const put = (path: string, bytes: Uint8Array | string): void => writeFileSync(join(dir, path), bytes);
const run = (command: string, ...args: string[]): void => void execFileSync(command, args, { cwd: dir, stdio: 'pipe' });

beforeAll(() => {
  const program = buildProgram({
    data: ONE,
    symbols: (at) => [{ name: 'agent_object', section: '.rodata', value: at, size: ONE.length, info: DATA }],
  });
  mkdirSync(join(dir, 'tree/usr/lib/bpf'), { recursive: true });
  mkdirSync(join(dir, 'tree/DEBIAN'));
  mkdirSync(join(dir, 'tree/usr/sbin'));
  put('agent', program);
  put('stripped', buildProgram({ data: Buffer.concat([ONE, TWO]) }));
  put('twins', buildProgram({ data: Buffer.concat([ONE, new Uint8Array(8), object('one')]) }));
  put('code.c', 'int x;\n');
  put('none', buildProgram({ data: new Uint8Array(64) }));
  put('damaged', buildProgram({ data: Buffer.concat([ONE, new Uint8Array(8), TWO.subarray(0, 70)]) }));
  put('tree/usr/sbin/agent', program);
  put('tree/usr/lib/bpf/two.bpf.o', TWO);
  put('tree/usr/lib/bpf/broken.bpf.o', TWO.subarray(0, 90));
  put(
    'tree/DEBIAN/control',
    'Package: x\nVersion: 1\nArchitecture: all\nMaintainer: x <x@example.com>\nDescription: x\n',
  );
  run('tar', '-cf', 'x.tar', '-C', 'tree', './usr');
  for (const [tool, end] of [
    ['gzip', 'gz'],
    ['xz', 'xz'],
    ['zstd', 'zst'],
  ] as const) {
    run('sh', '-c', `${tool} -c x.tar > x.tar.${end}`);
  }
  put('two.bpf.o', TWO);
  run('gzip', '-k', 'two.bpf.o');
  for (const packing of ['xz', 'zstd']) run('dpkg-deb', `-Z${packing}`, '-b', 'tree', `${packing}.deb`);
  put('empty.tar', Buffer.alloc(0));
  run('tar', '-cf', 'empty.tar', '-T', '/dev/null');
  run('tar', '-cf', 'text.tar', '-C', 'tree', 'DEBIAN');
  put('cut.tar.gz', execFileSync('gzip', ['-c', 'x.tar'], { cwd: dir }).subarray(0, 200));
});

async function inside(path: string): Promise<string[]> {
  const opened = await openFile(host, join(dir, path), { name: path }, undefined);
  return insideSuffixes(opened?.objects ?? []);
}

describe('objects in files', () => {
  test.each([
    ['agent', ['[agent_object]']],
    ['stripped', ['[one]', '[two_is_longer]']],
    ['twins', ['[one]']],
    ['damaged', ['[one]', expect.stringMatching(/^@0x[\da-f]+$/)]],
    ['x.tar', ['[two.bpf.o]', '[broken.bpf.o]', '[agent:agent_object]']],
    ['x.tar.gz', ['[two.bpf.o]', '[broken.bpf.o]', '[agent:agent_object]']],
    ['x.tar.xz', ['[two.bpf.o]', '[broken.bpf.o]', '[agent:agent_object]']],
    ['x.tar.zst', ['[two.bpf.o]', '[broken.bpf.o]', '[agent:agent_object]']],
    ['xz.deb', ['[two.bpf.o]', '[broken.bpf.o]', '[agent:agent_object]']],
    ['zstd.deb', ['[two.bpf.o]', '[broken.bpf.o]', '[agent:agent_object]']],
    ['two.bpf.o.gz', ['[two.bpf.o]']],
    ['two.bpf.o', []],
  ])('%s', async (path, names) => {
    expect((await inside(path)).toSorted()).toEqual(names.length < 2 ? names : expect.arrayContaining(names));
    expect(await inside(path)).toHaveLength(names.length);
  });

  test.each([
    ['code.c', /^no BPF object in code\.c: it is C source without one; compile it \(clang .*\), or name a skeleton/],
    ['none', /^no BPF object in none: it is an ELF file for x86_64 without one; .*name the \.bpf\.o itself$/],
    ['text.tar', /^no BPF object in text\.tar: it is a tar archive without a \.bpf\.o, nor a program$/],
    ['cut.tar.gz', /^cut\.tar\.gz: a gzip file that cannot be read/],
  ])('%s has none', async (path, words) => {
    await expect(inside(path)).rejects.toThrow(words);
  });

  test('an archive with entries without end is given up', async () => {
    const head = execFileSync('tar', ['-cf', '-', '-C', dir, '-T', '-'], { input: 'none\n' }).subarray(0, 512);
    // The size of the file and the sum over the head: the same entry without content.
    const empty = Buffer.from(head);
    empty.write('00000000000\0', 124, 'latin1');
    empty.write('        ', 148, 'latin1');
    const sum = empty.reduce((total, byte) => total + byte, 0);
    empty.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
    put('many.tar.gz', gzipSync(Buffer.alloc(512 * 100_002, empty), { level: 1 }));
    await expect(inside('many.tar.gz')).rejects.toThrow(
      /^many\.tar\.gz: it has more than 100000 entries; take the object/,
    );
  });
});

test('an xz file that wants 4 GiB of memory does not get it', async () => {
  put('large.bpf.o', ONE);
  run('xz', 'large.bpf.o');
  const file = readFileSync(join(dir, 'large.bpf.o.xz'));
  // The block's head: its size in words of four, flags, LZMA2, one byte of properties, and the sum over it.
  const end = 12 + (file[12] as number) * 4;
  expect([...file.subarray(13, 16)]).toEqual([0, 0x21, 1]);
  file[16] = 40;
  file.writeUInt32LE(crc32(file.subarray(12, end)), end);
  put('large.bpf.o.xz', file);
  await expect(inside('large.bpf.o.xz')).rejects.toThrow(/cannot be unpacked \(.*[Mm]emory usage limit/);
});

describe('an object of an archive that is not an object any more', () => {
  const archive = (files: Readonly<Record<string, Uint8Array | string>>): Promise<string[]> => {
    const tree = mkdtempSync(join(dir, 'files-'));
    for (const [path, bytes] of Object.entries(files)) writeFileSync(join(tree, path), bytes);
    run('tar', '-cf', 'files.tar', '-C', tree, '.');
    return inside('files.tar');
  };

  test('is tested: an archive does not pass because a file in it is broken', async () => {
    const text = 'clang: error: no input files\n';
    const files = { 'one.bpf.o': ONE, 'cut.bpf.o': TWO.subarray(0, 90), 'empty.bpf.o': '', 'text.bpf.o': text };
    expect((await archive(files)).toSorted()).toEqual(['[cut.bpf.o]', '[empty.bpf.o]', '[one.bpf.o]', '[text.bpf.o]']);
  });

  test('is one where it is for other machines, and none where other tools left it', async () => {
    const big = Uint8Array.from(TWO);
    big.set([2, 2], 4);
    big.set([0, 1, 0, 247], 16);
    const host = Uint8Array.from(TWO);
    host.set([62, 0], 18);
    const named = { 'one.bpf.o': ONE, 'big.bpf.o': big, 'host.bpf.o': host };
    const files = { ...named, '._one.bpf.o': 'x', '.wh.two.bpf.o': '', 'a.o': 'x', 'b_bpfeb.o': big };
    expect((await archive(files)).toSorted()).toEqual(['[big.bpf.o]', '[host.bpf.o]', '[one.bpf.o]']);
  });

  test.each([
    ['an extension of a browser', '{"manifest_version": 3}'],
    ['something that is not JSON', '{"Layers": ['],
  ])('a manifest.json makes no image of it: %s', async (_name, text) => {
    expect(await archive({ 'one.bpf.o': ONE, 'manifest.json': text })).toEqual(['[one.bpf.o]']);
  });
});

describe('names', () => {
  test('of hostile files lead to no other directory, and show what they are', async () => {
    const hostile = ['a/../../../other/x', 'x](2)', 'e\u001b[31m\u202e\n::error::'].map(object);
    put('hostile', buildProgram({ data: Buffer.concat(hostile) }));
    const names = await inside('hostile');
    expect(names).toHaveLength(3);
    for (const name of names) expect(name).toMatch(/^\[[\x21-\x2e\x30-\x5a\x5e-\x7e]+\]$/);
  });

  test('of files are as short as distinguishes them', () => {
    expect(insideSuffixes([{ member: 'a/x.o' }, { member: 'b/x.o' }, { member: 'b/y.o', at: 32 }])).toEqual([
      '[a:x.o]',
      '[b:x.o]',
      '[y.o@0x20]',
    ]);
    expect(insideSuffixes([{ at: 64 }, { symbol: 's' }, { symbol: 's' }])).toEqual(['@0x40', '[s]', '[s](2)']);
  });

  test('are divided wherever a file may end', () => {
    expect(insideWords('a[1].d/agent[x]').map(({ file }) => file)).toEqual(['a', 'a[1].d/agent']);
    expect(insideWords('agent@0x20')).toEqual([{ file: 'agent', suffix: '@0x20' }]);
    expect(insideWords('build/[ab].o')).toEqual([]);
  });
});

describe('words of --artifact', () => {
  const named = async (...words: string[]) =>
    openNamed(host, { cwd: dir, paths: await findArtifacts(host, dir, words) });

  test('name a file with all its objects, or one of them', async () => {
    expect((await named('stripped', 'agent[agent_object]', 'two.bpf.o')).map(({ path, name }) => [path, name])).toEqual(
      [
        [join(dir, 'stripped[one]'), 'stripped[one]'],
        [join(dir, 'stripped[two_is_longer]'), 'stripped[two_is_longer]'],
        [join(dir, 'agent[agent_object]'), 'agent[agent_object]'],
        [join(dir, 'two.bpf.o'), undefined],
      ],
    );
    expect(await named('stripped', 'stripped[one]')).toHaveLength(2);
  });

  test('what nothing is found in has its problem, beside the others', async () => {
    const found = await named('none', 'stripped[on]', 'agent');
    expect(found.map(({ problem }) => problem?.message)).toEqual([
      expect.stringMatching(/^no BPF object in none: /),
      expect.stringMatching(
        /stripped has no object "\[on\]"; did you mean "?\[one\]"?|stripped has no object .*\[one\]/i,
      ),
      undefined,
    ]);
  });

  test('a file that is called like an object in another one takes the place of none', async () => {
    const file = 'stripped[one]';
    put(file, TWO);
    try {
      const words = [[file], ['stripped', file], [file, 'stripped'], ['stripped*']];
      for (const list of words) {
        const found = await named(...list);
        expect(found.find(({ path }) => path === join(dir, file))?.problem?.message, list.join()).toBe(
          `${join(dir, file)} is a file, and an object in ${join(dir, 'stripped')} is called so, too; rename or remove that file`,
        );
      }
      // Called so, and no object is.
      put('stripped[other]', TWO);
      expect((await named('stripped[other]'))[0]).toEqual({
        path: join(dir, 'stripped[other]'),
        reads: join(dir, 'stripped[other]'),
      });
    } finally {
      for (const path of [file, 'stripped[other]']) rmSync(join(dir, path), { force: true });
    }
  });

  test('their bytes are kept by their digests, and the source is reported', async () => {
    const [input] = await keepNamed(host, join(dir, 'work'), await named('agent'));
    expect(input?.taken?.source).toEqual({
      place: join(dir, 'agent'),
      digest: `sha256:${await host.files.sha256(join(dir, 'agent'))}`,
      inside: '[agent_object]',
    });
    expect(await host.files.read(input?.taken?.file ?? '', 4096)).toEqual(Buffer.from(ONE));
  });

  test('a copy that another program changes at once is not tested', async () => {
    const [input] = await keepNamed(host, join(dir, 'work'), await named('agent'));
    expect((await loadArtifact(host, input as ArtifactInput)).bytes).toEqual(Buffer.from(ONE));
    writeFileSync(input?.taken?.file ?? '', TWO);
    await expect(loadArtifact(host, input as ArtifactInput)).rejects.toThrow(
      /agent\[agent_object\]: its copy .* was changed as soon as it was written/,
    );
  });

  test('what lies in the place of a copy is reported', async () => {
    const found = await named('agent');
    mkdirSync(join(dir, 'blocked/objects', `${found[0]?.object?.sha256}.o`, 'x'), { recursive: true });
    await expect(keepNamed(host, join(dir, 'blocked'), found)).rejects.toThrow(/^cannot write to .*blocked\/objects: /);
  });

  test('they go when no run has taken them for a day', async () => {
    const [work, day] = [join(dir, 'work-of-days'), 24 * 60 * 60];
    const [one] = await keepNamed(host, work, await named('agent'));
    const kept = one?.taken?.file ?? '';
    writeFileSync(join(work, 'objects/README'), 'not ours');
    const ago = (seconds: number): Date => new Date(Date.now() - seconds * 1000);
    utimesSync(kept, ago(day / 2), ago(day / 2));
    utimesSync(join(work, 'objects/README'), ago(9 * day), ago(9 * day));
    await keepNamed(host, work, await named('stripped'));
    expect(readdirSync(join(work, 'objects'))).toHaveLength(3);
    utimesSync(kept, ago(2 * day), ago(2 * day));
    await keepNamed(host, work, await named('stripped[two_is_longer]'));
    expect(readdirSync(join(work, 'objects'))).toContain('README');
    expect(readdirSync(join(work, 'objects'))).toHaveLength(2);
  });
});

describe('what an archive calls an object and has no file of', () => {
  const packed = async (...words: string[]): Promise<string[]> => {
    run('sh', '-c', `tar -cf called.tar ${words.join(' ')}`);
    return inside('called.tar');
  };
  const tree = (): string => {
    const at = mkdtempSync(join(dir, 'called-'));
    writeFileSync(join(at, 'one.bpf.o'), ONE);
    return at;
  };

  test('is an error: it would pass by not being there', async () => {
    const at = tree();
    writeFileSync(join(at, 'other'), TWO);
    run('ln', '-s', '../two.bpf.o', join(at, 'out.bpf.o'));
    await expect(packed('-C', at, 'one.bpf.o', 'out.bpf.o')).rejects.toThrow(
      /^called\.tar: out\.bpf\.o is a link to \.\.\/two\.bpf\.o, and there is no such file; put the file itself there/,
    );
    run('ln', join(at, 'other'), join(at, 'hard.bpf.o'));
    await expect(
      packed('-C', at, 'one.bpf.o', 'hard.bpf.o', 'other', '--transform=s,^other$,gone,'),
    ).resolves.toHaveLength(2);
    run('ln', '-s', 'loop.bpf.o', join(at, 'loop.bpf.o'));
    await expect(packed('-C', at, 'one.bpf.o', 'loop.bpf.o')).rejects.toThrow(/loop\.bpf\.o is a link to loop\.bpf\.o/);
    run('mkfifo', join(at, 'pipe.bpf.o'));
    await expect(packed('-C', at, 'one.bpf.o', 'pipe.bpf.o')).rejects.toThrow(/pipe\.bpf\.o is a pipe, a device, or/);
    run('truncate', '-s', '4M', join(at, 'other'));
    run('mv', join(at, 'other'), join(at, 'holes.bpf.o'));
    await expect(packed('-S', '-H', 'gnu', '-C', at, 'one.bpf.o', 'holes.bpf.o')).rejects.toThrow(
      /holes\.bpf\.o is .*with holes/,
    );
  });

  test('a link to a file of the archive is that file', async () => {
    const at = tree();
    mkdirSync(join(at, 'lib/1'), { recursive: true });
    writeFileSync(join(at, 'lib/1/two'), TWO);
    run('ln', '-s', '1', join(at, 'lib/new'));
    run('ln', '-s', 'lib/new/two', join(at, 'two.bpf.o'));
    run('ln', '-s', '/lib/1/two', join(at, 'root.bpf.o'));
    mkdirSync(join(at, 'dir.bpf.o'));
    expect((await packed('-C', at, '.')).toSorted()).toEqual(['[one.bpf.o]', '[two]']);
  });
});
