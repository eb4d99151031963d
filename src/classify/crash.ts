import type { InfraCause, Outcome } from '../model/cell.ts';
import { type Evidence, firstStage, type Stage, stagesOf } from '../model/evidence.ts';
import type { Finding } from '../model/finding.ts';
import { flag } from '../model/wording.ts';
import { evidenceLine, makeFinding } from './make-finding.ts';

/** What a lane throws when a guest gave no usable answer. */
export interface Crash {
  readonly infraCause: InfraCause;
  readonly message: string;
  readonly stages: readonly Stage[];
  readonly consoleTail: string;
}

const OUT_OF_TIME: ReadonlySet<InfraCause> = new Set(['timeout', 'boot_timeout']);

/** Lines of a console that say why a kernel stopped, the most telling first. */
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
const SIGXCPU = 24;
const SIGNALS: Readonly<Record<number, string>> = {
  1: 'SIGHUP',
  2: 'SIGINT',
  4: 'SIGILL',
  6: 'SIGABRT',
  7: 'SIGBUS',
  8: 'SIGFPE',
  9: 'SIGKILL',
  11: 'SIGSEGV',
  13: 'SIGPIPE',
  14: 'SIGALRM',
  15: 'SIGTERM',
  31: 'SIGSYS',
};

/** `SIGSEGV`, or `signal 35` for one without a name of its own. */
export function signalName(signal: number): string {
  return SIGNALS[signal] ?? `signal ${signal}`;
}

/** Who can have killed the validator, by what was being done: nobody says who it was. */
function killedBy(step: string | undefined): string {
  const where = step === undefined ? '' : `; last step: ${step}`;
  const memory = 'raise memory_mb of the profile';
  if (step?.startsWith('functional'))
    return `${where}: a command must not kill every process (kill -1); if it needs much memory, ${memory}`;
  if (step?.startsWith('attach'))
    return `${where}: a program that is attached may have sent the signal (bpf_send_signal); if the object needs much memory, ${memory}`;
  return `, most likely out of memory${where}; ${memory}`;
}

/** The validator was stopped before it could answer, which says nothing about the object: undefined when it was not. */
export function stoppedEarly(evidence: Evidence): Outcome | undefined {
  const exit = firstStage(evidence, 'exit');
  const step = lastStep(evidence.stages);
  const where = step === undefined ? '' : `; last step: ${step}`;
  if (exit?.kind === 'timeout' || (exit?.kind === 'signaled' && exit.signal === SIGXCPU)) {
    const message = `the guest ran out of time${where}; raise ${flag('timeout')}, or give the profile more CPUs`;
    return { status: 'infra_error', cause: 'timeout', message };
  }
  if (exit?.kind === 'signaled' && exit.signal === SIGKILL) {
    const message = `the validator was killed in the guest${killedBy(step)}`;
    return { status: 'infra_error', cause: 'guest_crash', message };
  }
  return undefined;
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
