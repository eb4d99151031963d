import { dirname, join } from 'node:path';
import type { Host } from '../../host/host.ts';
import { HostError } from '../../model/errors.ts';
import { safePath } from '../sources/rpm/payload.ts';
import { megabytes } from '../space.ts';
import { readTar } from './tar.ts';

/** Parts of a kernel in the archives of vendors: below the root, or where little-vm-helper puts each of its kernels. */
const WANTED =
  /^(?:data\/kernels\/[^/]+\/)?(?:boot\/(?:vmlinuz|bzImage|config)(?:-[^/]+)?|(?:usr\/)?lib\/modules\/[^/]+\/(?:vmlinuz|config|modules\.builtin|(?:[^/]+\/)*[^/]+\.ko(?:\.(?:xz|zst|gz))?))$/;
const WHITEOUT = '.wh.';
const OPAQUE = '.wh..wh..opq';

const MAX_FILE = 256 * 1024 * 1024;
/** Of everything that is taken out of one kernel's archives. */
const MAX_TAKEN = 2 * 1024 * 1024 * 1024;

/** Files of a kernel that archives, one laid over the other, hold. */
export interface KernelTree {
  /** Lays an archive over what is there. @throws HostError `bad_package`; CancelledError */
  lay(chunks: AsyncIterable<Buffer>): Promise<void>;
  /** Absolute path of each file by its path in the archives. */
  readonly files: ReadonlyMap<string, string>;
}

/**
 * @param dir for the files; is made
 * @param what for messages
 */
export function kernelTree(host: Host, dir: string, what: string): KernelTree {
  const files = new Map<string, string>();
  let taken = 0;
  let nth = 0;

  /** A layer says with files of these names what it takes away from those below it. */
  function whiteOut(path: string, below: ReadonlySet<string>): void {
    const name = path.split('/').at(-1) ?? '';
    const parent = path.slice(0, path.length - name.length);
    const gone = name === OPAQUE ? parent : `${parent}${name.slice(WHITEOUT.length)}`;
    for (const one of below) {
      if (name === OPAQUE ? one.startsWith(gone) : one === gone || one.startsWith(`${gone}/`)) files.delete(one);
    }
  }

  async function lay(chunks: AsyncIterable<Buffer>): Promise<void> {
    const below = new Set(files.keys());
    const wants = (path: string, size: number): boolean => {
      if (!WANTED.test(path) || size === 0) return false;
      taken += size;
      if (size <= MAX_FILE && taken <= MAX_TAKEN) return true;
      throw new HostError(
        'bad_package',
        `${what}: ${path} has ${megabytes(size)}, more than any file of a kernel; nothing was used`,
      );
    };
    for await (const { path: named, kind, size, link, content } of readTar(chunks)) {
      const path = safePath(named);
      if (path === undefined) continue;
      if ((path.split('/').at(-1) ?? '').startsWith(WHITEOUT)) whiteOut(path, below);
      // A hard link comes without content: what it is a link to was taken when it has a name of a kernel's too.
      const target = kind === 'link' ? files.get(safePath(link) ?? '') : undefined;
      if (target !== undefined && WANTED.test(path)) files.set(path, target);
      if (kind !== 'file' || !wants(path, size)) continue;
      // Numbered: what an archive calls its files is never part of a path of ours.
      const file = join(dir, String(nth++), path.split('/').at(-1) ?? '');
      await host.files.makeDir(dirname(file));
      await host.files.writeAtomic(file, await content());
      files.set(path, file);
    }
  }
  return { lay, files };
}
