import { UsageError } from '../model/errors.ts';
import { COMMANDS, type CommandName, type CommandRow } from './commands.ts';
import { type FlagValue, readFlagValue } from './flag-values.ts';
import { didYouMean } from './near.ts';
import { keyOf, type OptionRow, optionsOf } from './options.ts';
import { quoted } from './words.ts';

/** What stood behind a command. */
export interface ParsedFlags {
  /** Every flag of the command, with its default where it was not given. */
  readonly values: Readonly<Record<string, FlagValue>>;
  /** Names of the flags that were given. */
  readonly given: ReadonlySet<string>;
  /** What the user should know: flags that were given twice with two values, of which the last one counts. */
  readonly notes: readonly string[];
  readonly words: readonly string[];
}

/**
 * Reads the flags of a command: `-x` and `--x` are equal, `--x v` and `--x=v`, a boolean takes its value only with `=`,
 * `--` ends the flags.
 * @param env where booleans with an `env` column may be switched on
 * @returns `help` when the user asked for it
 * @throws UsageError `unknown_flag`, `flag_value` or `unexpected_argument`
 */
export function parseFlags(
  command: CommandName,
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): ParsedFlags | 'help' {
  const options = new Map(optionsOf(command).map((option) => [option.name, option]));
  const values = new Map([...options.values()].map((option) => [keyOf(option), defaultOf(option, env)]));
  const given = new Set<string>();
  const notes: string[] = [];
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
    const option = options.get(name);
    if (!option) {
      if (name === 'h' || name === 'help') return 'help';
      throw unknownFlag(command, argument, name, [...options.values()]);
    }
    const value = readFlagValue(option, text ?? (option.type === 'boolean' ? 'true' : nextValue(argv, index, options)));
    if (text === undefined && option.type !== 'boolean') index++;
    const key = keyOf(option);
    const before = values.get(key);
    if (option.type !== 'repeated' && given.has(name) && String(before) !== String(value))
      notes.push(`--${name} is given twice; ${quoted(String(value))} counts, and not ${quoted(String(before))}`);
    values.set(key, option.type === 'repeated' && given.has(name) ? [...list(before), ...list(value)] : value);
    given.add(name);
  }
  if (!takesWords && words.length > 0) throw unexpected(command, words[0] ?? '', undefined);
  return { values: Object.fromEntries(values), given, notes, words };
}

function defaultOf(option: OptionRow, env: Readonly<Record<string, string | undefined>>): FlagValue {
  if (option.type !== 'boolean') return readFlagValue(option, option.default);
  return option.default === 'true' || (option.env !== undefined && (env[option.env] ?? '') !== '');
}

function splitFlag(argument: string): { name: string; text: string | undefined } {
  const match = /^--?([^-=][^=]*)(?:=(.*))?$/s.exec(argument);
  if (!match)
    throw new UsageError('unknown_flag', `${quoted(argument)} is not a flag; flags look like --name or --name=value`);
  return { name: match[1] ?? '', text: match[2] };
}

function nextValue(argv: readonly string[], index: number, options: ReadonlyMap<string, OptionRow>): string {
  const flag = argv[index] ?? '';
  const next = argv[index + 1];
  if (next === undefined)
    throw new UsageError('flag_value', `${flag} needs a value; write ${flag} VALUE or ${flag}=VALUE`);
  const name = /^--?([a-z][a-z-]*)(?:=|$)/.exec(next)?.[1];
  if (name !== undefined && options.has(name)) {
    throw new UsageError(
      'flag_value',
      `${flag} needs a value, but ${next} follows; if that is the value, write ${flag}=${next}`,
    );
  }
  return next;
}

/** What other programs call the same. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ['output', 'out'],
  ['o', 'out'],
]);

function unknownFlag(command: CommandName, argument: string, name: string, options: readonly OptionRow[]): UsageError {
  const visible = options.filter(({ hidden }) => !hidden).map((option) => option.name);
  const alias = ALIASES.get(name);
  const meant = alias !== undefined && visible.includes(alias) ? `; did you mean "--${alias}"?` : '';
  const near = meant || didYouMean(name, visible).replace('"', '"--');
  const shown = quoted(argument.split('=')[0] ?? '');
  return new UsageError(
    'unknown_flag',
    `unknown flag ${shown} of '${command}'${near || ';'} see 'bpfcompat ${command} --help'`,
  );
}

/** What a word without a flag was meant as, by far the commonest slip. */
function meantFlag(command: CommandName, word: string): string {
  if (word.startsWith('-') || word === '') return '';
  if (command === 'compare') return 'write --base-report OLD.json --head-report NEW.json; ';
  const flag = ['artifact', 'suite'].find((name) => optionsOf(command).some((option) => option.name === name));
  if (flag === 'artifact')
    return `write --artifact ${word}, several objects as a pattern in quotes: --artifact 'build/*.bpf.o'; `;
  return flag === undefined ? '' : `write --suite ${word}; `;
}

function unexpected(command: CommandName, word: string, before = ''): UsageError {
  const option = optionsOf(command).find(({ name, type }) => type === 'boolean' && before.replace(/^--?/, '') === name);
  const remedy = option
    ? `--${option.name} takes a value only with "=": --${option.name}=${word}`
    : `${meantFlag(command, word)}'${command}' takes flags only, see 'bpfcompat ${command} --help'`;
  return new UsageError('unexpected_argument', `unexpected argument ${quoted(word)}; ${remedy}`);
}

function list(value: FlagValue | undefined): readonly string[] {
  return Array.isArray(value) ? value : [];
}
