import { type HexBytes, hexOf } from '../model/test-expectations.ts';
import { parseInteger } from './words.ts';

/** Keys, values and data of expectations as they are written in files, in bpftool's ways of writing bytes. */

export const BYTES_RULE =
  'bytes as hex digits, such as "0x01 00 00 00", "01 00 00 00" or "01000000" (two digits per byte)';
export const OPERAND_RULE = `a whole number, or ${BYTES_RULE}; a word of digits alone is a number unless it begins with 0, "hex 10000000" makes it bytes`;

const PREFIX = /^hex(?::|\s+)\s*/i;
const WORDS = /^(?:(?:0x)?(?:[\da-f]|(?:[\da-f]{2})+))(?:\s+(?:0x)?(?:[\da-f]|(?:[\da-f]{2})+))*$/i;

/** Bytes; a digit that stands alone is a byte of its own. undefined for any other text. */
export function parseBytes(text: string): HexBytes | undefined {
  const words = text.trim().replace(PREFIX, '');
  if (words === '') return '';
  if (!WORDS.test(words)) return undefined;
  return words
    .toLowerCase()
    .split(/\s+/)
    .map((word) => word.replace(/^0x/, ''))
    .map((word) => (word.length === 1 ? `0${word}` : word))
    .join('');
}

/** A number, or bytes: OPERAND_RULE. */
export function parseOperand(text: string): number | HexBytes | undefined {
  return parseInteger(text.trim()) ?? parseBytes(text);
}

/** What a record must contain: bytes where it says so (`0x...` or `hex ...`), else the text itself in UTF-8. */
export function parseContent(text: string): HexBytes | undefined {
  if (/^0x/i.test(text.trim()) || PREFIX.test(text.trim())) return parseBytes(text);
  return hexOf(text);
}

/** An operand as it can be read back. */
export function operandText(operand: number | HexBytes): number | string {
  return typeof operand === 'number' ? operand : bytesText(operand);
}

/** Bytes as they can be read back. */
export function bytesText(bytes: HexBytes): string {
  return `hex ${bytes}`;
}
