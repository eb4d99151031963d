import { HostError } from '../../model/errors.ts';
import type { Channel } from '../../model/kernel.ts';

/**
 * Modules a guest loads at boot. Without the required ones it has no channel to us; the others are devices
 * and hooks that programs are attached to. What is built in needs no module. A change here is a new schema of KernelRecord: stored
 * kernels carry the old list.
 */
const BUS = 'virtio_pci';
/** The first one that a kernel has is taken. */
const DRIVERS: readonly { readonly channel: Channel; readonly module: string }[] = [
  { channel: 'virtio-serial', module: 'virtio_console' },
  { channel: 'virtio-blk', module: 'virtio_blk' },
];
const OPTIONAL_MODULES = ['dummy', 'veth', 'sch_ingress', 'cls_bpf'];

export interface ModuleCatalog {
  /** Is it in `modules.builtin`? */
  builtIn(name: string): boolean;
  /** Is there a module file of that name? */
  exists(name: string): boolean;
  /** Names it depends on. */
  depends(name: string): Promise<readonly string[]>;
  /** What to do where a module is nowhere; without it another package is the result. */
  readonly remedy?: string | undefined;
}

/** How the guests of a kernel are talked to, and what they load for it and for the tests. */
export interface BootPlan {
  readonly channel: Channel;
  /** The modules to load, every dependency before those who need it. */
  readonly modules: readonly string[];
}

/**
 * Chooses the channel by what the kernel has, and what is loaded at boot.
 * @throws HostError `kernel_unusable` for a kernel without any channel, or when a dependency of a wanted module is
 * nowhere.
 */
export async function planBoot(
  catalog: ModuleCatalog,
  optional: readonly string[] = OPTIONAL_MODULES,
): Promise<BootPlan> {
  const order = new Set<string>();
  const nowhere = (module: string, neededBy: string): HostError => {
    const what = `the kernel has no module ${module} (needed by ${neededBy}), neither as a file nor built in`;
    return new HostError(
      'kernel_unusable',
      `${what}; ${catalog.remedy ?? 'choose another kernel package in the profile'}`,
    );
  };
  const has = (name: string): boolean => catalog.builtIn(name) || catalog.exists(name);
  const driver = DRIVERS.find(({ module }) => has(module));
  if (!has(BUS) || driver === undefined) {
    const missing = has(BUS) ? DRIVERS.map(({ module }) => module).join(' and no ') : BUS;
    throw nowhere(missing, 'every guest');
  }
  const visit = async (name: string, neededBy: string, path: readonly string[]): Promise<void> => {
    if (order.has(name) || catalog.builtIn(name)) return;
    if (path.includes(name)) {
      throw new HostError('kernel_unusable', `kernel modules depend on each other in a ring: ${path.join(', ')}`);
    }
    if (!catalog.exists(name)) throw nowhere(name, neededBy);
    for (const dependency of await catalog.depends(name)) await visit(dependency, name, [...path, name]);
    order.add(name);
  };
  for (const name of [BUS, driver.module]) await visit(name, 'every guest', []);
  for (const name of optional) {
    if (catalog.exists(name)) await visit(name, 'attach tests', []);
  }
  return { channel: driver.channel, modules: [...order] };
}
