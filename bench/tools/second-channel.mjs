// A store whose only kernel is talked to over a disk, as one without virtio_console would be, beside the same as it is.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fetchKernels } from '../../lib/index.js';

const below = (path) => readdirSync(path, { recursive: true }).map((name) => join(path, name));

/** Fetches a kernel with its packages into a new store. @returns what they hold, unpacked, and its release @throws Error when it cannot be had */
export async function unpackedKernel(env, profile, cache) {
  mkdirSync(cache, { recursive: true, mode: 0o700 });
  let failure;
  let release = '';
  await fetchKernels({
    env: { ...env, BPFCOMPAT_CACHE_DIR: cache, BPFCOMPAT_KEEP_PACKAGES: '1' },
    choice: { kind: 'ids', ids: [profile], origin: 'bench' },
    onEnd: (_, result) => {
      if (result instanceof Error) failure = result;
      else release = result.files.record.release;
    },
  });
  if (failure !== undefined) throw failure;
  const tree = join(cache, 'tree');
  for (const deb of below(join(cache, 'packages')).filter((path) => path.endsWith('.deb'))) {
    execFileSync('dpkg-deb', ['-x', deb, tree]);
  }
  return { tree, release };
}

/** @returns path of the module virtio_blk of a kernel */
async function virtioBlk(env, profile, cache) {
  const { tree } = await unpackedKernel(env, profile, cache);
  const module = below(tree).find((path) => path.endsWith('/virtio_blk.ko'));
  if (module === undefined) throw new Error(`${profile} has no module virtio_blk`);
  return module;
}

/** @returns environments of both, `first` and `second` by channel */
export async function openBothChannels({ dir, env, store }, profile) {
  const [first, second] = ['first', 'second'].map((name) => join(dir, 'channel', name));
  mkdirSync(second, { recursive: true, mode: 0o700 });
  const module = readFileSync(await virtioBlk(env, profile, second));
  const accel = join(store.shared, 'accel.json');
  if (existsSync(accel)) copyFileSync(accel, join(second, 'accel.json'));
  mkdirSync(first, { mode: 0o700 });
  for (const name of readdirSync(second).filter((one) => ['blobs', 'kernels', 'accel.json'].includes(one))) {
    cpSync(join(second, name), join(first, name), { recursive: true });
  }
  const file = { sha256: createHash('sha256').update(module).digest('hex'), size: module.length };
  writeFileSync(join(second, 'blobs/sha256', file.sha256), module);
  for (const path of below(join(second, 'kernels'))) {
    const record = JSON.parse(readFileSync(path, 'utf8'));
    const others = record.modules.filter(({ name }) => name !== 'virtio_console');
    const modules = [...others, { name: 'virtio_blk', file }];
    writeFileSync(path, JSON.stringify({ ...record, modules, channel: 'virtio-blk' }));
  }
  return { first: { ...env, BPFCOMPAT_CACHE_DIR: first }, second: { ...env, BPFCOMPAT_CACHE_DIR: second } };
}
