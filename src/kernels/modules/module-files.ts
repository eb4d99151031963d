import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Host } from '../../host/host.ts';
import { HostError } from '../../model/errors.ts';
import { mustRun } from '../tool.ts';
import type { UnpackedKernel } from '../unpacked.ts';
import { loadOrder, type ModuleCatalogue, parseBuiltin } from './load-order.ts';
import { moduleNameOfPath, readModinfo } from './modinfo.ts';

const MAX_MODULE = 32 * 1024 * 1024;
const MAX_LIST = 4 * 1024 * 1024;

async function decompressed(host: Host, path: string, signal: AbortSignal | undefined): Promise<Buffer> {
  const limits = { signal, maxOutput: MAX_MODULE };
  if (path.endsWith('.xz')) return (await mustRun(host, 'xz', ['-dc', path], limits)).stdout;
  if (path.endsWith('.zst')) return (await mustRun(host, 'zstd', ['-q', '-dc', path], limits)).stdout;
  const bytes = await host.files.read(path, MAX_MODULE);
  return path.endsWith('.gz') ? gunzipSync(bytes, { maxOutputLength: MAX_MODULE }) : bytes;
}

/**
 * Decompresses the modules the guest loads at boot into `dir`.
 * @returns name and path of each, in load order.
 * @throws HostError `kernel_unusable` for a module that is not an ELF file or misses a dependency.
 */
export async function bootModules(
  host: Host,
  kernel: UnpackedKernel,
  dir: string,
  signal: AbortSignal | undefined,
): Promise<{ name: string; path: string }[]> {
  const paths = new Map(kernel.modules.map((path) => [moduleNameOfPath(path) ?? path, path]));
  const list = kernel.modulesBuiltin === undefined ? '' : await host.files.read(kernel.modulesBuiltin, MAX_LIST);
  const builtIn = parseBuiltin(list.toString('utf8'));
  await host.files.makeDir(dir);
  const catalogue: ModuleCatalogue = {
    builtIn: (name) => builtIn.has(name),
    exists: (name) => paths.has(name),
    async depends(name) {
      const path = paths.get(name) ?? '';
      const bytes = await decompressed(host, path, signal);
      const info = readModinfo(bytes);
      if (info === undefined) {
        throw new HostError('kernel_unusable', `${name}: the package's module is not a whole ELF file with .modinfo`);
      }
      await host.files.writeAtomic(join(dir, `${name}.ko`), bytes);
      return info.depends;
    },
  };
  return (await loadOrder(catalogue)).map((name) => ({ name, path: join(dir, `${name}.ko`) }));
}
