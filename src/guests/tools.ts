import { HostError } from '../model/errors.ts';
import type { Arch, Profile } from '../model/kernel.ts';
import type { ValidatorBinary } from './direct/stored-initramfs.ts';
import type { QemuHost } from './qemu/qemu-host.ts';

/** What guests of one architecture are made with. */
export interface GuestTools extends QemuHost {
  readonly validator: ValidatorBinary;
}

/** A text says why guests of an architecture cannot be had on this machine. */
export type ToolsByArch = Readonly<Partial<Record<Arch, GuestTools | string>>>;

/** Why this machine has no guests for the profile; undefined when it has. */
export function toolsProblem(tools: ToolsByArch, { id, arch }: Profile): string | undefined {
  const own = tools[arch] ?? 'no QEMU of that architecture was looked for';
  return typeof own === 'string' ? `${id} is ${arch}: ${own}` : undefined;
}

/** @throws HostError `qemu_missing` where `toolsProblem` says so */
export function toolsOf(tools: ToolsByArch, profile: Profile): GuestTools {
  const own = tools[profile.arch];
  if (typeof own === 'object') return own;
  throw new HostError('qemu_missing', toolsProblem(tools, profile) ?? '');
}
