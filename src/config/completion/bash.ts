import { operandOf } from './flag-choices.ts';
import { argumentWords, firstWords, groups, type ShownCommand, shownCommands } from './shown.ts';

function valueCases({ row, flags }: ShownCommand): string[] {
  const words = flags.flatMap((flag) => {
    const operand = operandOf(flag);
    return operand.kind === 'words' ? [`    '${row.name} --${flag.name}') words='${operand.words.join(' ')}' ;;`] : [];
  });
  const others = flags.flatMap((flag) =>
    ['none', 'words'].includes(operandOf(flag).kind) ? [] : [`'${row.name} --${flag.name}'`],
  );
  return others.length === 0 ? words : [...words, `    ${others.join(' | ')}) return ;;`];
}

function flagCase({ row, flags }: ShownCommand): string {
  return `      '${row.name}') words='${[...flags.map(({ name }) => `--${name}`), '--help'].join(' ')}' ;;`;
}

/**
 * The completion script for bash. Where it offers nothing, bash offers files; it needs no other script.
 */
export function bashCompletion(): string {
  const commands = shownCommands();
  const pairs = [...groups()].map(
    ([first, rows]) => `    ${first}) words='${rows.map(({ name }) => name.slice(first.length + 1)).join(' ')}' ;;`,
  );
  const lists = commands.flatMap(({ row }) =>
    argumentWords(row).length === 0 ? [] : [`      '${row.name}') words='${argumentWords(row).join(' ')}' ;;`],
  );
  return `# bash completion of bpfcompat; for this shell: source <(bpfcompat completion bash)
_bpfcompat() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" command="\${COMP_WORDS[1]}" words=
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ] && [ "\${cur#-}" = "$cur" ]; then
    COMPREPLY=($(compgen -W '${firstWords()
      .map(([word]) => word)
      .join(' ')}' -- "$cur"))
    return
  fi
  if [ "$COMP_CWORD" -eq 2 ]; then
    case "$command" in
    help) words='${firstWords()
      .map(([word]) => word)
      .join(' ')}' ;;
${pairs.join('\n')}
    esac
    if [ -n "$words" ]; then
      COMPREPLY=($(compgen -W "$words" -- "$cur"))
      return
    fi
  fi
  case "$command" in
    ${[...groups().keys()].join(' | ')}) command="$command \${COMP_WORDS[2]}" ;;
    ${firstWords()
      .map(([word]) => word)
      .filter((word) => !groups().has(word))
      .join(' | ')}) ;;
    *) command=check ;;
  esac
  case "$command $prev" in
${commands.flatMap(valueCases).join('\n')}
  esac
  if [ -z "$words" ]; then
    case "$cur" in
    -*) case "$command" in
${commands.map(flagCase).join('\n')}
      esac ;;
    *) case "$command" in
${lists.join('\n')}
      esac ;;
    esac
  fi
  if [ -n "$words" ]; then
    COMPREPLY=($(compgen -W "$words" -- "$cur"))
  fi
}
complete -o default -o bashdefault -F _bpfcompat bpfcompat
`;
}
