/**
 * Makes text from a guest (or any other stranger) safe to keep and to show: no terminal control, nothing invisible,
 * nothing that changes the reading direction. Line feeds and tabs stay.
 */

// CSI and two-byte escapes, and OSC/DCS/APC/PM/SOS strings up to their terminator (or the end of the line).
const ESCAPE_SEQUENCES =
  /\u001b(?:\[[0-?]*[ -/]*[@-~]?|[\]PX^_][^\u0007\u001b\u009c\n]*(?:\u0007|\u001b\\|\u009c)?|[ -/]*[0-Z\\^-~]?)|\u009b[0-?]*[ -/]*[@-~]?|[\u0090\u0098\u009d-\u009f][^\u0007\u001b\u009c\n]*(?:\u0007|\u001b\\|\u009c)?/gu;
// Controls; bidirectional overrides and isolates, zero-width characters, line separators, tags, soft hyphen, BOM.
const CONTROLS_AND_INVISIBLE =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu;

/** Every escape sequence begins with one of these, too. */
const UNSAFE = new RegExp(CONTROLS_AND_INVISIBLE.source, 'u');

/** Most text is nothing but this: one look instead of several passes over megabytes of logs. */
const PLAIN = /^[\t\n\u0020-\u007e]*$/;

/** Text without halves of characters, as a cut leaves them: those cannot be written as UTF-8. */
export function wellFormed(text: string): string {
  return text.toWellFormed();
}

/** `text` without control characters, escape sequences, bidi overrides, zero-width characters and halves of characters. */
export function sanitizeText(text: string): string {
  if (PLAIN.test(text)) return text;
  if (!UNSAFE.test(text)) return wellFormed(text);
  return wellFormed(text.replace(ESCAPE_SEQUENCES, '').replace(CONTROLS_AND_INVISIBLE, ''));
}

/** A JSON value in which every string is sanitised; keys and other values stay as they are. Shares what was clean. */
export function sanitizeStrings<T>(value: T): T {
  return walk(value) as T;
}

function walk(value: unknown): unknown {
  if (typeof value === 'string') return sanitizeText(value);
  if (Array.isArray(value)) {
    const items = value.map(walk);
    return items.some((item, index) => item !== value[index]) ? items : value;
  }
  if (typeof value !== 'object' || value === null) return value;
  let changed: Record<string, unknown> | undefined;
  for (const [key, item] of Object.entries(value)) {
    const clean = walk(item);
    if (clean === item) continue;
    changed ??= { ...value };
    changed[key] = clean;
  }
  return changed ?? value;
}
