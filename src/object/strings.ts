/** Longest name or source line that is taken out of an object, in bytes; the rest is left out. */
const MAX_STRING_BYTES = 1024;

const decoder = new TextDecoder();

/**
 * The text at `offset` of a string table, up to its NUL, the end of the table or `MAX_STRING_BYTES`. Broken UTF-8 turns
 * into replacement characters. Empty for an offset outside of the table.
 */
export function stringAt(table: Uint8Array, offset: number): string {
  if (offset >= table.length) return '';
  const last = Math.min(table.length, offset + MAX_STRING_BYTES);
  let end = offset;
  while (end < last && table[end] !== 0) end++;
  return end === offset ? '' : decoder.decode(table.subarray(offset, end));
}

/** A view of the bytes; never copies. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
