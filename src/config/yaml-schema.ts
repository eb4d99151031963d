import * as z from 'zod';
import { DURATION_HINT, parseDuration } from './duration.ts';
import { didYouMean } from './similar.ts';
import { parseInteger, parseYamlBoolean, quoted } from './words.ts';

/**
 * Building blocks for the schemas of YAML files. A scalar arrives as its text (yaml-tree.ts), so each block says itself
 * how the text is read. Messages follow the name of the key: "programs[0].name " + message.
 *
 * `meta` is what an editor may know of a value before it is text (json-schemas.ts).
 */

/** Longest time-out that is accepted anywhere, in milliseconds: a week. Timers of Node cannot wait for much longer. */
export const MAX_TIMEOUT_MS = 7 * 24 * 3_600_000;
export const MAX_UINT32 = 4_294_967_295;

/** Reads a scalar with `read`, which gives a message (`string`) or the value in an array of one. */
function scalar<T>(read: (text: string) => string | readonly [T]) {
  return z.string().transform((text, context): T => {
    const result = read(text);
    if (typeof result !== 'string') return result[0];
    context.addIssue({ code: 'custom', message: result });
    return z.NEVER;
  });
}

/** What YAML makes of an unquoted scalar. */
const ANY_SCALAR = ['string', 'number', 'boolean'] as const;

/** Free text. */
export const text = z.string().meta({ type: [...ANY_SCALAR] });

export interface LineRules {
  readonly required?: boolean;
  readonly maxBytes?: number;
}

/** Text on one line, trimmed. */
export function line({ required = false, maxBytes = 4096 }: LineRules = {}) {
  return scalar((raw) => {
    const value = raw.trim();
    if (value === '' && required) return 'is empty; give it a value';
    if (/[\u0000-\u0008\u000a-\u001f\u007f]/.test(value))
      return 'must be one line of text; remove line breaks and control characters';
    const bytes = new TextEncoder().encode(value).length;
    if (bytes > maxBytes) return `is ${bytes} bytes long; at most ${maxBytes} are allowed, shorten it`;
    return [value];
  }).meta({ type: [...ANY_SCALAR], maxLength: maxBytes, ...(required && { minLength: 1 }) });
}

/** Text that matches `pattern`; `rule` says in words what is allowed. */
export function word(pattern: RegExp, rule: string) {
  return scalar((value) => {
    if (value === '') return `is empty; use ${rule}`;
    return pattern.test(value) ? [value] : `${quoted(value)} is not allowed; use ${rule}`;
  }).meta({ type: [...ANY_SCALAR], pattern: pattern.source, description: rule });
}

/** The same where nothing may be said by an empty text too, as files of earlier tools do. */
export function wordOrEmpty(pattern: RegExp, rule: string) {
  return scalar((value) => {
    if (value === '' || pattern.test(value)) return [value];
    return `${quoted(value)} is not allowed; use ${rule}`;
  }).meta({ type: [...ANY_SCALAR], pattern: `^$|${pattern.source}`, description: rule });
}

/** One of so many words that a message names only near ones; `rule` says what they are. */
export function oneOfMany<T extends string>(words: readonly T[], rule: string) {
  return scalar<T>((value) => {
    const known = words.find((one) => one === value);
    return known === undefined
      ? `${quoted(value)} is not known${didYouMean(value, words) || ';'} use ${rule}`
      : [known];
  }).meta({ enum: [...words], description: rule });
}

/** A boolean in any of YAML's words. */
export const flag = scalar((value) => {
  const result = parseYamlBoolean(value);
  return result === undefined ? `must be true or false, not ${quoted(value)}` : [result];
}).meta({ type: 'boolean' });

/** A whole number within bounds, quoted or not. */
export function integer(min: number, max: number) {
  return scalar((value) => {
    const result = parseInteger(value);
    const range = max >= Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
    if (result === undefined || result < min || result > max)
      return `must be a whole number ${range}, not ${quoted(value)}`;
    return [result];
  }).meta({ type: ['integer', 'string'], minimum: min, ...(max < Number.MAX_SAFE_INTEGER && { maximum: max }) });
}

/** A duration above zero and up to `maxMs`, in whole milliseconds (rounded up). */
export function timeout(maxMs: number, maxWords: string) {
  return scalar((value) => {
    const result = parseDuration(value);
    if (result === undefined) return `must be a duration, not ${quoted(value)}; ${DURATION_HINT}`;
    if (result <= 0) return `must be more than 0, not ${quoted(value)}`;
    return result > maxMs ? `must be at most ${maxWords}, not ${quoted(value)}` : [Math.ceil(result)];
  }).meta({ type: 'string', description: `a duration such as 90s or 1m30s, at most ${maxWords}` });
}

export interface ListRules {
  /** Key of the items that must differ from item to item; `''` = the items themselves. */
  readonly unique?: string;
  readonly min?: number;
  readonly max?: number;
}

/** A list. Its own rules are checked even where items are wrong, so that all problems of a file show at once. */
export function list<Item extends z.ZodType>(item: Item, { unique, min = 0, max = 1000 }: ListRules = {}) {
  return z
    .array(item)
    .superRefine(
      (value: unknown, context) => {
        if (!Array.isArray(value)) return;
        if (value.length < min)
          context.addIssue({
            code: 'custom',
            message: `is empty; list at least ${min === 1 ? 'one entry' : `${min} entries`}`,
          });
        if (value.length > max)
          context.addIssue({ code: 'custom', message: `has ${value.length} entries; at most ${max} are allowed` });
        if (unique === undefined) return;
        const keyPath = unique === '' ? [] : [unique];
        const firsts = new Map<string, number>();
        value.forEach((entry: unknown, index) => {
          const key = unique === '' ? entry : (entry as Record<string, unknown> | null | undefined)?.[unique];
          if (typeof key !== 'string' || key.trim() === '') return;
          const first = firsts.get(key.trim());
          if (first === undefined) firsts.set(key.trim(), index);
          else {
            context.addIssue({
              code: 'custom',
              message: `${quoted(key.trim())} is a duplicate`,
              path: [index, ...keyPath],
              params: { first: [first, ...keyPath] },
            });
          }
        });
      },
      { when: () => true },
    )
    .meta({ ...(min > 0 && { minItems: min }), maxItems: max, ...(unique === '' && { uniqueItems: true }) });
}
