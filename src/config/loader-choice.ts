import { UsageError } from '../model/errors.ts';
import { LOADER_NAMES, type LoaderChoice, type LoaderName } from '../model/guest-loader.ts';
import { option, phrase } from '../model/wording.ts';
import { didYouMean, enumerate } from './similar.ts';
import { quoted } from './words.ts';

const VERSION = /^\d{1,4}(?:\.\d{1,4}){0,2}$/;
export const MAX_LOADERS = 8;

function isName(text: string): text is LoaderName {
  return LOADER_NAMES.some((name) => name === text);
}

/** A library as it is named: `ebpf-go`, `ebpf-go@0.16`; a text says what is wrong, and follows the quoted name. */
export function readLoader(text: string): LoaderChoice | string {
  const [name = '', version = '', ...more] = text.trim().split('@');
  if (!isName(name)) {
    return ` is not known${didYouMean(name, LOADER_NAMES) || `; use ${enumerate(LOADER_NAMES, 'or')}`}`;
  }
  if (more.length > 0 || (text.includes('@') && !VERSION.test(version))) {
    return `: ${quoted(version)} is not a version; write ${name}@1.2 or ${name}@1.2.3`;
  }
  return { name, version };
}

/**
 * A library as it is named by a flag.
 * @throws UsageError `flag_value` that names the flag
 */
export function parseLoader(text: string, flag: 'loader' | 'loaders'): LoaderChoice {
  const choice = readLoader(text);
  if (typeof choice !== 'string') return choice;
  throw new UsageError('flag_value', phrase`${option(flag)} ${quoted(text)}${choice}`);
}

/**
 * The loaders that are run beside the one that decides, each once.
 * @throws UsageError `flag_value`, `flag_conflict`
 */
export function parseLoaders(texts: readonly string[]): LoaderChoice[] {
  const all = [...new Set(texts.map((text) => text.trim()))].map((text) => parseLoader(text, 'loaders'));
  if (all.length > MAX_LOADERS) {
    throw new UsageError(
      'flag_value',
      phrase`${option('loaders')} names ${all.length}; at most ${MAX_LOADERS} are run`,
    );
  }
  return all;
}
