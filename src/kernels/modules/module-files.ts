import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Host } from '../../host/host.ts';
import { HostError } from '../../model/errors.ts';
import type { Channel } from '../../model/kernel.ts';
import { megabytes } from '../space.ts';
import { mustRun } from '../tool.ts';
import type { UnpackedKernel } from '../unpacked.ts';
import { configBuiltin, parseBuiltin } from './built-in.ts';
import { type ModuleCatalog, planBoot } from './load-order.ts';
import { moduleNameOfPath, readModinfo } from './modinfo.ts';

const MAX_MODULE = 32 * 1024 * 1024;
/** Of all that is loaded at boot, which is part of every guest. A few bytes can stand for a module of many megabytes. */
const MAX_MODULES = 256 * 1024 * 1024;
const MAX_LIST = 4 * 1024 * 1024;

/** An uncompressed module, whatever it is packed with. */
export async function decompressed(host: Host, path: string, signal: AbortSignal | undefined): Promise<Buffer> {
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
 * What is built into the kernel, as its list says, and its configuration of what is not a file. Where there is neither,
 * nothing is reported as missing, and the guest shows it.
 */
async function builtInTest(
  host: Host,
  { modulesBuiltin, config }: UnpackedKernel,
  files: ReadonlyMap<string, string>,
): Promise<(name: string) => boolean> {
  const read = async (path: string | undefined): Promise<string> =>
    path === undefined ? '' : (await host.files.read(path, MAX_LIST)).toString('utf8');
  if ((modulesBuiltin ?? config) === undefined) return (name) => !files.has(name);
  const names = parseBuiltin(await read(modulesBuiltin));
  const text = await read(config);
  return (name) => names.has(name) || (!files.has(name) && configBuiltin(text, name));
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
  const builtIn = await builtInTest(host, kernel, paths);
  await host.files.makeDir(dir);
  let taken = 0;
  const catalog: ModuleCatalog = {
    builtIn,
    exists: (name) => paths.has(name),
    remedy: kernel.remedy,
    async depends(name) {
      const path = paths.get(name) ?? '';
      await kernel.placeModule?.(path);
      const bytes = await decompressed(host, path, signal);
      taken += bytes.length;
      if (taken > MAX_MODULES) {
        throw new HostError(
          'kernel_unusable',
          `the modules that a guest loads at boot have more than ${megabytes(MAX_MODULES)}; strip them (INSTALL_MOD_STRIP=1), or build them in`,
        );
      }
      const info = readModinfo(bytes);
      if (info === undefined) {
        throw new HostError('kernel_unusable', `${name}: the package's module is not a whole ELF file with .modinfo`);
      }
      if (info.release !== undefined && info.release !== kernel.release) {
        throw new HostError(
          'kernel_unusable',
          `the module ${name} (${path}) is of kernel ${info.release}, and the kernel is ${kernel.release}; name the modules of the same build`,
        );
      }
      await host.files.writeAtomic(join(dir, `${name}.ko`), bytes);
      return info.depends;
    },
  };
  const { channel, modules } = await planBoot(catalog);
  return { channel, modules: modules.map((name) => ({ name, path: join(dir, `${name}.ko`) })) };
}
