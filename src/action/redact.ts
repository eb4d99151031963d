import { isAbsolute } from 'node:path';
import { withoutEndSlashes } from '../model/end-slashes.ts';

/** Takes the directories of this machine out of a text. */
export type Redact = (text: string) => string;

/** A directory, and what is shown in its place; empty: paths below it are shown from there on. */
export type KnownDirectory = readonly [path: string, shown: string];

/** What may go on after the name of a directory without being part of the name. */
const PATH_CHARACTER = '[A-Za-z0-9._~@+-]';

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/**
 * Whatever leaves the machine names no directory of it: paths below the work space become relative to it, others keep
 * what is shown of the directory they are in. The longest directory counts.
 */
export function redactor(directories: readonly KnownDirectory[]): Redact {
  const known = directories
    .map(([path, shown]) => [withoutEndSlashes(path), shown] as const)
    // The root and what is not a path would match everywhere.
    .filter(([path]) => isAbsolute(path) && path.length > 1)
    .sort(([a], [b]) => b.length - a.length);
  if (known.length === 0) return (text) => text;
  const shownOf = new Map(known);
  const names = known.map(([path]) => escaped(path)).join('|');
  const pattern = new RegExp(`(?<!${PATH_CHARACTER}|/)(${names})(/|(?!${PATH_CHARACTER}))`, 'g');
  return (text) =>
    text.replace(pattern, (_, path: string, slash: string) => {
      const shown = shownOf.get(path) ?? '';
      return shown === '' ? (slash === '' ? '.' : '') : `${shown}${slash}`;
    });
}

/** The same value with every text in it redacted; names of fields stay. */
export function redacted<T>(value: T, redact: Redact): T {
  if (typeof value === 'string') return redact(value) as T;
  if (Array.isArray(value)) return value.map((one) => redacted(one, redact)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, redacted(one, redact)])) as T;
}

/** A file as it is uploaded: JSON by its values, everything else as text. */
export function redactedFile(name: string, text: string, redact: Redact): string {
  if (!name.endsWith('.json')) return redact(text);
  try {
    return `${JSON.stringify(redacted<unknown>(JSON.parse(text), redact), null, 2)}\n`;
  } catch {
    return redact(text);
  }
}
