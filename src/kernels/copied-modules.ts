import { basename, dirname, join } from 'node:path';
import type { Host } from '../host/host.ts';
import type { UnpackedKernel } from './unpacked.ts';

/**
 * A kernel whose modules are files of the user, with copies of them in `dir`, each made when it is placed: who indexes
 * modules uses their files up.
 */
export function copiedModules(host: Host, kernel: UnpackedKernel, dir: string): UnpackedKernel {
  const copies = new Map(kernel.modules.map((path, nth) => [join(dir, String(nth), basename(path)), path]));
  return {
    ...kernel,
    modules: [...copies.keys()],
    async placeModule(path) {
      const from = copies.get(path);
      if (from === undefined) return;
      await host.files.makeDir(dirname(path));
      await host.files.copy(from, path);
    },
  };
}
