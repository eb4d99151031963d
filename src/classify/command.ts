import type { Outcome } from '../model/cell.ts';
import { type Evidence, firstStage, type StageOf, stagesOf } from '../model/evidence.ts';
import type { Finding } from '../model/finding.ts';
import { hintOf } from './command-hints.ts';
import { shellRejection } from './command-shell.ts';
import { signalName } from './crash.ts';
import { loaderFailure, type Reported } from './loader-output.ts';
import { asCauses, evidenceLine, makeFinding } from './make-finding.ts';

/** Name of the one test that command mode runs (docs/guest-protocol.md). */
const COMMAND_TEST = 'command';
/** Shells add this to the number of the signal that ended a program. */
const SIGNAL_BASE = 128;
const MAX_SIGNAL = 64;
/** What the title says anyway. */
const TOLD_ALREADY = /^(?:exit code -?\d+, expected \d+|timed out after .*)$/;

type CommandStage = StageOf<'functional'>;

function infra(cause: 'protocol' | 'guest_crash' | 'internal' | 'command_unrunnable', message: string): Outcome {
  return { status: 'infra_error', cause, message };
}

function lastLine(text: string): string | undefined {
  return text
    .trimEnd()
    .split('\n')
    .findLast((line) => line.trim() !== '');
}

function commandFinding(stage: CommandStage, expectExitCode: number, reported: Reported): Finding {
  const signal = stage.exit_code - SIGNAL_BASE;
  const killed = signal > 0 && signal <= MAX_SIGNAL && !stage.timed_out;
  const said = lastLine(stage.stderr_tail) ?? lastLine(stage.stdout_tail);
  return makeFinding({
    code: 'COMMAND_VALIDATION_FAILURE',
    confidence: 'high',
    phase: 'functional',
    subject: COMMAND_TEST,
    args: {
      reason: stage.timed_out ? 'timeout' : stage.exit_code < 0 ? 'not_run' : killed ? 'signal' : 'exit_code',
      exit_code: String(stage.exit_code),
      expected_exit_code: String(expectExitCode),
      signal: killed ? signalName(signal) : undefined,
      timeout_seconds: String(stage.timeout_seconds),
      hint: stage.timed_out ? undefined : reported.finding ? 'cause' : hintOf(stage),
      message: reported.words,
      error: TOLD_ALREADY.test(stage.error) ? undefined : stage.error,
    },
    evidence: evidenceLine(said ?? stage.error, said === undefined ? 'command' : 'output of the command'),
  });
}

function timedOut(expectExitCode: number): Finding {
  return makeFinding({
    code: 'COMMAND_VALIDATION_FAILURE',
    confidence: 'high',
    phase: 'functional',
    subject: COMMAND_TEST,
    args: { reason: 'timeout', expected_exit_code: String(expectExitCode) },
  });
}

/**
 * The verdict of command mode: the exit code of the user's own command, and nothing else. A command that hangs or
 * crashes fails; a guest that cannot say how it ended, and a shell that cannot read the command, are infra errors.
 */
export function classifyCommand(evidence: Evidence, expectExitCode: number): Outcome {
  const fail = (cause: Finding, ...reported: readonly Finding[]): Outcome => {
    return { status: 'fail', failedStage: 'command', findings: [...asCauses([cause]), ...reported] };
  };
  const exit = firstStage(evidence, 'exit');
  const stage = stagesOf(evidence, 'functional').find(({ name }) => name === COMMAND_TEST);
  if (!exit) return infra('protocol', 'the guest ended its response without saying how the command ended');
  if (exit.kind === 'protocol') return infra('protocol', 'the validator in the guest broke the frame protocol');
  if (stage === undefined) {
    if (exit.kind === 'timeout') return fail(timedOut(expectExitCode));
    if (exit.kind === 'signaled') {
      const how = `killed by ${signalName(exit.signal)}`;
      const message = `what ran the command was ${how}, most likely out of memory; raise memory_mb of the profile`;
      return infra('guest_crash', message);
    }
    return infra('internal', "the guest did not run the command; see the validator's log of this target");
  }
  if (stage.status === 'skipped') return infra('internal', `the command was not run: ${stage.error}`);
  const rejection = shellRejection(stage, 'command');
  // Also where that exit code is expected: it is not the command's.
  if (rejection !== undefined) return infra('command_unrunnable', rejection);
  if (!stage.timed_out && stage.exit_code === expectExitCode) return { status: 'pass', findings: [] };
  const reported = loaderFailure(stage);
  return fail(commandFinding(stage, expectExitCode, reported), ...(reported.finding ? [reported.finding] : []));
}
