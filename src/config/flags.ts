import { UsageError } from '../model/errors.ts';
import { looksLikeKernel } from '../model/vendors.ts';
import { flag, option, phrase, type Wording } from '../model/wording.ts';
import { COMMANDS, type CommandName, type CommandRow } from './commands.ts';
import { type FlagValue, readFlagValue } from './flag-values.ts';
import { kernelRemedy } from './missing-option.ts';
import { keyOf, type NamedRow, type OptionName, optionsOf } from './options.ts';
import { didYouMean } from './similar.ts';
import { parseBoolean, quoted } from './words.ts';

/** What stood behind a command. */
export interface ParsedFlags {
  /** Every flag of the command, with its default where it was not given. */
  readonly values: Readonly<Record<string, FlagValue>>;
  /** Names of the flags that were given. */
  readonly given: ReadonlySet<string>;
  /** What the user should know: flags that were given twice with two values, of which the last one counts. */
  readonly notes: readonly Wording[];
  readonly words: readonly string[];
}

/**
 * Reads the flags of a command: `-x` and `--x` are equal, `--x v` and `--x=v`, a boolean takes its value only with `=`,
 * `--` ends the flags.
 * @param env where booleans with an `env` column may be switched on
 * @returns `help` when the user requested it
 * @throws UsageError `unknown_flag`, `flag_value` or `unexpected_argument`
 */
export function parseFlags(
  command: CommandName,
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): ParsedFlags | 'help' {
  const options = new Map<string, NamedRow>(optionsOf(command).map((row) => [row.name, row]));
  const values = new Map([...options.values()].map((row) => [keyOf(row), defaultOf(row, env)]));
  const given = new Set<string>();
  const notes: Wording[] = [];
  const words: string[] = [];
  const takesWords = COMMANDS.some((row: CommandRow) => row.name === command && row.arguments !== undefined);

  for (let index = 0; index < argv.length; index++) {
    const argument = argv[index] ?? '';
    const isFlag = argument.startsWith('-') && argument !== '-';
    if (argument === '--') {
      words.push(...argv.slice(index + 1));
      break;
    }
    if (!isFlag) {
      if (!takesWords) throw unexpected(command, argument, argv[index - 1]);
      words.push(argument);
      continue;
    }
    const { name, text } = splitFlag(argument);
    const row = options.get(name);
    if (!row) {
      if (name === 'h' || name === 'help') return 'help';
      throw unknownFlag(command, argument, name, [...options.values()]);
    }
    const value = readFlagValue(row, text ?? (row.type === 'boolean' ? 'true' : nextValue(argv, index, options)));
    if (text === undefined && row.type !== 'boolean') index++;
    const key = keyOf(row);
    const before = values.get(key);
    if (row.type !== 'repeated' && given.has(name) && String(before) !== String(value))
      notes.push(
        phrase`${option(row.name)} is given twice; ${quoted(String(value))} counts, and not ${quoted(String(before))}`,
      );
    values.set(key, row.type === 'repeated' && given.has(name) ? [...list(before), ...list(value)] : value);
    given.add(name);
  }
  if (!takesWords && words.length > 0) throw unexpected(command, words[0] ?? '', undefined);
  return { values: Object.fromEntries(values), given, notes, words };
}

function defaultOf(row: NamedRow, env: Readonly<Record<string, string | undefined>>): FlagValue {
  if (row.type !== 'boolean') return readFlagValue(row, row.default);
  const said = row.env === undefined ? '' : (env[row.env] ?? '');
  return row.default === 'true' ? (parseBoolean(said) ?? true) : said !== '';
}

function splitFlag(argument: string): { name: string; text: string | undefined } {
  const match = /^--?([^-=][^=]*)(?:=(.*))?$/s.exec(argument);
  if (!match)
    throw new UsageError('unknown_flag', `${quoted(argument)} is not a flag; flags look like --name or --name=value`);
  return { name: match[1] ?? '', text: match[2] };
}

function nextValue(argv: readonly string[], index: number, options: ReadonlyMap<string, NamedRow>): string {
  const typed = argv[index] ?? '';
  const next = argv[index + 1];
  if (next === undefined)
    throw new UsageError('flag_value', `${typed} needs a value; write ${typed} VALUE or ${typed}=VALUE`);
  const name = /^--?([a-z][a-z-]*)(?:=|$)/.exec(next)?.[1];
  if (name !== undefined && options.has(name)) {
    throw new UsageError(
      'flag_value',
      `${typed} needs a value, but ${next} follows; if that is the value, write ${typed}=${next}`,
    );
  }
  return next;
}

/** What other programs call the same. */
const ALIASES: ReadonlyMap<string, OptionName> = new Map([
  ['output', 'out'],
  ['o', 'out'],
]);

function unknownFlag(command: CommandName, argument: string, name: string, options: readonly NamedRow[]): UsageError {
  const visible = options.filter(({ hidden }) => !hidden).map((row) => row.name);
  const alias = ALIASES.get(name);
  const meant = alias !== undefined && visible.includes(alias) ? `; did you mean "${flag(alias)}"?` : '';
  const similar = meant || didYouMean(name, visible).replace('"', '"--');
  const shown = quoted(argument.split('=')[0] ?? '');
  return new UsageError(
    'unknown_flag',
    `unknown flag ${shown} of '${command}'${similar || ';'} see 'bpfcompat ${command} --help'`,
  );
}

/** What a word without a flag was meant as, by far the commonest slip. */
function meantFlag(command: CommandName, word: string): string {
  if (word.startsWith('-') || word === '') return '';
  if (looksLikeKernel(word) && optionsOf(command).some((row) => row.name === 'kernels'))
    return `${kernelRemedy(word)}; `;
  if (command === 'compare') return `write ${flag('base-report')} OLD.json ${flag('head-report')} NEW.json; `;
  if (command === 'report-summary') return `write ${flag('report')} ${word}; `;
  const meant = ['artifact', 'suite'].find((name) => optionsOf(command).some((row) => row.name === name));
  if (meant === 'artifact')
    return `write ${flag('artifact')} ${word}, several objects as a pattern in quotes: ${flag('artifact')} 'build/*.bpf.o'; `;
  return meant === undefined ? '' : `write ${flag('suite')} ${word}; `;
}

function unexpected(command: CommandName, word: string, before = ''): UsageError {
  const row = optionsOf(command).find(({ name, type }) => type === 'boolean' && before.replace(/^--?/, '') === name);
  const remedy = row
    ? `${flag(row.name)} takes a value only with "=": ${flag(row.name)}=${word}`
    : `${meantFlag(command, word)}'${command}' takes flags only, see 'bpfcompat ${command} --help'`;
  return new UsageError('unexpected_argument', `unexpected argument ${quoted(word)}; ${remedy}`);
}

function list(value: FlagValue | undefined): readonly string[] {
  return Array.isArray(value) ? value : [];
}
