import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { pack } from 'tar-stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createHost } from '../../../src/host/create-host.ts';
import type { TempDir } from '../../../src/host/host.ts';
import { kernelAmong } from '../../../src/kernels/image/complete.ts';
import { kernelTree } from '../../../src/kernels/image/tree.ts';

const host = createHost({ env: {} });
let dir: TempDir;
beforeEach(async () => {
  dir = await host.files.tempDir('bpfcompat-tree-test-');
});
afterEach(() => dir[Symbol.asyncDispose]());

/** Entries in their order: a text is a file, an array has where a hard link leads. */
function layer(entries: readonly (readonly [path: string, content: string | readonly [string]])[]) {
  const archive = pack();
  for (const [name, content] of entries) {
    if (typeof content === 'string') archive.entry({ name }, content);
    else archive.entry({ name, type: 'link', linkname: content[0] });
  }
  archive.finalize();
  return archive as AsyncIterable<Buffer>;
}

test('a layer takes away what lies below it, and nothing of its own', async () => {
  const tree = kernelTree(host, dir.path, 'IMAGE');
  const modules = 'lib/modules/6.1.0/kernel';
  await tree.lay(
    layer([
      ['boot/vmlinuz-6.1.0', 'old'],
      ['boot/config-6.1.0', 'old'],
      [`${modules}/fs/xfs.ko`, 'old'],
      [`${modules}/fs/nfs.ko`, 'old'],
      [`${modules}/net/sctp.ko`, 'old'],
    ]),
  );
  await tree.lay(
    layer([
      ['boot/.wh.config-6.1.0', ''],
      [`${modules}/fs/nfs.ko`, 'new'],
      [`${modules}/fs/.wh..wh..opq`, ''],
      [`${modules}/.wh.net`, ''],
      // The name of another file that begins alike.
      ['boot/.wh.vmlinuz-6.1', ''],
    ]),
  );
  expect([...tree.files.keys()].sort()).toEqual(['boot/vmlinuz-6.1.0', `${modules}/fs/nfs.ko`]);
  const nfs = tree.files.get(`${modules}/fs/nfs.ko`) ?? '';
  await tree.placeModule(nfs);
  expect(await host.files.read(nfs, 10)).toEqual(Buffer.from('new'));
  await tree.lay(layer([['.wh..wh..opq', '']]));
  expect([...tree.files.keys()]).toEqual([]);
});

test('a kernel that is a hard link to what is not read is reported as that', async () => {
  const tree = kernelTree(host, dir.path, 'IMAGE');
  await tree.lay(
    layer([
      ['opt/kernel', 'x'],
      ['boot/vmlinuz-6.1.0', ['opt/kernel']],
      ['boot/config-6.1.0', 'y'],
      ['lib/modules/6.1.0/config', ['boot/config-6.1.0']],
    ]),
  );
  expect(tree.files.get('lib/modules/6.1.0/config')).toBe(tree.files.get('boot/config-6.1.0'));
  await expect(kernelAmong(host, tree, dir.path, { what: 'IMAGE', arch: 'x86_64', signal: undefined })).rejects.toThrow(
    'IMAGE: boot/vmlinuz-6.1.0 is a hard link to opt/kernel, which is none of the files that are read; pack it as a file of its own',
  );
});

test('modules become files where they are needed, and for a link that is called something else', async () => {
  const tree = kernelTree(host, dir.path, 'IMAGE');
  const modules = 'lib/modules/6.1.0/kernel';
  await tree.lay(
    layer([
      [`${modules}/a.ko.xz`, 'a'],
      [`${modules}/b.ko`, 'b'],
      [`${modules}/c.ko`, [`${modules}/b.ko`]],
      ['boot/config-6.1.0', 'config'],
    ]),
  );
  expect([...tree.files.keys()]).toContain(`${modules}/c.ko`);
  const there = () => readdirSync(dir.path, { recursive: true, encoding: 'utf8' }).map((path) => basename(path));
  expect(there().filter((name) => /ko|config/.test(name))).toEqual(['config-6.1.0']);
  await tree.lay(layer([['boot/vmlinuz-6.1.0', [`${modules}/b.ko`]]]));
  expect(await host.files.read(tree.files.get('boot/vmlinuz-6.1.0') ?? '', 10)).toEqual(Buffer.from('b'));
  expect(there()).not.toContain('a.ko.xz');
});

test('archives have a bound together, however small each is', async () => {
  const file = ['opt/zeros', 'x'.repeat(50_000)] as const;
  const tree = kernelTree(host, dir.path, 'IMAGE', 120_000);
  for (let nth = 0; nth < 2; nth++) await tree.lay(layer([file]));
  await expect(tree.lay(layer([file]))).rejects.toMatchObject({
    code: 'bad_package',
    message: 'IMAGE unpacks to more than any system has; nothing was used',
  });
});
