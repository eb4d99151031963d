import { UsageError } from '../model/errors.ts';
import { option, phrase, type Wording } from '../model/wording.ts';
import { type BisectArguments, checkBisectOptions } from './bisect-options.ts';
import { COMMANDS, type CommandName, subcommandsOf } from './commands.ts';
import { DURATION_HINT, parseDuration } from './duration.ts';
import { parseFlags } from './flags.ts';
import { chooseKernels, type KernelChoice } from './kernel-choice.ts';
import { type LockMode, lockMode } from './lock.ts';
import { checkMergeOptions, checkPlanOptions, type MergeArguments, type PlanArguments } from './merge-options.ts';
import { missing } from './missing-option.ts';
import { didYouMean, enumerate } from './near.ts';
import type { ValuesOf } from './options.ts';
import { type CompareOptions, checkCompareOptions, checkSummaryOptions } from './report-options.ts';
import { checkInitOptions, checkSuiteOptions, type InitArguments, type SuiteCommandOptions } from './suite-options.ts';
import { checkTestCommandOptions, checkTestOptions, type TestOptions } from './test-options.ts';
import { checkWatchArguments, type WatchArguments } from './watch-options.ts';
import { quoted } from './words.ts';

/** A checked command line. */
export type ParsedArgs =
  /** `topic`: a command, the first word of commands, or undefined for the overview. `exitCode` 1: nothing was asked. */
  | { readonly command: 'help'; readonly topic: string | undefined; readonly exitCode: 0 | 1 }
  | { readonly command: 'test'; readonly options: TestOptions }
  | { readonly command: 'test-command'; readonly options: TestOptions }
  | { readonly command: 'watch'; readonly options: WatchArguments }
  | { readonly command: 'suite'; readonly options: SuiteCommandOptions }
  | { readonly command: 'init'; readonly options: InitArguments }
  | { readonly command: 'merge'; readonly options: MergeArguments }
  | { readonly command: 'plan'; readonly options: PlanArguments }
  | { readonly command: 'kernels fetch'; readonly options: FetchOptions }
  | { readonly command: 'bisect'; readonly options: BisectArguments }
  | { readonly command: 'lock'; readonly options: LockArguments }
  | { readonly command: 'explain'; readonly options: ExplainOptions }
  | { readonly command: 'inspect'; readonly options: InspectArguments }
  | { readonly command: 'compare'; readonly options: CompareOptions }
  | { [C in PlainCommand]: { readonly command: C; readonly options: ValuesOf<C> } }[PlainCommand];

type PlainCommand = Exclude<
  CommandName,
  | 'init'
  | 'merge'
  | 'plan'
  | 'suite'
  | 'compare'
  | 'inspect'
  | 'test'
  | 'test-command'
  | 'watch'
  | 'kernels fetch'
  | 'lock'
  | 'bisect'
  | 'explain'
>;

export type FetchOptions = Pick<
  ValuesOf<'kernels fetch'>,
  'refreshKernels' | 'allowProfileOverride' | 'json' | 'quiet' | 'noColor'
> & {
  /** undefined: only the userland is wanted. */
  readonly kernels: KernelChoice | undefined;
  readonly userland: boolean;
  readonly lock: LockMode;
};

export type LockArguments = Pick<
  ValuesOf<'lock'>,
  'suite' | 'offline' | 'check' | 'allowProfileOverride' | 'json' | 'quiet'
> & {
  /** undefined: those of the suite, or else those that are locked already. */
  readonly kernels: KernelChoice | undefined;
};

export type ExplainOptions = ValuesOf<'explain'> & {
  /** Path as typed. */
  readonly report: string;
};

export type InspectArguments = ValuesOf<'inspect'> & {
  /** Paths and patterns as typed; at least one. */
  readonly files: readonly string[];
};

/**
 * Reads a command line (without the program itself).
 * @param env the environment, for the flags that it can switch on (NO_COLOR)
 * @param onNote hears what the user should know of flags that can be read, unless `--quiet` is among them
 * @throws UsageError that names the word or flag and the remedy; nothing else is ever thrown
 */
export function parseArgs(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>> = {},
  onNote: (note: Wording) => void = () => {},
): ParsedArgs {
  const [first, second] = argv;
  if (first === undefined) return { command: 'help', topic: undefined, exitCode: 1 };
  if (first === 'help') return help(argv.slice(1));
  if (/^--?(?:h|help)$/.test(first)) return help([]);
  if (/^--?version$/.test(first)) return parseArgs(['version', ...argv.slice(1)], env);
  const seconds = subcommandsOf(first);
  if (seconds.length > 0 && (second === 'help' || /^--?(?:h|help)$/.test(second ?? ''))) return help([first]);
  const command = commandOf(first, second, seconds);
  const flags = parseFlags(command, argv.slice(command.split(' ').length), env);
  if (flags === 'help') return help([command]);
  const parsed = check(command, flags.values, flags.given, flags.words);
  if (flags.values['quiet'] !== true) flags.notes.forEach(onNote);
  return parsed;
}

function help(words: readonly string[]): ParsedArgs {
  const topic = words.filter((word) => !word.startsWith('-')).join(' ');
  if (topic === '') return { command: 'help', topic: undefined, exitCode: 0 };
  const known = COMMANDS.some(({ name }) => name === topic) || subcommandsOf(topic).length > 0;
  if (!known) throw unknownCommand(topic);
  return { command: 'help', topic, exitCode: 0 };
}

function commandOf(first: string, second: string | undefined, seconds: readonly string[]): CommandName {
  const wanted = seconds.length > 0 ? `${first} ${second ?? ''}` : first;
  const row = COMMANDS.find(({ name }) => name === wanted);
  if (row) return row.name;
  if (seconds.length === 0) throw unknownCommand(first);
  const choices = enumerate(seconds, 'or');
  throw new UsageError(
    'unknown_command',
    second === undefined
      ? `'${first}' needs a second word: ${choices}`
      : `unknown command ${quoted(`${first} ${second}`)}${didYouMean(second, seconds) || ';'} use ${first} ${choices}`,
  );
}

function unknownCommand(word: string): UsageError {
  const names = COMMANDS.map(({ name }) => name);
  const hint = word.startsWith('-') ? '; flags come after the command,' : didYouMean(word, names) || ';';
  return new UsageError('unknown_command', `unknown command ${quoted(word)}${hint} see 'bpfcompat help'`);
}

function check(
  command: CommandName,
  values: Readonly<Record<string, unknown>>,
  given: ReadonlySet<string>,
  words: readonly string[],
): ParsedArgs {
  // The table that built `values` is the table that `ValuesOf` is made of.
  switch (command) {
    case 'test':
      return { command, options: checkTestOptions(values as ValuesOf<'test'>, given) };
    case 'test-command':
      return { command, options: checkTestCommandOptions(values as ValuesOf<'test-command'>) };
    case 'watch':
      return { command, options: checkWatchArguments(values as ValuesOf<'watch'>, given) };
    case 'suite':
      return { command, options: checkSuiteOptions(values as ValuesOf<'suite'>) };
    case 'merge':
      return { command, options: checkMergeOptions(values as ValuesOf<'merge'>, words) };
    case 'plan':
      return { command, options: checkPlanOptions(values as ValuesOf<'plan'>, given) };
    case 'init':
      return { command, options: checkInitOptions(values as ValuesOf<'init'>, words) };
    case 'kernels fetch': {
      const fetch = values as ValuesOf<'kernels fetch'>;
      const { refreshKernels, allowProfileOverride, json, quiet, noColor, userland } = fetch;
      const { matrix, kernels: ids, all } = fetch;
      const alone = userland && !fetch.quick && !all && matrix === '' && ids.length + words.length === 0;
      const kernels = alone ? undefined : chooseKernels(fetch, command, words);
      const lock = lockMode(fetch);
      const rest = { userland, refreshKernels, allowProfileOverride, json, quiet, noColor };
      return { command, options: { kernels, lock, ...rest } };
    }
    case 'bisect':
      return { command, options: checkBisectOptions(values as ValuesOf<'bisect'>) };
    case 'lock': {
      const { suite, offline, check: checks, allowProfileOverride, json, quiet, ...flags } = values as ValuesOf<'lock'>;
      const chosen = flags.quick || flags.matrix !== '' || flags.kernels.length > 0;
      if (chosen && suite !== '') {
        throw new UsageError('flag_conflict', phrase`${option('suite')} says itself which kernels; give it alone`);
      }
      const kernels = chosen ? chooseKernels(flags, command) : undefined;
      return { command, options: { kernels, suite, offline, check: checks, allowProfileOverride, json, quiet } };
    }
    case 'explain':
      return { command, options: { ...(values as ValuesOf<'explain'>), report: oneReport(words) } };
    case 'inspect':
      if (words.length === 0) {
        throw new UsageError('missing_argument', "'inspect' needs an object; write bpfcompat inspect my.bpf.o");
      }
      return { command, options: { ...(values as ValuesOf<'inspect'>), files: words } };
    case 'compare':
      return { command, options: checkCompareOptions(values as ValuesOf<'compare'>) };
    case 'report-summary':
      return { command, options: checkSummaryOptions(values as ValuesOf<'report-summary'>) };
    case 'kernels prune': {
      const prune = values as ValuesOf<'kernels prune'>;
      if (prune.all && prune.keep.length > 0) {
        throw new UsageError(
          'flag_conflict',
          phrase`${option('all')} and ${option('keep')} contradict each other; give only one of them`,
        );
      }
      return { command, options: prune };
    }
    case 'kernel-sweep': {
      const sweep = values as ValuesOf<'kernel-sweep'>;
      if (sweep.profile === '') {
        throw missing('profile', 'ubuntu-22.04-5.15');
      }
      if (!((parseDuration(sweep.targetTimeout) ?? 0) > 0)) {
        throw new UsageError(
          'flag_value',
          phrase`${option('target-timeout')} ${quoted(sweep.targetTimeout)}: ${DURATION_HINT}`,
        );
      }
      return { command, options: sweep };
    }
    case 'profile list': {
      const list = values as ValuesOf<'profile list'>;
      if (list.matrix === '') {
        throw missing('matrix', 'quick');
      }
      return { command, options: list };
    }
    default:
      return { command, options: values } as ParsedArgs;
  }
}

function oneReport(words: readonly string[]): string {
  const [report, second] = words;
  if (report === undefined) {
    throw new UsageError('missing_argument', "'explain' needs a report; write bpfcompat explain report.json");
  }
  if (second !== undefined) {
    throw new UsageError('unexpected_argument', `unexpected argument ${quoted(second)}; 'explain' takes one report`);
  }
  return report;
}
