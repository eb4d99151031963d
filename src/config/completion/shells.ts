import { UsageError } from '../../model/errors.ts';
import { enumerate } from '../similar.ts';
import { quoted } from '../words.ts';

/** Shells that there is a completion script for. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;

export interface CompletionOptions {
  readonly shell: (typeof SHELLS)[number];
}

/** @throws UsageError for no shell, more than one, and one without a script */
export function checkCompletionOptions(words: readonly string[]): CompletionOptions {
  const [word, second] = words;
  const shell = SHELLS.find((one) => one === word);
  if (shell !== undefined && second === undefined) return { shell };
  const what =
    word === undefined
      ? "'completion' needs a shell"
      : second === undefined
        ? `there is no completion for ${quoted(word)}`
        : `'completion' takes one shell`;
  throw new UsageError('unexpected_argument', `${what}; write bpfcompat completion ${enumerate(SHELLS, 'or')}`);
}
