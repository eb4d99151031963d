import { UsageError } from '../model/errors.ts';
import type { ValuesOf } from './options.ts';
import { quoted } from './words.ts';

export type InitArguments = ValuesOf<'init'> & {
  /** Directory as typed; empty: the current one. */
  readonly dir: string;
};

/** @throws UsageError for more than one directory */
export function checkInitOptions(values: ValuesOf<'init'>, words: readonly string[]): InitArguments {
  const [dir = '', second] = words;
  if (second !== undefined) {
    throw new UsageError('unexpected_argument', `unexpected argument ${quoted(second)}; 'init' takes one directory`);
  }
  return { ...values, dir };
}
