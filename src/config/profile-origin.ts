import { posix } from 'node:path';
import { UsageError } from '../model/errors.ts';
import { type Profile, UPSTREAM_RELEASE } from '../model/kernel.ts';
import { describeSource, pinnedDigests } from '../model/kernel-source.ts';
import { option, phrase } from '../model/wording.ts';

/** A profile that comes with bpfcompat. */
export function builtinProfile(profile: Profile): Profile {
  return { ...profile, builtinKernel: true };
}

/**
 * Stands for a profile that cannot be had.
 * @param shipped what comes with bpfcompat under this id: a file that spoils its profile does not change what it is about
 */
export function noProfile(
  id: string,
  problem: string,
  shipped: Pick<Profile, 'distro' | 'version' | 'kernelFamily'> | undefined,
): Profile {
  const { distro = '', version = '', kernelFamily = '' } = shipped ?? {};
  return {
    id,
    distro,
    version,
    kernelFamily,
    file: '',
    arch: 'x86_64',
    runner: 'vm',
    memoryMb: 1,
    cpus: 1,
    expectedBtf: undefined,
    kernel: undefined,
    problem,
  };
}

/**
 * A profile that names files of this machine. Its disk image, and the kernel of another runner, lie below the top of its
 * repository, wherever the profile does.
 * @param confined no link among its files leaves the repository
 */
export function inRepository(profile: Profile, top: string | undefined, confined: boolean): Profile {
  const { image, virtme, firecracker } = profile;
  const at = (path: string): string => posix.resolve(top ?? posix.dirname(profile.file), path);
  return {
    ...profile,
    ...(confined && top !== undefined && { top }),
    ...(image?.path !== undefined && { image: { ...image, path: at(image.path) } }),
    ...(virtme && !UPSTREAM_RELEASE.test(virtme.run) && { virtme: { ...virtme, run: at(virtme.run) } }),
    ...(firecracker && {
      firecracker: {
        ...firecracker,
        kernel: at(firecracker.kernel),
        ...(firecracker.initrd !== undefined && { initrd: at(firecracker.initrd) }),
        ...(firecracker.rootfs !== undefined && { rootfs: at(firecracker.rootfs) }),
      },
    }),
  };
}

/** What the kernel of a profile is called. */
const CALLED = ['distro', 'version', 'kernelFamily'] as const;
const KEYS = { distro: 'distro', version: 'version', kernelFamily: 'kernel_family' } as const;

/** Offsets out of a file of the repository would let an object pass, under a name of ours, that the kernel rejects. */
function rejectBtf({ id, btf }: Profile): void {
  if (btf === undefined) return;
  throw new UsageError(
    'profile_override',
    phrase`${btf.origin}: profile "${id}" comes with bpfcompat, and a file of the repository does not choose its BTF; name the BTF with ${option('btf')}, give this profile an id of its own and a kernel block, or allow it with ${option('allow-profile-override')}`,
  );
}

/** A kernel of ours keeps its name: a file of the repository says how it is booted, not what it is. */
function borrowed(own: Profile, shipped: Profile, allowed: boolean): Profile {
  if (!allowed) rejectBtf(own);
  // The kernel's arguments are part of what its name stands for.
  const kernelArgs = allowed ? (own.kernelArgs ?? shipped.kernelArgs) : shipped.kernelArgs;
  const { exactly = own.exactly } = shipped;
  const image = allowed ? (own.image ?? shipped.image) : shipped.image;
  const kernel = {
    kernel: shipped.kernel,
    kernelFile: shipped.file,
    builtinKernel: true,
    kernelArgs,
    exactly,
    ...(image && { image }),
  } as const;
  const { image: _, ...rest } = own;
  const other = CALLED.find((key) => own[key] !== '' && own[key] !== shipped[key]);
  if (other === undefined || allowed) return { ...rest, ...kernel };
  throw new UsageError(
    'profile_override',
    phrase`${own.file}: ${KEYS[other]} is "${own[other]}", and the kernel of profile "${own.id}", which comes with bpfcompat, is ${shipped.distro} ${shipped.version} ${shipped.kernelFamily}; write ${KEYS[other]}: "${shipped[other]}", name another kernel with a kernel block, or allow it with ${option('allow-profile-override')}`,
  );
}

/**
 * Whose kernel a profile of the workspace gets. Where it names none, or the very same, that of the built-in profile of
 * its id; where it names another one, its own, which the user must have allowed: a change to a file of the repository
 * must not decide what a name of ours stands for, nor that it is not run.
 * @throws UsageError `profile_override`, `profile_invalid` for pinned packages
 */
export function applyOverride(own: Profile, shipped: Profile | undefined, allowed: boolean): Profile {
  const borrows = shipped !== undefined && own.runner === shipped.runner && own.arch === shipped.arch;
  if (shipped?.kernel !== undefined && borrows) {
    const same = own.kernel === undefined || describeSource(own.kernel) === describeSource(shipped.kernel);
    if (same) return borrowed(own, shipped, allowed);
  }
  if (own.kernel !== undefined && pinnedDigests(own.kernel).length > 0) {
    throw new UsageError(
      'profile_invalid',
      `${own.file}: kernel.pinned is for profiles that come with bpfcompat: a digest in a repository is not a signature of the archive; remove it and name a version that the archive has`,
    );
  }
  if (shipped !== undefined && !borrows && !allowed) {
    const key = own.runner === shipped.runner ? 'arch' : 'runner';
    throw new UsageError(
      'profile_override',
      phrase`${own.file}: ${key} is ${own[key]}, and profile "${own.id}", which comes with bpfcompat, has ${shipped[key]}, so its kernel would not be run; write ${key}: ${shipped[key]}, give the file an id of its own, or allow it with ${option('allow-profile-override')}`,
    );
  }
  const names = [own.kernel, own.virtme, own.firecracker].some((one) => one !== undefined);
  if (!names && shipped?.unbootable !== undefined) return { ...own, unbootable: shipped.unbootable };
  if (shipped === undefined || !names) return own;
  if (allowed) return { ...own, replaces: shipped.file };
  throw new UsageError(
    'profile_override',
    phrase`${own.file}: profile "${own.id}" comes with bpfcompat, and this file names another kernel for it; give it an id of its own (in the file and as its name), or allow it with ${option('allow-profile-override')}`,
  );
}
