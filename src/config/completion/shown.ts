import { COMMANDS, type CommandName, type CommandRow } from '../commands.ts';
import { type NamedRow, optionsOf } from '../options.ts';

/** One command as a shell completes it. */
export interface ShownCommand {
  readonly row: CommandRow & { readonly name: CommandName };
  readonly flags: readonly NamedRow[];
}

/** Every command with the flags that help shows. */
export function shownCommands(): ShownCommand[] {
  return COMMANDS.map((row) => ({ row, flags: optionsOf(row.name).filter(({ hidden }) => !hidden) }));
}

/** First words of command lines, each once, with the summary of the command or of the first one that begins so. */
export function firstWords(): readonly (readonly [string, string])[] {
  const words = new Map<string, string>();
  for (const { name, summary } of COMMANDS) {
    const [first = ''] = name.split(' ');
    if (!words.has(first)) words.set(first, summary);
  }
  return [...words, ['help', 'show the help of a command']];
}

/** First words that need a second one, with these. */
export function groups(): ReadonlyMap<string, readonly CommandRow[]> {
  const found = new Map<string, CommandRow[]>();
  for (const row of COMMANDS) {
    const [first = '', second] = row.name.split(' ');
    if (second !== undefined) found.set(first, [...(found.get(first) ?? []), row]);
  }
  return found;
}

/** Words that a command takes besides flags, where they are a list (`bash|zsh|fish`). */
export function argumentWords({ arguments: words }: CommandRow): readonly string[] {
  return words !== undefined && /^[a-z]+(?:\|[a-z]+)+$/.test(words.name) ? words.name.split('|') : [];
}
