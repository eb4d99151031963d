import { UsageError } from '../model/errors.ts';
import type { Wording } from '../model/wording.ts';
import {
  checkAuditVerifyOptions,
  checkCreateOptions,
  checkExportOptions,
  checkRevokeOptions,
} from './admin-options.ts';
import {
  checkAgentApplyOptions,
  checkAgentApproveOptions,
  checkAgentLedgerOptions,
  checkAgentPlanOptions,
  checkAgentPreflightOptions,
  checkAgentRollbackOptions,
  checkAgentWorkOptions,
  checkRuntimeExecuteOptions,
} from './agent-options.ts';
import { checkBisectOptions } from './bisect-options.ts';
import { checkCheckOptions } from './check-options.ts';
import { COMMANDS, type CommandName, subcommandsOf } from './commands.ts';
import { checkCompareOptions } from './compare-options.ts';
import { checkCompletionOptions } from './completion/shells.ts';
import { parseFlags } from './flags.ts';
import { isCheck } from './implied-check.ts';
import { checkInitOptions } from './init-options.ts';
import { checkExplainOptions, checkInspectOptions } from './inspect-options.ts';
import { checkFetchOptions, checkProfileListOptions, checkPruneOptions, checkSweepOptions } from './kernels-options.ts';
import { checkLockArguments } from './lock-options.ts';
import { checkMergeOptions, checkPlanOptions } from './merge-options.ts';
import type { ValuesOf } from './options.ts';
import { checkSummaryOptions } from './report-options.ts';
import {
  checkAttestCreateOptions,
  checkAttestIndexOptions,
  checkAttestVerifyOptions,
  checkFetchArtifactOptions,
  checkPushOptions,
  checkSelectOptions,
} from './runtime-options.ts';
import { checkServeOptions } from './serve-options.ts';
import { didYouMean, enumerate } from './similar.ts';
import { checkSiteOptions } from './site-options.ts';
import { checkSuiteOptions } from './suite-options.ts';
import { checkTestCommandOptions, checkTestOptions } from './test-options.ts';
import { checkWatchArguments } from './watch-options.ts';
import { quoted } from './words.ts';

/**
 * What a command makes of its flags.
 * @param given names of the flags that were typed
 * @param words what stood behind the command besides them
 */
type Check<C extends CommandName> = (
  values: ValuesOf<C>,
  given: ReadonlySet<string>,
  words: readonly string[],
) => unknown;

/** How the flags of a command are held against each other; of all others any values will do. */
const CHECKS = {
  check: checkCheckOptions,
  test: checkTestOptions,
  'test-command': (values) => checkTestCommandOptions(values),
  watch: checkWatchArguments,
  suite: (values) => checkSuiteOptions(values),
  merge: (values, _given, words) => checkMergeOptions(values, words),
  plan: checkPlanOptions,
  init: (values, _given, words) => checkInitOptions(values, words),
  bisect: (values) => checkBisectOptions(values),
  explain: (values, _given, words) => checkExplainOptions(values, words),
  inspect: (values, _given, words) => checkInspectOptions(values, words),
  compare: (values) => checkCompareOptions(values),
  'report-summary': (values) => checkSummaryOptions(values),
  'site build': (values) => checkSiteOptions(values),
  serve: (values) => checkServeOptions(values),
  'attest create': (values) => checkAttestCreateOptions(values),
  'attest verify': (values, _given, words) => checkAttestVerifyOptions(values, words),
  'attest index': (values) => checkAttestIndexOptions(values),
  'runtime select': (values) => checkSelectOptions(values),
  'runtime fetch': (values) => checkFetchArtifactOptions(values),
  'runtime push': (values) => checkPushOptions(values),
  'runtime execute': (values) => checkRuntimeExecuteOptions(values),
  'agent plan': (values) => checkAgentPlanOptions(values),
  'agent apply': (values) => checkAgentApplyOptions(values),
  'agent approve': (values) => checkAgentApproveOptions(values),
  'agent preflight': (values) => checkAgentPreflightOptions(values),
  'agent ledger': (values) => checkAgentLedgerOptions(values),
  'agent work': (values) => checkAgentWorkOptions(values),
  'agent rollback': (values) => checkAgentRollbackOptions(values),
  'admin create-token': (values) => checkCreateOptions(values),
  'admin revoke-token': (values) => checkRevokeOptions(values),
  'admin audit-export': (values) => checkExportOptions(values),
  'admin audit-verify': (values) => checkAuditVerifyOptions(values),
  'kernels list': (values, _given, words) => ({ ...values, search: [...values.search, ...words] }),
  'kernels fetch': (values, _given, words) => checkFetchOptions(values, words),
  'kernels prune': (values) => checkPruneOptions(values),
  lock: (values) => checkLockArguments(values),
  'kernel-sweep': (values) => checkSweepOptions(values),
  'profile list': (values) => checkProfileListOptions(values),
  completion: (_values, _given, words) => checkCompletionOptions(words),
} satisfies { [C in CommandName]?: Check<C> };

type OptionsOf<C extends CommandName> = C extends keyof typeof CHECKS ? ReturnType<(typeof CHECKS)[C]> : ValuesOf<C>;

/** A checked command line. */
export type ParsedArgs =
  /** `topic`: a command, the first word of commands, or undefined for the overview. `exitCode` 1: no command was given. */
  | { readonly command: 'help'; readonly topic: string | undefined; readonly exitCode: 0 | 1 }
  | { [C in CommandName]: { readonly command: C; readonly options: OptionsOf<C> } }[CommandName];

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
  if (isCheck(argv)) return parseArgs(['check', ...argv], env, onNote);
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
  const requested = seconds.length > 0 ? `${first} ${second ?? ''}` : first;
  const row = COMMANDS.find(({ name }) => name === requested);
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
  const similar = didYouMean(word, names);
  const hint = word.startsWith('-') ? '; flags come after the command,' : similar || ';';
  // A word alone may be the name of a directory as well.
  const place = similar === '' && /^\w[\w-]*$/.test(word) ? `; for a file or directory write ./${word}` : '';
  return new UsageError('unknown_command', `unknown command ${quoted(word)}${hint} see 'bpfcompat help'${place}`);
}

function check(
  command: CommandName,
  values: Readonly<Record<string, unknown>>,
  given: ReadonlySet<string>,
  words: readonly string[],
): ParsedArgs {
  // The table that built `values` is the table that `ValuesOf` is made of.
  const own = (CHECKS as Partial<Record<CommandName, Check<never>>>)[command];
  return { command, options: own ? own(values as never, given, words) : values } as ParsedArgs;
}
