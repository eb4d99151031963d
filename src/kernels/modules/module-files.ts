import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Host } from '../../host/host.ts';
import { HostError } from '../../model/errors.ts';
import type { Channel } from '../../model/kernel.ts';
import { mustRun } from '../tool.ts';
import type { UnpackedKernel } from '../unpacked.ts';
import { builtInByConfig, type ModuleCatalogue, parseBuiltin, planBoot } from './load-order.ts';
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

/** How a kernel's guests are talked to, and the modules they load at boot, in load order. */
export interface BootModules {
  readonly channel: Channel;
  readonly modules: readonly { readonly name: string; readonly path: string }[];
}

/**
 * Decompresses the modules the guest loads at boot into `dir`.
 * @throws HostError `kernel_unusable` for a module that is not an ELF file or misses a dependency.
 */
export async function bootModules(
  host: Host,
  kernel: UnpackedKernel,
  dir: string,
  signal: AbortSignal | undefined,
): Promise<BootModules> {
  const paths = new Map(kernel.modules.map((path) => [moduleNameOfPath(path) ?? path, path]));
  const list = kernel.modulesBuiltin === undefined ? '' : await host.files.read(kernel.modulesBuiltin, MAX_LIST);
  const builtIn = parseBuiltin(list.toString('utf8'));
  const config = kernel.config === undefined ? '' : (await host.files.read(kernel.config, MAX_LIST)).toString('utf8');
  await host.files.makeDir(dir);
  const catalogue: ModuleCatalogue = {
    builtIn: (name) => builtIn.has(name) || (!paths.has(name) && builtInByConfig(config, name)),
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
  const { channel, modules } = await planBoot(catalogue);
  return { channel, modules: modules.map((name) => ({ name, path: join(dir, `${name}.ko`) })) };
}
