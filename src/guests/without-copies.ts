import { messageOf } from '../model/errors.ts';
import { GuestError } from './guest.ts';

/** Whether the program that runs a guest gave up, and not the guest: it will do so for every guest of this kind. */
export function machineGaveUp(error: unknown): boolean {
  return error instanceof GuestError && (error.infraCause === 'qemu_failed' || error.infraCause === 'no_space');
}

/** Words for the user where copies of a guest cannot be had. */
export function bootedOneByOne(release: string, error: unknown): string {
  return `guests are booted one by one where they cannot be copied: ${release}: ${messageOf(error)}`;
}
