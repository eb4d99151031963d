import type { Stage } from '../model/evidence.ts';
import { flag } from '../model/wording.ts';
import { GuestError } from './guest.ts';
import { type MachineEnd, panicked, type RunningMachine } from './qemu/machine.ts';

/** Where the guest was when its machine ended. */
export type GuestPhase = 'boot' | 'idle' | 'run';

const CONSOLE_TAIL_CHARS = 4000;
const STDERR_TAIL_CHARS = 1500;

/** The last words of the console, for an error. */
export function consoleTail(machine: RunningMachine): string {
  return machine.console.tail(CONSOLE_TAIL_CHARS);
}

/** The error for a machine that ended by itself while it should have worked. */
export function machineFailure(
  machine: RunningMachine,
  end: MachineEnd,
  phase: GuestPhase,
  stages: readonly Stage[],
): GuestError {
  const details = { stages, consoleTail: consoleTail(machine) };
  if (end.kind === 'kvm-error') {
    const advice = 'set BPFCOMPAT_ACCEL=tcg to run without KVM';
    return new GuestError('kvm_unusable', `KVM cannot run this guest (${end.line.slice(0, 200)}); ${advice}`, details);
  }
  const { program } = machine;
  const stderr = machine.stderr.tail(STDERR_TAIL_CHARS);
  if (/No space left on device/i.test(stderr)) {
    return new GuestError(
      'no_space',
      `${program} found no space left: ${stderr}; free some space and run again`,
      details,
    );
  }
  const when = phase === 'boot' ? 'while it booted' : atStage(stages);
  if (outgrewDisk(end)) {
    const why = 'the guest wrote more to its disk than this machine has room for';
    return new GuestError('no_space', `${program} was ended ${when}: ${why}; free some space where TMPDIR is`, details);
  }
  if (wasKilled(end, stderr)) {
    const advice = `most likely memory ran out: run fewer guests at a time (${flag('concurrency')}), or free some`;
    return new GuestError('qemu_failed', `${program} was killed by signal 9 (SIGKILL) ${when}; ${advice}`, details);
  }
  if (end.kind === 'panic' || panicked(machine)) {
    return new GuestError('guest_crash', `the guest's kernel panicked ${when}; see serial.log`, details);
  }
  if (phase === 'boot') {
    const words = lastWords(details.consoleTail).replace(/^: /, '');
    const said = stderr === '' ? words || 'it printed nothing' : stderr;
    return new GuestError(
      'qemu_failed',
      `${program} ended before the guest was up (${exitWords(end)}): ${said}`,
      details,
    );
  }
  const tail = stderr === '' ? '' : `: ${stderr}`;
  const words = lastWords(details.consoleTail);
  return new GuestError(
    'guest_crash',
    `the guest ended ${when} (${program}: ${exitWords(end)}${tail})${words}; see serial.log`,
    details,
  );
}

/** The bound on files that it writes; a wrapper hands the signal on as an exit code. */
function outgrewDisk(end: MachineEnd): boolean {
  return end.kind === 'exit' && (end.signal === 'SIGXFSZ' || end.exitCode === 128 + 25);
}

/** `unshare` hands the signal of its child on to itself, which fails for this one alone: it says so in odd words. */
function wasKilled(end: MachineEnd, stderr: string): boolean {
  if (end.kind !== 'exit') return false;
  if (end.signal === 'SIGKILL' || end.exitCode === 128 + 9) return true;
  return end.exitCode === 1 && /^unshare: sigprocmask unblock failed/m.test(stderr);
}

/** Why PID 1 of the guest gave up: it says so on the console before it ends the machine. */
function lastWords(console: string): string {
  const line = /^bpfcompat: (.{1,300})/m.exec(console)?.[1]?.trim();
  return line === undefined ? '' : `: it says "${line}"`;
}

function exitWords(end: Extract<MachineEnd, { kind: 'exit' }>): string {
  return end.signal === null ? `exit code ${end.exitCode}` : `signal ${end.signal}`;
}

/** The last thing the guest was about to do. */
function atStage(stages: readonly Stage[]): string {
  const last = stages.at(-1);
  if (last === undefined) return 'before its first message';
  if (last.stage !== 'step') return `after stage ${last.stage}`;
  if (last.phase === 'command') return 'while the command ran';
  return last.phase === 'functional'
    ? `during functional test ${last.subject}`
    : `during ${last.phase} of ${last.subject}`;
}
