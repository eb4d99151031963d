import { sanitizeText } from '../model/sanitize.ts';

/** NAME_MAX_BYTES of validator-c/src/output/text.h. */
const MAX_BYTES = 256;

/**
 * A name of the object as a response of the guest has it: cut behind 256 bytes, where no character is divided, and without
 * what cannot be seen.
 */
export function asReported(name: string): string {
  let bytes = 0;
  let length = 0;
  for (const character of name) {
    bytes += Buffer.byteLength(character);
    if (bytes > MAX_BYTES) break;
    length += character.length;
  }
  return sanitizeText(name.slice(0, length));
}
