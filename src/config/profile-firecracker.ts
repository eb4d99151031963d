import * as z from 'zod';
import type { Profile } from '../model/kernel.ts';
import type { Wording } from '../model/wording.ts';
import { withoutSlips } from './key-slips.ts';
import type { NamedPath } from './suite-paths.ts';
import { quoted } from './words.ts';
import { line } from './yaml-schema.ts';

const optionalLine = line().default('');

/** The `firecracker:` block of a profile. */
export const FirecrackerBlock = withoutSlips(
  z.looseObject({
    kernel_image_path: optionalLine,
    initrd_path: optionalLine,
    rootfs_path: optionalLine,
    boot_args: optionalLine,
    guest_mac: optionalLine,
    tap_device: optionalLine,
  }),
);
type FirecrackerBlock = z.infer<typeof FirecrackerBlock>;

/** Words that every guest has, as profiles of the earlier tool spell them: they change nothing. */
const USUAL = /^(?:console=ttyS0|reboot=k|panic=-?\d{1,3}|pci=off|(?:rd)?init=\/init|quiet)$/;
/** Nothing that changes how a program is loaded, but what machines of users have as well. */
const OWN =
  /^(?:loglevel=[0-8]|ro|random\.trust_cpu=(?:on|off)|i8042\.(?:noaux|nomux|nopnp|dumbkbd|nokbd)|tsc=reliable|swiotlb=noforce|no_timer_check|lockdown=(?:integrity|confidentiality)|lsm=[a-z0-9_,]{1,128})$/;

/** Places of this machine that the block names. */
const PATHS = ['kernel_image_path', 'initrd_path', 'rootfs_path'] as const;

/**
 * What Firecracker is run with for a profile; nothing where another runner boots it.
 * @param invalid makes the error for a key below `firecracker`
 * @throws its error for an argument of the kernel that changes what a guest is
 */
export function firecrackerOf(
  runner: string,
  block: FirecrackerBlock | undefined,
  invalid: (key: readonly (string | number)[], message: Wording) => Error,
): Pick<Profile, 'firecracker'> {
  if (runner !== 'firecracker' || block === undefined) return {};
  const words = block.boot_args.split(/\s+/).filter((word) => word !== '');
  const wrong = words.find((word) => !USUAL.test(word) && !OWN.test(word));
  if (wrong !== undefined) {
    throw invalid(
      ['boot_args'],
      `firecracker.boot_args: ${quoted(wrong)} is not among what a profile may set; use loglevel=N, lockdown=LEVEL, lsm=LIST, random.trust_cpu=on, tsc=reliable, i8042.noaux and the like, or leave it out: guests have console, reboot, panic, pci and init already`,
    );
  }
  const { kernel_image_path: kernel, initrd_path: initrd, rootfs_path: rootfs } = block;
  const bootArgs = words.filter((word) => !USUAL.test(word));
  return {
    firecracker: { kernel, bootArgs, ...(initrd !== '' && { initrd }), ...(rootfs !== '' && { rootfs }) },
  };
}

/** The places of this machine that the block names, relative to the top of the repository. */
export function firecrackerPaths(
  runner: string,
  block: FirecrackerBlock | undefined,
  at: (key: string) => string,
): NamedPath[] {
  if (runner !== 'firecracker' || block === undefined) return [];
  return PATHS.flatMap((key): NamedPath[] => {
    const path = block[key];
    return path === '' ? [] : [{ key: `firecracker.${key}`, path, use: 'read', origin: at(key), fromTop: true }];
  });
}

/** What a guest does not get of what its profile names; empty when it gets all. */
export function firecrackerNote(
  runner: string,
  block: FirecrackerBlock | undefined,
  at: (key: string) => string,
): string {
  if (runner !== 'firecracker') return '';
  const named = (['tap_device', 'guest_mac'] as const).filter((key) => (block?.[key] ?? '') !== '');
  return named.map((key) => `${at(key)}: firecracker.${key} is not used, as guests have no network`).join('; ');
}
