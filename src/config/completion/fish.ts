import type { NamedRow } from '../options.ts';
import { operandOf } from './flag-choices.ts';
import { argumentWords, firstWords, groups, type ShownCommand, shownCommands } from './shown.ts';

function quotedText(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}

/** When a command is on the command line. */
function condition(name: string): string {
  return quotedText(
    name
      .split(' ')
      .map((word) => `__fish_seen_subcommand_from ${word}`)
      .join('; and '),
  );
}

function flagLine({ row }: ShownCommand, flag: NamedRow): string {
  const operand = operandOf(flag);
  const value = {
    none: '',
    file: ' -r -F',
    directory: ' -x -a "(__fish_complete_directories)"',
    text: ' -x',
    words: operand.kind === 'words' ? ` -x -a ${quotedText(operand.words.join(' '))}` : '',
  }[operand.kind];
  return `complete -c bpfcompat -n ${condition(row.name)} -l ${flag.name}${value} -d ${quotedText(flag.description)}`;
}

/** The completion script for fish. */
export function fishCompletion(): string {
  const commands = shownCommands();
  const firsts = firstWords().map(
    ([word, text]) => `complete -c bpfcompat -n __fish_use_subcommand -a ${word} -d ${quotedText(text)}`,
  );
  const seconds = [...groups()].flatMap(([first, rows]) => {
    const words = rows.map(({ name }) => name.slice(first.length + 1));
    const when = `__fish_seen_subcommand_from ${first}; and not __fish_seen_subcommand_from ${words.join(' ')}`;
    return rows.map(
      ({ summary }, index) =>
        `complete -c bpfcompat -f -n ${quotedText(when)} -a ${words[index]} -d ${quotedText(summary)}`,
    );
  });
  const lists = commands.flatMap(({ row }) =>
    argumentWords(row).length === 0
      ? []
      : [`complete -c bpfcompat -f -n ${condition(row.name)} -a ${quotedText(argumentWords(row).join(' '))}`],
  );
  const flags = commands.flatMap((command) => command.flags.map((flag) => flagLine(command, flag)));
  return ['# fish completion of bpfcompat', ...firsts, ...seconds, ...lists, ...flags, ''].join('\n');
}
