import { flag } from '../model/wording.ts';
import { entry, type Facts } from './entry.ts';
import { arg, sentence } from './writer.ts';

type CommandFacts = Facts<
  'expected_exit_code' | 'exit_code' | 'signal' | 'timeout_seconds' | 'hint' | 'message',
  'timeout' | 'signal' | 'not_run' | 'exit_code'
>;

/** What to do about an end that many programs have in common. */
export const ADVICE: Readonly<Record<string, string>> = {
  cause: 'What its output says about the load is reported as a finding of its own; see there.',
  library:
    'A library was not found in the guest: libraries that are opened by name at run time have to be declared as assets, or link the program statically.',
  permission:
    'The guest runs it as root without CAP_SYS_MODULE, CAP_SYS_RAWIO, CAP_SYS_PTRACE and CAP_SYS_BOOT: a kernel module is declared (modules.load in the manifest), not loaded by the command. Else look at what it opens, and at the lockdown and LSM of the kernel. Before 5.11 BPF memory is charged to RLIMIT_MEMLOCK, which the loader has to raise (setrlimit; libbpf 1.0 does).',
  no_file:
    'It misses a file: guests have only what was copied into them. Declare it (assets: in the manifest or suite).',
  usage: 'The program did not take its arguments: check the command.',
  not_found:
    'The shell found no such program: guests have a small shell with its tools, $BPFCOMPAT_BIN and the declared assets, nothing else.',
  not_executable:
    'The file is there and cannot be executed: check its permissions, its format and the first line of a script.',
};

function title(f: CommandFacts): string {
  const expected = arg(f, 'expected_exit_code', '0');
  switch (f.args.reason) {
    case 'timeout':
      return f.args.timeout_seconds === undefined
        ? 'the command did not end in time'
        : `the command did not end within ${f.args.timeout_seconds} s`;
    case 'signal':
      return `the command was ended by ${arg(f, 'signal', 'a signal')} (exit code ${arg(f, 'exit_code', 'unknown')} instead of ${expected})`;
    case 'not_run':
      return 'the command could not be started';
    default:
      return `the command ended with exit code ${arg(f, 'exit_code', 'unknown')} instead of ${expected}`;
  }
}

/** What the output of a command says about a load, behind another sentence; empty where it says nothing. */
export function reportedWords({ args: { message } }: Facts<'message'>): string {
  return message === undefined ? '' : ` Its output says: ${message.replace(/\.?$/, '.')}`;
}

function explanation(f: CommandFacts): string {
  const output = reportedWords(f);
  const why = sentence(f.args.error ?? 'The verdict of command mode is the exit code alone');
  return `${/[.!?]$/.test(why) ? why : `${why}.`}${output}`;
}

function remedy(f: CommandFacts): string {
  const own = ADVICE[f.args.hint ?? ''];
  if (own !== undefined) return own;
  if (f.args.reason === 'timeout') return `See its output in the report; raise ${flag('timeout')} if it needs longer.`;
  return 'See its output in the report.';
}

/** Words for command mode: the user's own program decided. */
export const COMMAND_FINDINGS = {
  COMMAND_VALIDATION_FAILURE: entry({
    group: 'program',
    rule: ['The command fails', 'Look at its output in the report.'],
    needs: ['expected_exit_code'],
    args: ['exit_code', 'signal', 'timeout_seconds', 'hint', 'message'],
    reasons: ['timeout', 'signal', 'not_run', 'exit_code'],
    words: (f) => ({
      title: title(f),
      explanation: explanation(f),
      remediation: remedy(f),
    }),
  }),
};
