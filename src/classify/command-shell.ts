import { flag } from '../model/wording.ts';
import { NOT_FOUND } from './command-hints.ts';

/**
 * Whether the guest's shell could read a command at all. It is a small one (busybox ash): it knows some of bash, such as
 * `[[ ]]`, `<( )` and `pipefail`, and not the rest. A command that never ran says nothing about the object.
 */

/** The flags of `test-command` and of `test` for the program that the guest gets. */
const BINARY = `${flag('bin')} or ${flag('command-binary')}`;

/** How ash ends when it cannot parse its text, before anything of that line has run. */
const SYNTAX_EXIT = 2;

const SYNTAX = /^[^\s:]+: (?:line \d+: )?syntax error: (?:unexpected|bad|missing|unterminated) /;
const OPTION = /^sh: (?:export|read|local|unset|type|set|trap): line \d+: illegal option /;
/** Commands that are a part of bash, assignments to elements of its arrays, and bash itself. */
const BASH_ONLY =
  /^[^\s:]+: (?:line \d+: )?(?:(?:bash|declare|typeset|shopt|mapfile|readarray|coproc|pushd|popd|dirs|compgen|enable|builtin|caller|disown)|\w+\[.*\]\+?=.*): not found$|^env: can't execute 'bash': /;

/** What the validator says where it could not keep a command from acting on it; it runs none then. */
const NOT_RUN_EXIT = 126;
const NOT_RUN = /^bpfcompat: (this command was not run, .*)$/;

/** A program by its name alone: which file a path leads to is for the user to know. */
const MISSING =
  /^[^\s:]+: (?:line \d+: )?([A-Za-z0-9_][\w.+-]{0,63}): not found$|^env: can't execute '([^'/\s]{1,64})': No such file or directory$/;

/** The part of a functional stage that is looked at. */
interface Ended {
  readonly exit_code: number;
  readonly timed_out: boolean;
  readonly stderr_tail: string;
}

/**
 * Why the command was not run as it was meant, in words for the user; undefined where the shell understood it and had its
 * programs. Only the small shell speaks like this: what a whole system says of a missing program is the command's end.
 * @param of a functional test has assets alone
 */
export function shellRejection(ended: Ended | undefined, of: 'command' | 'test'): string | undefined {
  if (ended === undefined || ended.timed_out) return undefined;
  const line = ended.stderr_tail.trimEnd().split('\n').at(-1) ?? '';
  const rejected =
    (ended.exit_code === SYNTAX_EXIT && (SYNTAX.test(line) || OPTION.test(line))) ||
    (ended.exit_code === NOT_FOUND && BASH_ONLY.test(line));
  const said = line.slice(0, 200);
  const notRun = ended.exit_code === NOT_RUN_EXIT ? NOT_RUN.exec(said) : null;
  if (notRun !== null) return `${notRun[1]}; a command before it may have changed what the guest can do`;
  const way = of === 'command' ? `${BINARY}, or an asset` : 'an asset';
  const whole = `or run it in the vendor's whole system (${flag('lane')} image)`;
  if (rejected) {
    return `the guest's shell could not run the command (${said}): it is a small one (busybox ash), no bash; write the command for a POSIX shell, bring a program that does it (${way}), ${whole}`;
  }
  const missing = ended.exit_code === NOT_FOUND ? MISSING.exec(line) : null;
  if (missing === null) return undefined;
  const bin =
    of === 'command' ? `, and the program of ${BINARY} as $BPFCOMPAT_BIN, not by its name; write that, or` : ';';
  return `the guest has no program ${missing[1] ?? missing[2]} (${said}): it has a small shell with its tools and the declared assets${bin} bring the program along (${way}), ${whole}`;
}
