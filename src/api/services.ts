import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BuildChoice, LockMode } from '../config/lock.ts';
import { createLanes } from '../guests/lanes.ts';
import { prepareQemu } from '../guests/qemu/qemu-host.ts';
import { createHost } from '../host/create-host.ts';
import type { Host } from '../host/host.ts';
import { ensureModules } from '../kernels/module-supply.ts';
import { ensureKernel } from '../kernels/supply.ts';
import { ensureUserland } from '../kernels/userland.ts';
import type { Isolation } from '../model/cell.ts';
import type { EventListener } from '../model/events.ts';
import { SHELL_PATH } from '../model/guest-entry.ts';
import type { RunServices } from '../run/prepare-kernels.ts';
import { findValidator } from '../run/validator-binary.ts';
import type { StoreUse } from './store-use.ts';

/** Where a call of the library takes place; every part has a default. */
export interface Environment {
  /** Environment the core may see. Default: that of this process. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Directory that relative paths start from. Default: the current one. */
  readonly cwd?: string;
  /** The machine to work on. Default: this one. */
  readonly host?: Host;
  /** Profiles of the workspace may take the place of kernels that come with bpfcompat. Default false. */
  readonly allowProfileOverride?: boolean;
  /**
   * `bpfcompat.lock` in `cwd`: `use` (default) runs the builds that it names, `require` rejects kernels that it lacks and
   * builds that cannot be had, `ignore` does not read it.
   */
  readonly lock?: LockMode;
}

export interface ResolvedEnvironment {
  readonly host: Host;
  readonly cwd: string;
  /** Directory of the package: holds `matrices/` and `build/`. */
  readonly root: string;
  readonly builtin: string;
  readonly allowOverride: boolean;
  readonly lock: BuildChoice;
}

/** The package root, found from this file: below `src/api`, `lib/api` and, bundled, `build` or `dist`. */
const PACKAGE_ROOT = fileURLToPath(
  new URL(/\/(?:build|dist)\/[^/]+$/.test(import.meta.url) ? '..' : '../..', import.meta.url),
);

export function environmentOf(options: Environment): ResolvedEnvironment {
  const root = PACKAGE_ROOT.replace(/\/$/, '');
  return {
    host: options.host ?? createHost({ env: options.env ?? process.env }),
    cwd: options.cwd ?? process.cwd(),
    root,
    builtin: `${root}/matrices`,
    allowOverride: options.allowProfileOverride ?? false,
    lock: options.lock ?? 'use',
  };
}

export interface ServiceOptions {
  readonly isolation: Isolation;
  readonly offline: boolean;
  readonly refresh: boolean;
  readonly signal: AbortSignal;
  readonly onEvent: EventListener;
}

const MAX_SHELL_BYTES = 16 * 1024 * 1024;
/** Twelve kernels take about 1.5 GB. */
const MAX_TEMPLATE_BYTES = 4_000_000_000;

/** Directories of the cache in which files are written. */
const SCRATCHED = ['.', 'initramfs', 'kernels', 'userland', 'blobs/sha256', 'tmp'];

/** Everything a run needs of this machine, as long as it holds `store`. @throws HostError for a missing or old QEMU or a missing validator */
export async function createServices(
  { host, root }: ResolvedEnvironment,
  { root: cacheDir }: StoreUse,
  { isolation, offline, refresh, signal, onEvent }: ServiceOptions,
): Promise<RunServices> {
  await Promise.all([undefined, ...SCRATCHED.map((dir) => join(cacheDir, dir))].map((dir) => host.files.sweep(dir)));
  const [validator, qemu] = await Promise.all([
    findValidator(host, root, 'x86_64'),
    prepareQemu(host, cacheDir, signal),
  ]);
  onEvent({ type: 'accel', ...qemu.accel });
  return {
    host,
    validator,
    createLanes: (onNote) =>
      createLanes({ ...qemu, host, validator, cacheDir, isolation, maxBytes: MAX_TEMPLATE_BYTES, onNote }),
    ensureShell: async (options) => {
      const { busybox } = await ensureUserland('x86_64', { ...options, host, offline });
      return {
        kind: 'file',
        path: SHELL_PATH,
        executable: true,
        bytes: await host.files.read(busybox, MAX_SHELL_BYTES),
      };
    },
    ensureModules: (profile, record, options) => ensureModules(profile, record, { ...options, host, offline }),
    ensureKernel: (profile, options) => ensureKernel(profile, { ...options, host, offline, refresh }),
  };
}
