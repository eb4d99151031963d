import type { InfraCause, Outcome } from '../model/cell.ts';
import { type Evidence, firstStage, type Stage, stagesOf } from '../model/evidence.ts';
import type { Finding } from '../model/finding.ts';
import { flag } from '../model/wording.ts';
import { few } from './few.ts';
import { evidenceLine, makeFinding } from './make-finding.ts';

/** What a lane throws when a guest gave no usable result. */
export interface Crash {
  readonly infraCause: InfraCause;
  readonly message: string;
  readonly stages: readonly Stage[];
  readonly consoleTail: string;
}

const OUT_OF_TIME: ReadonlySet<InfraCause> = new Set(['timeout', 'boot_timeout']);

/** Lines of a console that say why a kernel stopped, the most specific first. */
const DEATHS = [
  /Kernel panic - not syncing: .*/,
  /Out of memory: Killed process .*/,
  /(?:BUG: |kernel BUG at |Oops: |general protection fault|watchdog: BUG: ).*/,
  /Internal error: .*/,
];

/** What the guest was about to do when it last said something: `loading program on_exec`. */
function lastStep(stages: readonly Stage[]): string | undefined {
  const step = stages.findLast((stage) => stage.stage === 'step');
  if (step?.stage !== 'step') return undefined;
  return step.subject === '' || step.subject === step.phase ? step.phase : `${step.phase} ${step.subject}`;
}

/** The line of a console that says why the kernel died; undefined when there is none. */
function deathLine(console: string): string | undefined {
  for (const death of DEATHS) {
    const match = death.exec(console);
    if (match) return match[0].slice(0, 300).trim();
  }
  return undefined;
}

/**
 * A guest that died, hung or talked nonsense is never a verdict about the object, whatever was being done: a kernel
 * that panics may just be short of memory. The message names the last step so that a person can judge.
 */
export function classifyCrash(crash: Crash): Outcome {
  const step = lastStep(crash.stages);
  const death = deathLine(crash.consoleTail);
  const parts = [
    crash.message,
    ...(death !== undefined && !crash.message.includes(death) ? [death] : []),
    ...(step === undefined ? [] : [`last step: ${step}`]),
    ...(OUT_OF_TIME.has(crash.infraCause) ? [`raise ${flag('timeout')} if it may need longer`] : []),
  ];
  return { status: 'infra_error', cause: crash.infraCause, message: parts.join('; ') };
}

const SIGKILL = 9;
/** ILL, TRAP, ABRT, BUS, FPE, SEGV, SYS: what a program does to itself. All others were sent by somebody. */
const FAULTS: ReadonlySet<number> = new Set([4, 5, 6, 7, 8, 11, 31]);
/** Whether a program got this signal by what it did itself. */
export function isFault(signal: number): boolean {
  return FAULTS.has(signal);
}

const SIGXCPU = 24;
const SIGNALS: Readonly<Record<number, string>> = {
  1: 'SIGHUP',
  2: 'SIGINT',
  3: 'SIGQUIT',
  4: 'SIGILL',
  5: 'SIGTRAP',
  6: 'SIGABRT',
  7: 'SIGBUS',
  8: 'SIGFPE',
  9: 'SIGKILL',
  10: 'SIGUSR1',
  11: 'SIGSEGV',
  12: 'SIGUSR2',
  13: 'SIGPIPE',
  14: 'SIGALRM',
  15: 'SIGTERM',
  31: 'SIGSYS',
};

/** `SIGSEGV`, or `signal 35` for one without a name of its own. */
export function signalName(signal: number): string {
  return SIGNALS[signal] ?? `signal ${signal}`;
}

/** What may have sent a signal while programs of the object were attached: those that can, by name. */
function sentBy(senders: ReadonlySet<string>): string {
  return senders.size > 0
    ? `a program that is attached may have sent the signal: ${few([...senders])} can (bpf_send_signal)`
    : 'a program that is attached may have sent the signal (bpf_send_signal)';
}

/** Who can have killed the validator, by what was being done: nothing says who it was. */
function killedBy(step: string | undefined, signal: number, senders: ReadonlySet<string>): string {
  const where = step === undefined ? '' : `; last step: ${step}`;
  const memory = signal === SIGKILL ? 'much memory, raise memory_mb of the profile' : undefined;
  if (step?.startsWith('functional')) {
    const sent = senders.size > 0 ? sentBy(senders) : 'a command must not end every process (kill -1)';
    return `${where}: ${sent}${memory === undefined ? '' : `; if it needs ${memory}`}`;
  }
  if (step?.startsWith('attach')) {
    return `${where}: ${sentBy(senders)}${memory === undefined ? '' : `; if the object needs ${memory}`}`;
  }
  return signal === SIGKILL ? `, most likely out of memory${where}; raise memory_mb of the profile` : where;
}

/**
 * The validator was stopped before it could respond, which says nothing about the object: undefined when it was not, or when
 * it stopped by a fault of its own.
 * @param senders programs of the object that can send signals: whatever signal ended it may be theirs
 */
export function stoppedEarly(evidence: Evidence, senders: ReadonlySet<string> = new Set()): Outcome | undefined {
  const exit = firstStage(evidence, 'exit');
  const step = lastStep(evidence.stages);
  const where = step === undefined ? '' : `; last step: ${step}`;
  const live = step !== undefined && /^(?:attach|functional)/.test(step);
  if (exit?.kind === 'timeout' || (exit?.kind === 'signaled' && exit.signal === SIGXCPU)) {
    const stopped = live && senders.size > 0 ? `; ${sentBy(senders)}` : '';
    const message = `the guest ran out of time${where}${stopped}; raise ${flag('timeout')}, or give the profile more CPUs`;
    return { status: 'infra_error', cause: 'timeout', message };
  }
  if (exit?.kind !== 'signaled') return undefined;
  if (isFault(exit.signal) && !(live && senders.size > 0)) return undefined;
  const what = exit.signal === SIGKILL ? 'was killed' : `was ended by ${signalName(exit.signal)}`;
  const message = `the validator ${what} in the guest${killedBy(step, exit.signal, senders)}`;
  return { status: 'infra_error', cause: 'guest_crash', message };
}

/** libbpf or the validator crashed on this very object; undefined when it ended by itself. */
export function crashFinding(evidence: Evidence): Finding | undefined {
  const exit = firstStage(evidence, 'exit');
  if (exit?.kind !== 'signaled') return undefined;
  const step = lastStep(evidence.stages);
  const signal = signalName(exit.signal);
  const attaching = stagesOf(evidence, 'load').some((stage) => stage.status === 'pass');
  return makeFinding({
    code: 'VALIDATOR_CRASH',
    confidence: 'low',
    phase: attaching ? 'attach' : 'load',
    args: { signal, step },
    evidence: evidenceLine(step === undefined ? signal : `${signal} during: ${step}`, 'validator process'),
  });
}
