/** JSON from a guest: depth is checked before the parser sees it, keys that reach prototypes are refused. */

export const MAX_JSON_DEPTH = 64;
const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

export type Parsed = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly reason: string };

/** Parses UTF-8 JSON (bad bytes become U+FFFD). Never throws. */
export function parseGuestJson(payload: Uint8Array): Parsed {
  const text = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString('utf8');
  if (isTooDeep(text)) return { ok: false, reason: `JSON nested deeper than ${MAX_JSON_DEPTH}` };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, reason: 'not JSON' };
  }
  const key = forbiddenKey(value);
  if (key !== undefined) return { ok: false, reason: `JSON with the key ${key}` };
  return { ok: true, value };
}

function isTooDeep(text: string): boolean {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (inString) {
      if (code === 0x5c) i++;
      else if (code === 0x22) inString = false;
    } else if (code === 0x22) inString = true;
    else if (code === 0x5b || code === 0x7b) {
      if (++depth > MAX_JSON_DEPTH) return true;
    } else if (code === 0x5d || code === 0x7d) depth--;
  }
  return false;
}

/** Walks the parsed value, so that an escaped spelling of a key is found too. Depth is bounded by the scan. */
function forbiddenKey(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, item] of Object.entries(value)) {
    if (FORBIDDEN_KEYS.has(key)) return key;
    const inner = forbiddenKey(item);
    if (inner !== undefined) return inner;
  }
  return undefined;
}
