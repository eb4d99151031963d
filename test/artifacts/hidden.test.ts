import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { type Header, pack } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openNamed } from '../../src/api/named-objects.ts';
import { createHost } from '../../src/host/create-host.ts';
import { findArtifacts } from '../../src/run/find-artifacts.ts';
import { imageFiles } from '../fakes/registry.ts';
import { buildElf, insns } from '../object/elf-builder.ts';

// What an archive or an image calls an object is tested, or is an error: left out, it would pass by not being there.
const object = (name: string): Buffer =>
  Buffer.from(
    buildElf([{ name: 'xdp', executable: true, bytes: insns([[0xb7], [0x95]]) }], [{ name, section: 'xdp', size: 16 }]),
  );
const ONE = object('one');
const TWO = object('two_is_longer');

type HeaderOf = Pick<Header, 'name'> & { readonly type?: 'link' | 'symlink' | 'fifo'; readonly linkname?: string };
type Entry = readonly [header: HeaderOf | string, data?: Buffer | string];

async function tar(...entries: Entry[]): Promise<Buffer> {
  const archive = pack();
  for (const [header, data = ''] of entries)
    archive.entry(typeof header === 'string' ? { name: header } : header, data as Buffer);
  archive.finalize();
  return buffer(archive);
}

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'bpfcompat-hidden-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

async function open(word: string) {
  const host = createHost({ env: { PATH: process.env['PATH'], TMPDIR: dir } });
  const found = await openNamed(host, { cwd: dir, paths: await findArtifacts(host, dir, [word]) });
  const problem = found.find((one) => one.problem !== undefined)?.problem;
  if (problem) throw problem;
  return found.map(({ name, path }) => name ?? path.slice(dir.length + 1)).toSorted();
}

/** An archive as `docker save` writes it. */
async function docker(layers: readonly (Buffer | HeaderOf)[], ...beside: Entry[]): Promise<string> {
  const names = layers.map((_, index) => `l${index}/layer.tar`);
  const archive = await tar(
    ...layers.map((layer, index): Entry => {
      const name = names[index] ?? '';
      return Buffer.isBuffer(layer) ? [name, layer] : [{ ...layer, name }];
    }),
    ['manifest.json', JSON.stringify([{ Config: 'c.json', Layers: names }])],
    ...beside,
  );
  writeFileSync(join(dir, 'image.tar'), archive);
  return 'image.tar';
}

/** The same bytes as tar wrote them before 1988. */
function oldTar(archive: Buffer): Buffer {
  const old = Buffer.from(archive);
  old.fill(0, 257, 265);
  old.fill(' ', 148, 156);
  const sum = old.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  old.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return old;
}

describe('an archive of an image', () => {
  test('has the objects beside its layers, too', async () => {
    const image = await docker([await tar(['one.bpf.o', ONE])], ['two.bpf.o', TWO]);
    expect(await open(image)).toEqual(['image.tar[one.bpf.o]', 'image.tar[two.bpf.o]']);
  });

  test.each<readonly [string, (bytes: Buffer) => Buffer]>([
    ['is packed in a way that is not known', (bytes) => execFileSync('bzip2', ['-c'], { input: bytes })],
    ['is an old archive', oldTar],
    ['is an old archive, packed', (bytes) => gzipSync(oldTar(bytes))],
  ])('is not read where a layer %s', async (_name, change) => {
    const image = await docker([await tar(['one.bpf.o', ONE]), change(await tar(['two.bpf.o', TWO]))]);
    await expect(open(image)).rejects.toThrow(/a layer of it is not a tar archive/);
  });

  test('may have a layer without files', async () => {
    const image = await docker([await tar(['one.bpf.o', ONE]), Buffer.alloc(1024), gzipSync(Buffer.alloc(1024))]);
    expect(await open(image)).toEqual(['image.tar[one.bpf.o]']);
  });

  test('may have a layer that is a link to another one, and none that is a link to nowhere', async () => {
    const first = await tar(['one.bpf.o', ONE]);
    const link: HeaderOf = { name: '', type: 'symlink', linkname: '../l0/layer.tar' };
    expect(await open(await docker([first, link]))).toEqual(['image.tar[one.bpf.o]']);
    const lost = await docker([first, { ...link, linkname: '../gone/layer.tar' }]);
    await expect(open(lost)).rejects.toThrow(/its layer l1\/layer\.tar is not there/);
  });

  test('has each layer and its manifest once', async () => {
    const layer = await tar(['one.bpf.o', ONE]);
    const twice = await docker([layer], ['l0/layer.tar', await tar(['two.bpf.o', TWO])]);
    await expect(open(twice)).rejects.toThrow(/it has l0\/layer\.tar twice/);
    const manifests = await docker([layer], ['./manifest.json', JSON.stringify([{ Layers: [] }])]);
    await expect(open(manifests)).rejects.toThrow(/it has manifest\.json twice/);
  });

  test.each<readonly [string, HeaderOf, RegExp]>([
    ['a link to nowhere', { name: 'x.bpf.o', type: 'symlink', linkname: 'gone' }, /x\.bpf\.o is a link to gone/],
    ['a hard link to nowhere', { name: 'x.bpf.o', type: 'link', linkname: 'gone' }, /x\.bpf\.o is a link to gone/],
    ['a pipe', { name: 'x.bpf.o', type: 'fifo' }, /x\.bpf\.o is a pipe, a device, or a file with holes/],
  ])('is not read where an object is %s', async (_name, header, message) => {
    await expect(open(await docker([await tar(['one.bpf.o', ONE], [header])]))).rejects.toThrow(message);
    // What a higher layer replaces is not there.
    const replaced = await docker([await tar([header]), await tar(['x.bpf.o', TWO])]);
    expect(await open(replaced)).toEqual(['image.tar[x.bpf.o]']);
  });

  test('may not have names that take for ever to lay over each other', { timeout: 60_000 }, async () => {
    const deep = 'd/'.repeat(160);
    const links = Array.from(
      { length: 1500 },
      (_, index): Entry => [{ name: `${deep}l${index}.bpf.o`, type: 'symlink', linkname: '/one.bpf.o' }],
    );
    const below = await tar(['one.bpf.o', ONE], ...links);
    const others = await Promise.all(Array.from({ length: 100 }, (_, index) => tar([`e/.wh.${index}`, ''])));
    const image = await docker([below, ...others]);
    const started = process.cpuUsage();
    await expect(open(image)).rejects.toThrow(/its layers have too many names that hide each other/);
    const { user, system } = process.cpuUsage(started);
    expect((user + system) / 1000).toBeLessThan(20_000);
  });

  test('has a file at its other names where one of them is taken away', async () => {
    const linked = await tar(['./a/one.bpf.o', ONE], [{ name: 'b/x.bpf.o', type: 'link', linkname: './a/one.bpf.o' }]);
    const gone = await tar(['a/.wh.one.bpf.o', ''], ['two.o', TWO]);
    expect(await open(await docker([linked, gone]))).toEqual(['image.tar[two.o]', 'image.tar[x.bpf.o]']);
  });

  test('may have a link to an object of another layer, while that is there', async () => {
    const link: Entry = [{ name: 'b/x.bpf.o', type: 'symlink', linkname: '../a/one.bpf.o' }];
    const below = await tar(['a/one.bpf.o', ONE]);
    expect(await open(await docker([below, await tar(link)]))).toEqual(['image.tar[one.bpf.o]']);
    const gone = await docker([below, await tar(link), await tar(['a/.wh.one.bpf.o', '']), await tar(['two.o', TWO])]);
    await expect(open(gone)).rejects.toThrow(
      /b\/x\.bpf\.o is a link to \.\.\/a\/one\.bpf\.o, and there is no such file/,
    );
  });
});

test('a layout has the objects in its directory, too', async () => {
  const images = imageFiles();
  images.writeLayout(join(dir, 'build'), [images.image([images.layer({ 'one.bpf.o': ONE })])]);
  expect(await open('build')).toEqual(['build']);
  writeFileSync(join(dir, 'build/two.bpf.o'), TWO);
  expect(await open('build')).toEqual(['build', 'build/two.bpf.o']);
});

/** A header of a package with texts alone. */
function rpmHeader(tags: Readonly<Record<number, string>>): Buffer {
  const entries = Object.entries(tags);
  const store = Buffer.from(entries.map(([, text]) => `${text}\0`).join(''));
  const head = Buffer.alloc(16 + entries.length * 16);
  head.writeUInt32BE(0x8eade801);
  head.writeUInt32BE(entries.length, 8);
  head.writeUInt32BE(store.length, 12);
  let at = 0;
  for (const [index, [tag, text]] of entries.entries()) {
    for (const [nth, value] of [Number(tag), 6, at, 1].entries()) head.writeUInt32BE(value, 16 + index * 16 + nth * 4);
    at += text.length + 1;
  }
  return Buffer.concat([head, store]);
}

/** An rpm package of what these commands make. */
function rpm(commands: string): string {
  const root = join(dir, 'root');
  rmSync(root, { recursive: true, force: true });
  mkdirSync(root);
  writeFileSync(join(root, 'one.bpf.o'), ONE);
  const make = `${commands}; find . -type d -o -print | LC_ALL=C sort | cpio -o -H newc --quiet`;
  const payload = execFileSync('sh', ['-c', make], { cwd: root });
  const lead = Buffer.alloc(96);
  lead.write('edabeedb0300', 'hex');
  const main = { 1000: 'x', 1001: '1', 1002: '1', 1022: 'x86_64', 1124: 'cpio', 1125: 'gzip' };
  writeFileSync(join(dir, 'x.rpm'), Buffer.concat([lead, rpmHeader({}), rpmHeader(main), gzipSync(payload)]));
  return 'x.rpm';
}

describe('an rpm package', () => {
  test.each([
    ['a link to nowhere', 'ln -s gone x.bpf.o', /x\.bpf\.o is a link to gone/],
    ['a pipe', 'mkfifo x.bpf.o', /x\.bpf\.o is a pipe, a device, or a file with holes/],
  ])('is not read where an object is %s', async (_name, commands, message) => {
    await expect(open(rpm(commands))).rejects.toThrow(message);
  });

  test('may have links to its objects, by way of other links', async () => {
    expect(await open(rpm('ln -s one.bpf.o two; ln -s two x.bpf.o'))).toEqual(['x.rpm[one.bpf.o]']);
  });

  test('has the objects that are called so by one of their names, whatever is in them', async () => {
    expect(await open(rpm('printf text > z; ln z a.bpf.o'))).toEqual(['x.rpm[a.bpf.o]', 'x.rpm[one.bpf.o]']);
    expect(await open(rpm(': > z; ln z a.bpf.o'))).toEqual(['x.rpm[a.bpf.o]', 'x.rpm[one.bpf.o]']);
  });
});

describe('names that cost time', () => {
  test.each<readonly [string, string]>([
    ['long', `${'x'.repeat(4100)}.bpf.o`],
    ['deep', `${'a/'.repeat(300)}x.bpf.o`],
  ])('%s ones are an error', async (_name, name) => {
    writeFileSync(
      join(dir, 'a.tar'),
      await tar([{ name, type: 'symlink', linkname: 'one.bpf.o' }], ['one.bpf.o', ONE]),
    );
    await expect(open('a.tar')).rejects.toThrow(/a name in it has more than 4096 characters or 256 directories/);
  });

  test('each link is followed once, in whatever order they come', async () => {
    const links = Array.from({ length: 20_000 }, (_, index): Entry => {
      const linkname = index % 39 === 0 ? 'one.bpf.o' : `l${index - 1}.bpf.o`;
      return [{ name: `l${index}.bpf.o`, type: 'symlink', linkname }];
    });
    writeFileSync(join(dir, 'a.tar'), await tar(['one.bpf.o', ONE], ...links.toReversed()));
    expect(await open('a.tar')).toEqual(['a.tar[one.bpf.o]']);
  });

  test('a loop is a link to nowhere', async () => {
    const loop = await tar(
      ['one.bpf.o', ONE],
      [{ name: 'a.bpf.o', type: 'symlink', linkname: 'b' }],
      [{ name: 'b', type: 'symlink', linkname: 'a.bpf.o' }],
    );
    writeFileSync(join(dir, 'a.tar'), loop);
    await expect(open('a.tar')).rejects.toThrow(/a\.bpf\.o is a link to b, and there is no such file/);
  });
});
