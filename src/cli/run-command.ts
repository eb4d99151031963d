import { resolve } from 'node:path';
import { withoutOldReportsAt } from '../api/old-reports.ts';
import { ENV_VARIABLES, envMarkdown, envText } from '../config/env.ts';
import { helpText } from '../config/help.ts';
import { type ParsedArgs, parseArgs } from '../config/parse-args.ts';
import { CancelledError, HostError, messageOf, UsageError } from '../model/errors.ts';
import { bisectCommand } from './bisect-command.ts';
import { compareCommand } from './compare-command.ts';
import { doctorCommand } from './doctor-command.ts';
import { explainCommand } from './explain-command.ts';
import { freshnessCommand, sweepCommand } from './freshness-command.ts';
import { historyListCommand, historySignCommand, historyVerifyCommand } from './history-command.ts';
import { initCommand } from './init-command.ts';
import { inspectCommand } from './inspect-command.ts';
import { besideReports, type Io, reportWords } from './io.ts';
import { fetchCommand, listCommand, profileListCommand, pruneCommand } from './kernels-command.ts';
import { lockCommand } from './lock-command.ts';
import { mergeCommand } from './merge-command.ts';
import { planCommand } from './plan-command.ts';
import { reportSummaryCommand } from './report-summary-command.ts';
import { withSignals } from './signals.ts';
import { suiteCommand } from './suite-command.ts';
import { testCommand } from './test-command.ts';
import { versionText } from './version.ts';
import { watchCommand } from './watch-command.ts';

const EXIT_ERROR = 1;

/** Runs a checked command. @throws what the library throws: UsageError, HostError, CancelledError */
export async function dispatch(parsed: ParsedArgs, face: Io, signal: AbortSignal): Promise<number> {
  const io = 'options' in parsed ? besideReports(face, parsed.options) : face;
  switch (parsed.command) {
    case 'help':
      io.out(helpText(parsed.topic, io.width()));
      return parsed.exitCode;
    case 'test':
    case 'test-command':
      return testCommand(parsed.options, io, signal);
    case 'init':
      return initCommand(parsed.options, io);
    case 'suite':
      return suiteCommand(parsed.options, io, signal);
    case 'merge':
      return mergeCommand(parsed.options, io);
    case 'plan':
      return planCommand(parsed.options, io);
    case 'watch':
      return watchCommand(parsed.options, io, signal);
    case 'explain':
      return explainCommand(parsed.options, io);
    case 'inspect':
      return inspectCommand(parsed.options, io);
    case 'compare':
      return compareCommand(parsed.options, io);
    case 'report-summary':
      return reportSummaryCommand(parsed.options, io);
    case 'history list':
      return historyListCommand(parsed.options, io);
    case 'history verify':
      return historyVerifyCommand(parsed.options, io);
    case 'history sign':
      return historySignCommand(parsed.options, io, signal);
    case 'kernels list':
      return listCommand(parsed.options, io);
    case 'kernels fetch':
      return fetchCommand(parsed.options, io, signal);
    case 'kernels prune':
      return pruneCommand(parsed.options, io);
    case 'bisect':
      return bisectCommand(parsed.options, io, signal);
    case 'kernel-freshness':
      return freshnessCommand(parsed.options, io, signal);
    case 'kernel-sweep':
      return sweepCommand(parsed.options, io, signal);
    case 'lock':
      return lockCommand(parsed.options, io, signal);
    case 'profile list':
      return profileListCommand(parsed.options, io);
    case 'doctor':
      return doctorCommand(parsed.options, io, signal);
    case 'env':
      io.out(envOutput(parsed.options, io.width()));
      return 0;
    case 'version':
      io.out(versionText(parsed.options.json));
      return 0;
  }
}

function envOutput({ json, markdown }: { readonly json: boolean; readonly markdown: boolean }, width: number): string {
  if (json) return `${JSON.stringify(ENV_VARIABLES, null, 2)}\n`;
  return markdown ? envMarkdown() : envText(width);
}

/** What a thrown value means to the person at the terminal. Only our own bugs show a stack. */
function explain(error: unknown): string {
  if (error instanceof CancelledError) return 'bpfcompat: cancelled; nothing was left behind\n';
  if (error instanceof UsageError || error instanceof HostError) return `bpfcompat: ${messageOf(error)}\n`;
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `bpfcompat: this is a bug in bpfcompat, please report it with what follows\n${stack}\n`;
}

/** Words that cannot be understood leave no older report behind either, where it can be seen which ones they mean. */
function parse(argv: readonly string[], { env, cwd, err }: Io): Promise<ParsedArgs> {
  const { reports, others } = reportWords(argv);
  const full = (words: readonly string[]): string[] => words.map((word) => resolve(cwd, word));
  return withoutOldReportsAt(full(reports), full(others), { env, cwd }, async () =>
    parseArgs(argv, env, (message) => err(`note: ${message}\n`)),
  );
}

/** Runs one command line. Exit codes: 0 pass, 1 usage, tool or infrastructure error, 2 a required kernel rejects it. */
export async function runCommand(argv: readonly string[], io: Io): Promise<number> {
  try {
    const parsed = await parse(argv, io);
    return await withSignals((signal) => dispatch(parsed, io, signal));
  } catch (error) {
    io.err(explain(error));
    return EXIT_ERROR;
  }
}
