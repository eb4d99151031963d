import type { NamedRow } from '../options.ts';
import { operandOf } from './flag-choices.ts';
import { argumentWords, firstWords, groups, type ShownCommand, shownCommands } from './shown.ts';

/** A text between single quotes. */
function quotedText(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** The first part of a description is enough beside a flag. */
function brief(text: string): string {
  return (text.split(/[;:(]/)[0] ?? text).trim();
}

/** One `word:description` of a list. */
function described(rows: readonly (readonly [string, string])[]): string {
  return rows.map(([word, text]) => quotedText(`${word}:${brief(text)}`)).join(' ');
}

function flagSpec(flag: NamedRow): string {
  const { name, type, description, placeholder = '' } = flag;
  const operand = operandOf(flag);
  const text = brief(description).replace(/[[\]\\]/g, '\\$&');
  const action = {
    none: '',
    file: `:${placeholder.replace(/[^A-Z]/g, '')}:_files`,
    directory: ':DIR:_files -/',
    text: ':VALUE: ',
    words: operand.kind === 'words' ? `:WORD:(${operand.words.join(' ')})` : '',
  }[operand.kind];
  return quotedText(`${type === 'repeated' ? '*' : ''}--${name}[${text}]${action}`);
}

function commandCase({ row, flags }: ShownCommand): string {
  const words = argumentWords(row);
  const rest = words.length > 0 ? `':WORD:(${words.join(' ')})'` : row.arguments ? "'*:file:_files'" : '';
  const specs = [...flags.map(flagSpec), "'--help[show the flags]'", ...(rest === '' ? [] : [rest])];
  return `    (${quotedText(row.name)})\n      _arguments -S \\\n        ${specs.join(' \\\n        ')}\n      ;;`;
}

/** The completion script for zsh, as a file `_bpfcompat` of `$fpath` or to be read by the shell. */
export function zshCompletion(): string {
  const pairs = [...groups()].map(
    ([first, rows]) =>
      `    (${first}) commands=(${described(rows.map(({ name, summary }) => [name.slice(first.length + 1), summary]))}) ;;`,
  );
  return `#compdef bpfcompat
# zsh completion of bpfcompat; for this shell: source <(bpfcompat completion zsh)
_bpfcompat() {
  local -a commands
  local command=\${words[2]}
  if (( CURRENT == 2 )); then
    commands=(${described(firstWords())})
    _describe -t commands command commands
    _files
    return
  fi
  case $command in
${pairs.join('\n')}
    (${firstWords()
      .map(([word]) => word)
      .filter((word) => !groups().has(word))
      .join('|')}) ;;
    (*) command=check ;;
  esac
  if (( \${#commands} )); then
    if (( CURRENT == 3 )); then
      _describe -t commands command commands
      return
    fi
    command="$command \${words[3]}"
    shift words
    (( CURRENT-- ))
  fi
  shift words
  (( CURRENT-- ))
  case $command in
${shownCommands().map(commandCase).join('\n')}
  esac
}
if [ "\${funcstack[1]}" = _bpfcompat ]; then
  _bpfcompat "$@"
else
  compdef _bpfcompat bpfcompat
fi
`;
}
