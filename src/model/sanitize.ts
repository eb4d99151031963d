/**
 * Makes text from a guest (or any other stranger) safe to keep and to show: no terminal control, nothing invisible,
 * nothing that changes the reading direction. Line feeds and tabs stay.
 */

// CSI and two-byte escapes, and OSC/DCS/APC/PM/SOS strings up to their terminator (or the end of the line).
const ESCAPE_SEQUENCES =
  /\u001b(?:\[[0-?]*[ -/]*[@-~]?|[\]PX^_][^\u0007\u001b\u009c\n]*(?:\u0007|\u001b\\|\u009c)?|[ -/]*[0-Z\\^-~]?)|\u009b[0-?]*[ -/]*[@-~]?|[\u0090\u0098\u009d-\u009f][^\u0007\u001b\u009c\n]*(?:\u0007|\u001b\\|\u009c)?/gu;
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/gu;
// Bidirectional overrides and isolates, zero-width characters, line separators, tags, soft hyphen, byte order mark.
const INVISIBLE =
  /[\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu;

/** Text without halves of characters, as a cut leaves them: those cannot be written as UTF-8. */
export function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd');
}

/** `text` without control characters, escape sequences, bidi overrides, zero-width characters and halves of characters. */
export function sanitizeText(text: string): string {
  return wellFormed(text.replace(ESCAPE_SEQUENCES, '').replace(CONTROLS, '').replace(INVISIBLE, ''));
}

/** A copy of a JSON value in which every string is sanitised; keys and other values stay as they are. */
export function sanitizeStrings<T>(value: T): T {
  return walk(value) as T;
}

function walk(value: unknown): unknown {
  if (typeof value === 'string') return sanitizeText(value);
  if (Array.isArray(value)) return value.map(walk);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, walk(item)]));
}
