import { isWord } from './loader-settings.ts';
import { quoted } from './words.ts';
import { text } from './yaml-schema.ts';

/** A word that the command line takes as well. */
export function loaderWord(rules: Parameters<typeof isWord>[0]) {
  return text.refine((value) => isWord(rules, value), {
    error: ({ input }) => `${quoted(String(input))} is not allowed; use ${rules.rule}`,
  });
}
