/** What a plain value takes in memory, roughly and rather too much than too little, in bytes. */
export function bytesOf(value: unknown): number {
  if (typeof value === 'string') return stringWeight(value);
  if (typeof value !== 'object' || value === null) return SLOT;
  let sum = OBJECT;
  for (const item of Object.values(value)) sum += SLOT + bytesOf(item);
  return sum;
}

const OBJECT = 32;
const SLOT = 8;

/** One character beyond Latin-1 makes every character of a string two bytes wide. */
function stringWeight(text: string): number {
  return OBJECT + (/[^\0-\xff]/.test(text) ? 2 * text.length : text.length);
}
