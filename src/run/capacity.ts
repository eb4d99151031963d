import type { Host } from '../host/host.ts';
import type { Target } from '../model/cell.ts';

/** What QEMU itself takes beside the guest's memory. Measured: 35 MB of its own per copied guest. */
const QEMU_BYTES = 64 * 1024 * 1024;
/** Share of the free memory that guests may plan with. */
const SHARE = 0.8;
const MEGABYTE = 1024 * 1024;

/**
 * How many guests may run at once: as many as wanted, and no more than fit into memory if each used all that its
 * profile allows. At least one.
 */
export async function affordableGuests(
  host: Host,
  needed: number,
  targets: readonly Target[],
): Promise<{ readonly count: number; readonly note: string | undefined }> {
  const available = await host.availableMemory();
  if (available === undefined) return { count: needed, note: undefined };
  const largest = Math.max(0, ...targets.map(({ profile }) => profile.memoryMb)) * MEGABYTE + QEMU_BYTES;
  const count = Math.max(1, Math.min(needed, Math.floor((available * SHARE) / largest)));
  if (count === needed) return { count, note: undefined };
  const megabytes = Math.round(available / MEGABYTE);
  return { count, note: `${count} guests at a time instead of ${needed}: only ${megabytes} MB of memory are free` };
}
