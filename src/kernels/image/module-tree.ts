import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Host } from '../../host/host.ts';
import { HostError } from '../../model/errors.ts';
import { mustRun } from '../tool.ts';

const MAX_LISTING = 16 * 1024 * 1024;
const MODULE_NAMES = ['*.ko', '*.ko.xz', '*.ko.zst', '*.ko.gz'];

export interface ModuleTree {
  /** Absolute paths. */
  readonly modules: readonly string[];
  /** List of what is built into the kernel, where there is one. */
  readonly modulesBuiltin: string | undefined;
}

async function modulesUnder(host: Host, dir: string, signal: AbortSignal | undefined): Promise<string[]> {
  const names = MODULE_NAMES.flatMap((name, nth) => [...(nth > 0 ? ['-o'] : []), '-name', name]);
  const args = ['-P', dir, '-name', '.git', '-prune', '-o', '-type', 'f', '(', ...names, ')', '-print0'];
  const found = await mustRun(host, 'find', args, { signal, maxOutput: MAX_LISTING });
  return found.stdout
    .toString('utf8')
    .split('\0')
    .filter((path) => path !== '');
}

/** A digest that is another one once a build has replaced a module, or the list of what is built in. */
export async function treeStamp(host: Host, { modules, modulesBuiltin }: ModuleTree): Promise<string> {
  const hash = createHash('sha256');
  for (const path of [...modules, ...(modulesBuiltin === undefined ? [] : [modulesBuiltin])].sort()) {
    const stat = await host.files.stat(path);
    hash.update(JSON.stringify([path, stat?.ino, stat?.size, stat?.mtimeMs, stat?.ctimeMs]));
  }
  return hash.digest('hex');
}

/** Kernels that `make modules_install` put below a directory. */
async function installedReleases(host: Host, dir: string): Promise<string[]> {
  const found: string[] = [];
  for (const parent of ['lib/modules', 'usr/lib/modules'].map((one) => join(dir, one))) {
    if ((await host.files.stat(parent))?.isDirectory) found.push(...(await host.files.list(parent)));
  }
  return [...new Set(found)];
}

/**
 * The modules of one kernel in a directory: where `make modules_install` put them (INSTALL_MOD_PATH, `lib/modules` or
 * `lib/modules/RELEASE`), or the tree that they were built in.
 * @param check throws for a place that must not be looked into
 * @throws HostError `kernel_unusable` where there are none
 */
export async function moduleTree(
  host: Host,
  dir: string,
  release: string,
  check: (path: string) => Promise<void>,
  signal: AbortSignal | undefined,
): Promise<ModuleTree> {
  if (!(await host.files.stat(dir))?.isDirectory) {
    throw new HostError(
      'kernel_unusable',
      `${dir}: there is no such directory; name the one with the modules of kernel ${release}`,
    );
  }
  const installed = await installedReleases(host, dir);
  if (installed.length > 0 && !installed.includes(release)) {
    throw new HostError(
      'kernel_unusable',
      `${dir} has modules of kernel ${installed.join(', ')}, and the kernel is ${release}; name the directory with its own`,
    );
  }
  const places = [`lib/modules/${release}`, `usr/lib/modules/${release}`, release, '.'];
  for (const place of places) {
    const at = join(dir, place);
    if (!(await host.files.stat(at))?.isDirectory) continue;
    await check(at);
    const real = await host.files.realPath(at);
    const modules = await modulesUnder(host, real, signal);
    if (modules.length === 0) continue;
    const list = join(real, 'modules.builtin');
    const isThere = (await host.files.stat(list))?.isFile === true;
    if (isThere) await check(list);
    return { modules, modulesBuiltin: isThere ? list : undefined };
  }
  throw new HostError(
    'kernel_unusable',
    `${dir} holds no modules; name the directory that make modules_install made for kernel ${release}`,
  );
}
