import { dirname, join } from 'node:path';
import type { Host } from '../../host/host.ts';
import { HostError } from '../../model/errors.ts';
import { openBundle } from '../module-bundle.ts';
import { moduleNameOfPath } from '../modules/modinfo.ts';
import { safePath } from '../sources/rpm/payload.ts';
import { megabytes } from '../space.ts';
import { readTar } from './tar.ts';
import { createWhiteOuts } from './white-outs.ts';

/** Parts of a kernel in the archives of vendors: below the root, or where little-vm-helper puts each of its kernels. */
const WANTED =
  /^(?:data\/kernels\/[^/]+\/)?(?:boot\/(?:vmlinuz|bzImage|config)(?:-[^/]+)?|(?:usr\/)?lib\/modules\/[^/]+\/(?:vmlinuz|config|modules\.builtin|(?:[^/]+\/)*[^/]+\.ko(?:\.(?:xz|zst|gz))?))$/;

const MAX_FILE = 256 * 1024 * 1024;
/** Of everything that is taken out of one kernel's archives. */
const MAX_TAKEN = 2 * 1024 * 1024 * 1024;
/** Of all archives of one kernel, unpacked: a hundred layers of a few bytes could each stand for a whole system. */
const MAX_UNPACKED = 16 * 1024 * 1024 * 1024;

/** Files of a kernel that archives, one laid over the other, hold. */
export interface KernelTree {
  /** Lays an archive over what is there. @throws HostError `bad_package`; CancelledError */
  lay(chunks: AsyncIterable<Buffer>): Promise<void>;
  /** Absolute path of each file by its path in the archives. Those of modules are there once they were placed. */
  readonly files: ReadonlyMap<string, string>;
  /** See `UnpackedKernel.placeModule`. */
  placeModule(path: string): Promise<void>;
  /** Hard links that have the name of a kernel's file, and lead to what has none: where they lead by their path. */
  readonly lost: ReadonlyMap<string, string>;
}

/** Passes archives through, which together have no more bytes than that. */
function boundTogether(maxBytes: number, what: string): (chunks: AsyncIterable<Buffer>) => AsyncGenerator<Buffer> {
  let bytes = 0;
  return async function* (chunks) {
    for await (const chunk of chunks) {
      bytes += chunk.length;
      if (bytes > maxBytes)
        throw new HostError('bad_package', `${what} unpacks to more than any system has; nothing was used`);
      yield chunk;
    }
  };
}

/**
 * @param dir for the files; is made
 * @param what for messages
 * @param maxUnpacked bytes of all archives together
 */
export function kernelTree(host: Host, dir: string, what: string, maxUnpacked = MAX_UNPACKED): KernelTree {
  const files = new Map<string, string>();
  const lost = new Map<string, string>();
  const bundle = openBundle(host, join(dir, 'modules'));
  let taken = 0;
  let nth = 0;
  const counted = boundTogether(maxUnpacked, what);

  async function place(file: string, content: Buffer): Promise<void> {
    if (moduleNameOfPath(file) !== undefined) return bundle.add(file, content);
    await host.files.makeDir(dirname(file));
    await host.files.writeAtomic(file, content);
  }

  async function lay(chunks: AsyncIterable<Buffer>): Promise<void> {
    const below = [...files.keys()];
    const own = new Set<string>();
    const whiteOuts = createWhiteOuts();
    const wants = (path: string, size: number): boolean => {
      if (!WANTED.test(path) || size === 0) return false;
      taken += size;
      if (size <= MAX_FILE && taken <= MAX_TAKEN) return true;
      throw new HostError(
        'bad_package',
        `${what}: ${path} has ${megabytes(size)}, more than any file of a kernel; nothing was used`,
      );
    };
    for await (const { path: named, kind, size, link, content } of readTar(counted(chunks))) {
      const path = safePath(named);
      if (path === undefined) continue;
      if (whiteOuts.add(path)) continue;
      // A hard link comes without content: what it is a link to was taken when it has a name of a kernel's too.
      if (kind === 'link' && WANTED.test(path)) {
        const target = files.get(safePath(link) ?? '');
        if (target === undefined) lost.set(path, link);
        else files.set(path, target);
        // What is no module is read without being placed first.
        if (target !== undefined && moduleNameOfPath(path) === undefined) await bundle.place(target);
        own.add(path);
      }
      if (kind !== 'file' || !wants(path, size)) continue;
      // Numbered: what an archive calls its files is never part of a path of ours.
      const file = join(dir, String(nth++), path.split('/').at(-1) ?? '');
      await place(file, await content());
      files.set(path, file);
      own.add(path);
    }
    for (const path of below) if (!own.has(path) && whiteOuts.takeAway(path)) files.delete(path);
  }
  return { lay, files, lost, placeModule: bundle.place };
}
