import { bashCompletion } from './bash.ts';
import { fishCompletion } from './fish.ts';
import type { SHELLS } from './shells.ts';
import { zshCompletion } from './zsh.ts';

const SCRIPTS: Readonly<Record<(typeof SHELLS)[number], () => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};

/** The completion script for a shell. */
export function completionScript(shell: (typeof SHELLS)[number]): string {
  return SCRIPTS[shell]();
}
