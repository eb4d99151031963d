import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BuildChoice, LockMode } from '../config/lock.ts';
import { vmlinuxDir } from '../guests/boot-files.ts';
import { type Firecracker, findFirecracker } from '../guests/firecracker/find-firecracker.ts';
import { tryFirecracker } from '../guests/firecracker/probe.ts';
import { createLanes } from '../guests/lanes.ts';
import { prepareQemu } from '../guests/qemu/qemu-host.ts';
import type { GuestTools } from '../guests/tools.ts';
import { findVng, type Vng } from '../guests/virtme/find-vng.ts';
import { createHost } from '../host/create-host.ts';
import type { Host } from '../host/host.ts';
import { ensureSystem } from '../kernels/disks/system-kernel.ts';
import { elfKernel } from '../kernels/image/elf-kernel.ts';
import { ensureModules, storedModules } from '../kernels/module-supply.ts';
import { ensureKernel } from '../kernels/supply.ts';
import { ensureUserland } from '../kernels/userland.ts';
import type { Isolation, LaneChoice } from '../model/cell.ts';
import { HostError, messageOf } from '../model/errors.ts';
import type { EventListener } from '../model/events.ts';
import { SHELL_PATH } from '../model/guest-entry.ts';
import type { Arch, Profile, Runner } from '../model/kernel.ts';
import type { RunServices } from '../run/prepare-kernels.ts';
import { findValidator, type ValidatorBinary } from '../run/validator-binary.ts';
import { readProfileBtf } from './kernel-btf.ts';
import { withRunnerKernel } from './runner-kernel.ts';
import type { StoreUse } from './store-use.ts';

/** Where a call of the library takes place; every part has a default. */
export interface Environment {
  /** Environment the core may see. Default: that of this process. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Directory that relative paths start from. Default: the current one. */
  readonly cwd?: string;
  /** Directory with profiles, matrices and the lock of one's own. Default: `cwd`. */
  readonly workspace?: string;
  /** The machine to work on. Default: this one. */
  readonly host?: Host;
  /** Profiles of the workspace may take the place of kernels that come with bpfcompat. Default false. */
  readonly allowProfileOverride?: boolean;
  /**
   * `bpfcompat.lock` in `workspace`: `use` (default) runs the builds that it names, `require` rejects kernels that it lacks and
   * builds that cannot be had, `ignore` does not read it.
   */
  readonly lock?: LockMode;
}

export interface ResolvedEnvironment {
  readonly host: Host;
  readonly cwd: string;
  /** Directory with profiles, matrices and the lock of one's own. */
  readonly workspace: string;
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
  const cwd = options.cwd ?? process.cwd();
  return {
    host: options.host ?? createHost({ env: options.env ?? process.env }),
    cwd,
    workspace: options.workspace ?? cwd,
    root,
    builtin: `${root}/matrices`,
    allowOverride: options.allowProfileOverride ?? false,
    lock: options.lock ?? 'use',
  };
}

export interface ServiceOptions {
  /** Architectures of the kernels of the run. */
  readonly arches: readonly Arch[];
  /** What kernels of the run are booted by; default vm. */
  readonly runners?: readonly Runner[];
  readonly isolation: Isolation;
  /** undefined: each profile's own. */
  readonly lane?: LaneChoice | undefined;
  /** By how much disks of guests are larger than their images; default 0. */
  readonly growDiskGib?: number | undefined;
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

type FoundTools = GuestTools & { readonly validator: ValidatorBinary };

/**
 * What there is for guests of each architecture. Where kernels of several are to be booted, one that cannot be is a
 * fault of its cells alone.
 */
async function guestTools(
  { host, root }: ResolvedEnvironment,
  cacheDir: string,
  arches: readonly Arch[],
  signal: AbortSignal,
): Promise<Partial<Record<Arch, FoundTools | string>>> {
  const tools: Partial<Record<Arch, FoundTools | string>> = {};
  for (const arch of arches) {
    try {
      const [validator, qemu] = await Promise.all([
        findValidator(host, root, arch),
        prepareQemu(host, arch, cacheDir, signal),
      ]);
      tools[arch] = { ...qemu, validator };
    } catch (error) {
      if (arches.length === 1 || !(error instanceof HostError)) throw error;
      tools[arch] = messageOf(error);
    }
  }
  return tools;
}

/** What `find` finds, or why it cannot be used: a fault of the cells that need it alone. */
async function foundOrWhy<T>(find: () => Promise<T>): Promise<T | string> {
  try {
    return await find();
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    return messageOf(error);
  }
}

/** A Firecracker that ran a guest. @throws HostError */
async function workingFirecracker(host: Host, { sandbox }: GuestTools, signal: AbortSignal): Promise<Firecracker> {
  const firecracker = await findFirecracker(host, signal);
  await tryFirecracker(host, firecracker, sandbox, signal);
  return firecracker;
}

/** What runners of their own need, as far as kernels of the run want them. */
async function runnerTools(host: Host, tools: GuestTools, runners: readonly Runner[], signal: AbortSignal) {
  return {
    vng: runners.includes('virtme-ng') ? await foundOrWhy<Vng>(() => findVng(host, signal)) : undefined,
    firecracker: runners.includes('firecracker')
      ? await foundOrWhy(() => workingFirecracker(host, tools, signal))
      : undefined,
  };
}

/** Everything a run needs of this machine, as long as it holds `store`. @throws HostError for a missing or old QEMU or a missing validator */
export async function createServices(
  environment: ResolvedEnvironment,
  { root: cacheDir }: StoreUse,
  { arches, runners = [], isolation, lane, growDiskGib, offline, refresh, signal, onEvent }: ServiceOptions,
): Promise<RunServices> {
  const { host, workspace } = environment;
  await Promise.all([undefined, ...SCRATCHED.map((dir) => join(cacheDir, dir))].map((dir) => host.files.sweep(dir)));
  const tools = await guestTools(environment, cacheDir, arches, signal);
  const [first] = Object.values(tools).filter((one) => typeof one === 'object');
  if (first === undefined) throw new HostError('qemu_missing', Object.values(tools).join('; '));
  onEvent({ type: 'accel', ...first.accel });
  const own = await runnerTools(host, first, runners, signal);
  const shellBytes = async (arch: Arch, options: Parameters<RunServices['ensureShell']>[1]): Promise<Uint8Array> => {
    const { busybox } = await ensureUserland(arch, { ...options, host, offline });
    return await host.files.read(busybox, MAX_SHELL_BYTES);
  };
  const ownKernel = (profile: Profile): Promise<Profile> =>
    withRunnerKernel(profile, { host, cwd: workspace, vng: own.vng, offline, signal });
  return {
    host,
    validator: first.validator,
    createLanes: (onNote, files) =>
      createLanes({
        ...{ tools, host, cacheDir, isolation, lane, growDiskGib, files, onNote },
        ...{ ...own, maxBytes: MAX_TEMPLATE_BYTES },
        busybox: (stop) => shellBytes('x86_64', { signal: stop, onNote }),
        elfKernel: (kernel, stop) => elfKernel(host, vmlinuxDir(cacheDir), kernel, stop),
      }),
    ensureShell: async (arch, options) => ({
      kind: 'file',
      path: SHELL_PATH,
      executable: true,
      bytes: await shellBytes(arch, options),
    }),
    readBtf: (profile, named, stop) => readProfileBtf(host, profile, named, stop),
    ensureModules: async (profile, record, options) =>
      ensureModules(await ownKernel(profile), record, { ...options, host, offline }),
    storedModules: (_profile, record) => storedModules(host, record),
    ensureKernel: async (profile, options) =>
      ensureKernel(await ownKernel(profile), { ...options, host, offline, refresh }),
    ensureImage: (profile, options) => ensureSystem(profile, { ...options, host, offline, refresh }),
  };
}
