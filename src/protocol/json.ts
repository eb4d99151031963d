/**
 * JSON from a guest: depth and number of values are checked before the parser sees it, keys that reach prototypes are
 * rejected.
 */

const MAX_JSON_DEPTH = 64;
/** Values in one text. A byte of `[[],[],...]` costs tens of bytes once it is parsed, so bytes alone bound nothing. */
export const MAX_JSON_VALUES = 200_000;
/** Members of one object: the parser turns objects of many into tables, which costs ten times as much as anything else. */
const MAX_JSON_MEMBERS = 1000;
const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype']);
/** A text without any of these has no forbidden key: `\u` spells letters in another way. */
const SUSPICIOUS = ['__proto__', 'constructor', 'prototype', '\\u'];

export type Parsed =
  | { readonly ok: true; readonly value: unknown; readonly values: number }
  | { readonly ok: false; readonly reason: string };

/** Parses UTF-8 JSON (bad bytes become U+FFFD). Never throws. `values` counts the parsed values, containers included. */
export function parseGuestJson(payload: Uint8Array): Parsed {
  const values = countValues(payload);
  if (typeof values === 'string') return { ok: false, reason: values };
  const text = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, reason: 'not JSON' };
  }
  const key = SUSPICIOUS.some((part) => text.includes(part)) ? forbiddenKey(value) : undefined;
  if (key !== undefined) return { ok: false, reason: `JSON with the key ${key}` };
  return { ok: true, value, values };
}

/**
 * How many values a JSON text has, at most one too many per empty container; or why it must not be parsed. Works on
 * bytes: the signs of JSON are never part of a longer UTF-8 character.
 */
function countValues(bytes: Uint8Array): number | string {
  let depth = 0;
  let values = 1;
  /** Members so far of the object at each depth; an array has none. */
  const members = new Uint16Array(MAX_JSON_DEPTH + 1);
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (byte === QUOTE) i = endOfString(bytes, i + 1);
    else if (byte === 0x5b || byte === 0x7b) {
      if (++depth > MAX_JSON_DEPTH) return `JSON nested deeper than ${MAX_JSON_DEPTH}`;
      members[depth] = 0;
      values++;
    } else if (byte === 0x5d || byte === 0x7d) depth = Math.max(0, depth - 1);
    else if (byte === 0x2c) values++;
    else if (byte === 0x3a) {
      members[depth]!++;
      if (members[depth]! > MAX_JSON_MEMBERS) return `JSON with an object of more than ${MAX_JSON_MEMBERS} members`;
    } else continue;
    if (values > MAX_JSON_VALUES) return `JSON with more than ${MAX_JSON_VALUES} values`;
  }
  return values;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** Longer strings are left to the search for the next quote, which is much faster and costs more to begin. */
const SHORT_STRING = 64;

/** Where the quote is that ends a string; the end of the text when there is none. @param start behind its first quote */
function endOfString(bytes: Uint8Array, start: number): number {
  const short = Math.min(bytes.length, start + SHORT_STRING);
  let i = start;
  for (; i < short; i++) {
    if (bytes[i] === BACKSLASH) i++;
    else if (bytes[i] === QUOTE) return i;
  }
  for (let quote = bytes.indexOf(QUOTE, i); quote >= 0; quote = bytes.indexOf(QUOTE, quote + 1)) {
    let slash = quote;
    while (slash > i && bytes[slash - 1] === BACKSLASH) slash--;
    // Pairs of them stand for themselves; a single one left over belongs to the quote.
    if ((quote - slash) % 2 === 0) return quote;
    i = quote + 1;
  }
  return bytes.length;
}

/** Walks the parsed value, so that an escaped spelling of a key is found too. Depth is bounded by the scan. */
function forbiddenKey(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (Array.isArray(value)) {
    for (const item of value) {
      const inner = forbiddenKey(item);
      if (inner !== undefined) return inner;
    }
    return undefined;
  }
  for (const key of Object.keys(value)) {
    if (FORBIDDEN_KEYS.has(key)) return key;
    const inner = forbiddenKey((value as Record<string, unknown>)[key]);
    if (inner !== undefined) return inner;
  }
  return undefined;
}
