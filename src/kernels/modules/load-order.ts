import { HostError } from '../../model/errors.ts';
import { moduleName } from './modinfo.ts';

/**
 * Modules a guest loads at boot. Without the required ones it has no channel to us; the others are devices
 * and hooks that programs are attached to. What is built in needs no module. A change here is a new schema of KernelRecord: stored
 * kernels carry the old list.
 */
const REQUIRED_MODULES = ['virtio_pci', 'virtio_console'];
const OPTIONAL_MODULES = ['dummy', 'veth', 'sch_ingress', 'cls_bpf'];

export interface ModuleCatalogue {
  /** Is it in `modules.builtin`? */
  builtIn(name: string): boolean;
  /** Is there a module file of that name? */
  exists(name: string): boolean;
  /** Names it depends on. */
  depends(name: string): Promise<readonly string[]>;
}

/** Names in a `modules.builtin` file, normalised. */
export function parseBuiltin(text: string): Set<string> {
  const names = text.split('\n').map((line) => /([^/]+)\.ko$/.exec(line.trim())?.[1]);
  return new Set(names.filter((name) => name !== undefined).map(moduleName));
}

/**
 * The modules to load, every dependency before those who need it.
 * @throws HostError `kernel_unusable` when a required module, or a dependency of a wanted one, is nowhere.
 */
export async function loadOrder(
  catalogue: ModuleCatalogue,
  required: readonly string[] = REQUIRED_MODULES,
  optional: readonly string[] = OPTIONAL_MODULES,
): Promise<string[]> {
  const order = new Set<string>();
  const visit = async (name: string, neededBy: string, path: readonly string[]): Promise<void> => {
    if (order.has(name) || catalogue.builtIn(name)) return;
    if (path.includes(name)) {
      throw new HostError('kernel_unusable', `kernel modules depend on each other in a ring: ${path.join(', ')}`);
    }
    if (!catalogue.exists(name)) {
      throw new HostError(
        'kernel_unusable',
        `the kernel has no module ${name} (needed by ${neededBy}), neither as a file nor built in; ` +
          'choose another kernel package in the profile',
      );
    }
    for (const dependency of await catalogue.depends(name)) await visit(dependency, name, [...path, name]);
    order.add(name);
  };
  for (const name of required) await visit(name, 'every guest', []);
  for (const name of optional) {
    if (catalogue.exists(name)) await visit(name, 'attach tests', []);
  }
  return [...order];
}
