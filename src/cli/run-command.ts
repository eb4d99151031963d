import { resolve } from 'node:path';
import { buildInfo } from '../api/build-info.ts';
import { ENV_VARIABLES, envMarkdown, envText } from '../config/env.ts';
import { helpText } from '../config/help.ts';
import { type ParsedArgs, parseArgs } from '../config/parse-args.ts';
import { notesWithoutEffect } from '../config/without-effect.ts';
import { notesOf } from '../model/error-notes.ts';
import { CancelledError, HostError, UsageError, wordingOf } from '../model/errors.ts';
import { type Face, spell } from '../model/wording.ts';
import type { AdminCommand } from './admin-command.ts';
import { besideReports, type Io } from './io.ts';
import { reportWords } from './report-words.ts';
import { withSignals } from './signals.ts';
import { versionText } from './version.ts';

const EXIT_ERROR = 1;

/**
 * Runs a checked command. What a command alone needs is read when it is run: to start costs more than most commands do.
 * @throws what the library throws: UsageError, HostError, CancelledError
 */
export async function dispatch(parsed: ParsedArgs, face: Io, signal: AbortSignal): Promise<number> {
  const io = 'options' in parsed ? besideReports(face, parsed) : face;
  if (isOfTrack(parsed)) return (await import('./runtime-command.ts')).runtimeTrackCommand(parsed, face);
  if (isAdmin(parsed)) return (await import('./admin-command.ts')).adminCommand(parsed, io);
  switch (parsed.command) {
    case 'help':
    case 'env':
    case 'version':
    case 'completion':
    case 'man':
      return printed(parsed, io);
    case 'check':
    case 'test':
    case 'test-command':
      return (await import('./test-command.ts')).testCommand(parsed, io, face, signal);
    case 'suite':
    case 'plan':
    case 'watch':
    case 'bisect':
      return testing(parsed, io, signal);
    case 'init':
      return (await import('./init-command.ts')).initCommand(parsed.options, io);
    case 'explain':
    case 'inspect':
    case 'compare':
    case 'merge':
    case 'report-summary':
    case 'site build':
      return reading(parsed, io, signal);
    case 'serve':
      return (await import('./serve-command.ts')).serveCommand(parsed.options, io, signal);
    case 'history list':
    case 'history verify':
    case 'history sign':
      return history(parsed, io, signal);
    case 'kernels list':
    case 'kernels fetch':
    case 'kernels prune':
    case 'kernel-freshness':
    case 'kernel-sweep':
    case 'lock':
    case 'profile list':
      return kernels(parsed, io, signal);
    case 'doctor':
      return (await import('./doctor-command.ts')).doctorCommand(parsed.options, io, signal);
  }
}

/** Commands of the runtime track: what is read for them is not part of the Action. */
export type TrackCommand = Extract<
  ParsedArgs,
  { command: `attest ${string}` | `runtime ${string}` | `agent ${string}` }
>;

const isAdmin = (parsed: ParsedArgs): parsed is AdminCommand => parsed.command.startsWith('admin ');

function isOfTrack(parsed: ParsedArgs): parsed is TrackCommand {
  return /^(?:attest|runtime|agent) /.test(parsed.command);
}

/** Commands that load objects on kernels, several checks or none. */
async function testing(
  parsed: Extract<ParsedArgs, { command: 'suite' | 'plan' | 'watch' | 'bisect' }>,
  io: Io,
  signal: AbortSignal,
): Promise<number> {
  switch (parsed.command) {
    case 'suite':
      return (await import('./suite-command.ts')).suiteCommand(parsed.options, io, signal);
    case 'plan':
      return (await import('./plan-command.ts')).planCommand(parsed.options, io, signal);
    case 'watch':
      return (await import('./watch-command.ts')).watchCommand(parsed.options, io, signal);
    case 'bisect':
      return (await import('./bisect-command.ts')).bisectCommand(parsed.options, io, signal);
  }
}

type ReadingCommand = 'explain' | 'inspect' | 'compare' | 'merge' | 'report-summary' | 'site build';

/** Commands that look at files and boot nothing. */
async function reading(
  parsed: Extract<ParsedArgs, { command: ReadingCommand }>,
  io: Io,
  signal: AbortSignal,
): Promise<number> {
  switch (parsed.command) {
    case 'explain':
      return (await import('./explain-command.ts')).explainCommand(parsed.options, io);
    case 'inspect':
      return (await import('./inspect-command.ts')).inspectCommand(parsed.options, io, signal);
    case 'compare':
      return (await import('./compare-command.ts')).compareCommand(parsed.options, io);
    case 'merge':
      return (await import('./merge-command.ts')).mergeCommand(parsed.options, io);
    case 'report-summary':
      return (await import('./report-summary-command.ts')).reportSummaryCommand(parsed.options, io);
    case 'site build':
      return (await import('./site-command.ts')).siteCommand(parsed.options, io);
  }
}

type KernelCommand = `kernels ${string}` | `kernel-${string}` | 'lock' | 'profile list';

/** Commands about kernels that load no object. */
async function kernels(
  parsed: Extract<ParsedArgs, { command: KernelCommand }>,
  io: Io,
  signal: AbortSignal,
): Promise<number> {
  switch (parsed.command) {
    case 'kernels list':
      return (await import('./kernels-command.ts')).listCommand(parsed.options, io);
    case 'kernels fetch':
      return (await import('./fetch-command.ts')).fetchCommand(parsed.options, io, signal);
    case 'kernels prune':
      return (await import('./kernels-command.ts')).pruneCommand(parsed.options, io);
    case 'kernel-freshness':
      return (await import('./freshness-command.ts')).freshnessCommand(parsed.options, io, signal);
    case 'kernel-sweep':
      return (await import('./sweep-command.ts')).sweepCommand(parsed.options, io, signal);
    case 'lock':
      return (await import('./lock-command.ts')).lockCommand(parsed.options, io, signal);
    case 'profile list':
      return (await import('./kernels-command.ts')).profileListCommand(parsed.options, io);
  }
}

async function history(
  parsed: Extract<ParsedArgs, { command: `history ${string}` }>,
  io: Io,
  signal: AbortSignal,
): Promise<number> {
  const commands = await import('./history-command.ts');
  switch (parsed.command) {
    case 'history list':
      return commands.historyListCommand(parsed.options, io);
    case 'history verify':
      return commands.historyVerifyCommand(parsed.options, io);
    case 'history sign':
      return commands.historySignCommand(parsed.options, io, signal);
  }
}

/** Commands that only print what is known without a file or a kernel. */
async function printed(
  parsed: Extract<ParsedArgs, { command: 'help' | 'env' | 'version' | 'completion' | 'man' }>,
  io: Io,
): Promise<number> {
  switch (parsed.command) {
    case 'help':
      io.out(helpText(parsed.topic, io.width()));
      return parsed.exitCode;
    case 'env':
      return print(io, envOutput(parsed.options, io.width()));
    case 'version':
      return print(io, versionText(parsed.options.json));
    case 'completion':
      return print(io, (await import('../config/completion/completion.ts')).completionScript(parsed.options.shell));
    case 'man':
      return print(io, (await import('../config/man-page.ts')).manPage(buildInfo.version));
  }
}

function print(io: Io, text: string): number {
  io.out(text);
  return 0;
}

function envOutput({ json, markdown }: { readonly json: boolean; readonly markdown: boolean }, width: number): string {
  if (json) return `${JSON.stringify(ENV_VARIABLES, null, 2)}\n`;
  return markdown ? envMarkdown() : envText(width);
}

/** How options are written for somebody who named the objects without a flag, as in `bpfcompat my.bpf.o`. */
function faceOf(parsed: ParsedArgs | undefined, argv: readonly string[], face: Face): Face {
  const takesWords = parsed?.command === 'check' || parsed?.command === 'watch';
  if (!takesWords || argv.some((word) => /^--artifact(?:=|$)/.test(word))) return face;
  return (mention) => (mention.option === 'artifact' ? (mention.value ?? 'FILE') : face(mention));
}

const FILE_TROUBLES: Readonly<Record<string, string>> = {
  ENOTDIR: 'a part of the path before its name is a file and no directory; correct the path',
  EISDIR: 'it is a directory; name a file',
  EACCES: 'this user may not use it; correct its permissions',
  EPERM: 'this user may not use it; correct its permissions',
  EROFS: 'nothing can be written there; choose another place',
  ENOSPC: 'no space is left there; free some and run again',
  ELOOP: 'it is a link in a ring; correct it',
  ENAMETOOLONG: 'its name is too long; choose a shorter one',
};

/** Of a directory that could not be made: a file or a link to nothing has its name, or it would lie in /proc. */
const NO_PLACE = 'no directory can be made there; choose another place';

/** What is wrong with a file that was named is nobody's bug. */
function fileTrouble(error: unknown): string | undefined {
  const { code = '', path, syscall } = (error ?? {}) as NodeJS.ErrnoException;
  const isNoPlace = syscall === 'mkdir' && (code === 'EEXIST' || code === 'ENOENT');
  const words = isNoPlace ? NO_PLACE : FILE_TROUBLES[code];
  return words === undefined || typeof path !== 'string' ? undefined : `${path}: ${words}`;
}

/** What a thrown value means to the person at the terminal. Only our own bugs show a stack. */
async function explain(error: unknown, face: Face): Promise<string> {
  if (error instanceof CancelledError) return 'bpfcompat: cancelled; no guest and no report was left behind\n';
  if (error instanceof UsageError || error instanceof HostError) {
    return `bpfcompat: ${spell(wordingOf(error), face).replace(/^FILE (?=\S)/, '')}\n`;
  }
  const file = fileTrouble(error);
  if (file !== undefined) return `bpfcompat: ${(await import('../report/escape.ts')).terminal(file)}\n`;
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `bpfcompat: this is a bug in bpfcompat, please report it with what follows\n${stack}\n`;
}

async function tellNotes(error: unknown, io: Io): Promise<void> {
  const notes = notesOf(error);
  if (notes.length === 0) return;
  const { terminal } = await import('../report/escape.ts');
  for (const note of notes) io.err(`note: ${terminal(note, 4096)}\n`);
}

/** Words that cannot be understood leave no older report in its place either, where it can be seen which ones they mean. */
async function parse(argv: readonly string[], { env, cwd, err, face }: Io): Promise<ParsedArgs> {
  const parsed = async (): Promise<ParsedArgs> => parseArgs(argv, env, (note) => err(`note: ${spell(note, face)}\n`));
  const { reports, others } = reportWords(argv);
  if (reports.length === 0) return parsed();
  const full = (words: readonly string[]): string[] => words.map((word) => resolve(cwd, word));
  const { withoutOldReportsAt } = await import('../api/old-reports.ts');
  return withoutOldReportsAt(full(reports), full(others), { env, cwd }, parsed);
}

/** Runs one command line. Exit codes: 0 pass, 1 usage, tool or infrastructure error, 2 a required kernel rejects it. */
export async function runCommand(argv: readonly string[], io: Io): Promise<number> {
  let parsed: ParsedArgs | undefined;
  try {
    const read = await parse(argv, io);
    parsed = read;
    // Those of a server are notes of its start.
    if (read.command !== 'serve')
      for (const note of notesWithoutEffect(read.command, io.env)) io.err(`note: ${note}\n`);
    return await withSignals((signal) => dispatch(read, io, signal));
  } catch (error) {
    io.err(await explain(error, faceOf(parsed, argv, io.face)));
    await tellNotes(error, io);
    return EXIT_ERROR;
  }
}
