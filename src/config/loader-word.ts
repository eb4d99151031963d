import { MAX_LOADERS, readLoader } from './loader-choice.ts';
import { isWord } from './loader-settings.ts';
import { quoted } from './words.ts';
import { list, text } from './yaml-schema.ts';

/** A word that the command line takes as well. */
export function loaderWord(rules: Parameters<typeof isWord>[0]) {
  return text.refine((value) => isWord(rules, value), {
    error: ({ input }) => `${quoted(String(input))} is not allowed; use ${rules.rule}`,
  });
}

const loaderName = text
  .refine((value) => typeof readLoader(value) !== 'string', {
    error: ({ input }) => `${quoted(String(input))}${readLoader(String(input))}`,
  })
  .transform((value) => value.trim());

/** The keys of a manifest, and of a suite, that name libraries as `--loader` and `--loaders` do. */
export const LOADER_KEYS = {
  loader: loaderName.optional(),
  loaders: list(loaderName, { unique: '', max: MAX_LOADERS }).optional(),
};
