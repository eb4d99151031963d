import type { Outcome } from '../model/cell.ts';
import { messageOf } from '../model/errors.ts';
import type { GuestEntry } from '../model/guest-entry.ts';
import type { Arch } from '../model/kernel.ts';
import type { RunServices } from './prepare-kernels.ts';

/** The shell for guests of an architecture, or what becomes of cells that cannot have it. */
export type ShellFor = (arch: Arch) => Promise<GuestEntry | Outcome>;

/** Gets the shell of each architecture once for all its cells; one that cannot be had is not tried again. */
export function shellOpener(services: RunServices, signal: AbortSignal, onNote: (message: string) => void): ShellFor {
  const shells = new Map<Arch, Promise<GuestEntry | Outcome>>();
  return (arch) => {
    const shell = shells.get(arch) ?? prepareShell(services, arch, signal, onNote);
    shells.set(arch, shell);
    return shell;
  };
}

/** The shell for guests, or what becomes of cells that cannot have it. */
async function prepareShell(
  { ensureShell }: RunServices,
  arch: Arch,
  signal: AbortSignal,
  onNote: (message: string) => void,
): Promise<GuestEntry | Outcome> {
  try {
    return await ensureShell(arch, { signal, onNote });
  } catch (error) {
    return { status: 'infra_error', cause: 'userland_unavailable', message: messageOf(error) };
  }
}
