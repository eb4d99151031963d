import { didYouMean, enumerate } from '../config/similar.ts';
import { quoted } from '../config/words.ts';
import { UsageError } from '../model/errors.ts';

/** What a value has to be, for callers without types. */
export interface Kind {
  /** Follows "must be". */
  readonly what: string;
  /** An example, as one writes it. */
  readonly example: string;
  fits(value: unknown): boolean;
}

export const isObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Every option of a call, so that one cannot be added without saying what it may be. */
export type OptionKinds<T> = { readonly [K in keyof Required<T>]: Kind };

/**
 * Checks what a caller of the library handed in; types say the same, and not everybody has them. An option that is
 * `undefined` is not given.
 * @param call name of the function, for messages
 * @param required options that must be given
 * @throws UsageError `missing_option`, `unknown_option`, `invalid_option` with the option and what to write
 */
export function checkOptions<T extends object>(
  call: string,
  options: T,
  kinds: OptionKinds<T>,
  required: readonly (keyof T & string)[] = [],
): void {
  const known: Readonly<Record<string, Kind | undefined>> = kinds;
  const names = Object.keys(known);
  const examples = required.map((name) => `${name}: ${known[name]?.example}`).join(', ');
  if (!isObject(options)) {
    throw new UsageError(
      'invalid_option',
      `${call}() takes one object with its options; write ${call}({ ${examples} })`,
    );
  }
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  for (const [name, value] of given) {
    const expected = Object.hasOwn(known, name) ? known[name] : undefined;
    if (expected === undefined) {
      const similar = didYouMean(name, names) || `; there are ${enumerate(names, 'and')}`;
      throw new UsageError('unknown_option', `${call}(): unknown option ${quoted(name)}${similar}`);
    }
    if (expected.fits(value)) continue;
    const { what, example } = expected;
    const words = `${name} must be ${what}, not ${kindOf(value)}; write ${name}: ${example}`;
    throw new UsageError('invalid_option', `${call}(): ${words}`);
  }
  for (const name of required) {
    if (given.some(([one]) => one === name)) continue;
    throw new UsageError('missing_option', `${call}(): ${name} is missing; write ${name}: ${known[name]?.example}`);
  }
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'such a list';
  if (typeof value === 'string') return quoted(value);
  return typeof value === 'object' || typeof value === 'function'
    ? typeof value === 'object'
      ? 'an object'
      : 'a function'
    : String(value);
}
