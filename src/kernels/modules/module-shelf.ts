import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Host } from '../../host/host.ts';
import { HostError } from '../../model/errors.ts';
import type { GuestModule } from '../../model/guest-module.ts';
import type { ModuleChoice, ModuleRules, NeededName } from '../../model/kernel-modules.ts';
import { chooseModules } from './choose-modules.ts';
import { INDEX_FILE } from './index-modules.ts';
import { decompressed } from './module-files.ts';
import { type ModuleIndex, readModuleIndex } from './module-index.ts';

/** All modules of one kernel, in the store. Nothing of them is held in memory. */
export interface ModuleShelf {
  /** The modules that have these names, and those that are to be loaded, with all that they need. */
  choose(needed: readonly NeededName[], rules: Pick<ModuleRules, 'load' | 'forbid'>): Promise<ModuleChoice>;
  /** What the kernel has under each of these names, and the names of all its modules for hints. */
  look(names: readonly string[]): Promise<{
    readonly found: readonly ('module' | 'built_in' | 'absent')[];
    readonly all: readonly string[];
  }>;
  /** Their bytes, unpacked. @throws HostError `kernel_damaged` for a file that is not what the index says */
  read(names: readonly string[], signal: AbortSignal | undefined): Promise<GuestModule[]>;
  /** Bytes of each once it is unpacked. */
  sizes(names: readonly string[]): Promise<readonly { readonly name: string; readonly size: number }[]>;
}

/** An index of a kernel with 4,200 modules has some 12 MB. */
const MAX_INDEX = 128 * 1024 * 1024;
const MAX_PACKED = 64 * 1024 * 1024;

/**
 * The shelf in a directory; undefined where there is none that this version can read.
 * @param present modules that every guest of the kernel has already
 */
export async function openShelf(host: Host, dir: string, present: readonly string[]): Promise<ModuleShelf | undefined> {
  const index = async (): Promise<ModuleIndex | undefined> =>
    readModuleIndex(await host.files.read(join(dir, INDEX_FILE), MAX_INDEX));
  if (!(await host.files.stat(join(dir, INDEX_FILE)))?.isFile || (await index()) === undefined) return undefined;
  /** Without its index the next run makes everything again. */
  const damaged = async (what: string): Promise<HostError> => {
    await host.files.remove(join(dir, INDEX_FILE));
    return new HostError('kernel_damaged', `${join(dir, what)} is damaged; the next run fetches the modules again`);
  };
  const whole = async (): Promise<ModuleIndex> => {
    const found = await index();
    if (found === undefined) throw await damaged(INDEX_FILE);
    return found;
  };
  return {
    choose: async (needed, rules) => chooseModules(await whole(), needed, rules, new Set(present)),
    async look(names) {
      const { modules, builtIn } = await whole();
      return {
        found: names.map((name) => (modules.has(name) ? 'module' : builtIn.has(name) ? 'built_in' : 'absent')),
        all: [...modules.keys()],
      };
    },
    async sizes(names) {
      const { modules } = await whole();
      return names.map((name) => ({ name, size: modules.get(name)?.size ?? 0 }));
    },
    async read(names, signal) {
      const { modules } = await whole();
      const found: GuestModule[] = [];
      for (const name of names) {
        const { file = '', sha256 } = modules.get(name) ?? {};
        const path = join(dir, file);
        const packed = await host.files.read(path, MAX_PACKED).catch(() => Buffer.alloc(0));
        if (createHash('sha256').update(packed).digest('hex') !== sha256) throw await damaged(file);
        found.push({ name, bytes: await decompressed(host, path, signal) });
      }
      return found;
    },
  };
}
