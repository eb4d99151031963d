import { COMMANDS, subcommandsOf } from './commands.ts';
import { optionsOf } from './options.ts';

/** A path has a slash, a dot or a pattern in it; no command has. */
const PATH = /[./*?[{]/;

function isCommand(word: string): boolean {
  return word === 'help' || COMMANDS.some(({ name }) => name === word) || subcommandsOf(word).length > 0;
}

/**
 * Is `check` left out of a command line: does it begin with a path, or with a flag of `check` and name a path? A word that
 * could be a slip of a command is none.
 */
export function isCheck([first = '', ...others]: readonly string[]): boolean {
  if (isCommand(first)) return false;
  if (!first.startsWith('-')) return PATH.test(first);
  const name = /^--?([a-z][a-z-]*)(?:=|$)/.exec(first)?.[1];
  const known = optionsOf('check').some((row) => row.name === name);
  return known && [first, ...others].some((word) => PATH.test(word));
}
