import { HostError } from '../model/errors.ts';

/**
 * What is no archive in the place of one is packed in a way that is not known here, and what is in it would pass unseen.
 * An archive without entries is nothing but zeros.
 * @throws HostError `bad_package`
 */
export function rejectLayer(head: Uint8Array): void {
  if (head.every((byte) => byte === 0)) return;
  throw new HostError(
    'bad_package',
    'a layer of it is not a tar archive, plain or packed by gzip, xz or zstd; save it again',
  );
}
