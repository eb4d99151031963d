import { describe, expect, it } from 'vitest';
import { createBoundedLog } from '../../src/guests/bounded-log.ts';
import { machineFailure } from '../../src/guests/machine-failure.ts';
import type { RunningMachine } from '../../src/guests/qemu/machine.ts';

function machine(console: string, stderr = ''): RunningMachine {
  const log = (text: string) => {
    const made = createBoundedLog(1000, 1000);
    made.append(Buffer.from(text));
    return made;
  };
  return { program: 'QEMU', console: log(console), stderr: log(stderr) } as unknown as RunningMachine;
}

const EXIT = { kind: 'exit', exitCode: 0, signal: null } as const;
const STEP = { stage: 'step', phase: 'command', subject: 'command' } as const;

describe('a machine that ended', () => {
  it('is quoted when PID 1 gave up', () => {
    const console =
      "[    1.0] random words\r\nbpfcompat: '/a' could not be put into the guest: No space left\r\n[    2.0] off\r\n";
    const error = machineFailure(machine(console), EXIT, 'run', []);
    expect(error.infraCause).toBe('guest_crash');
    expect(error.message).toBe(
      'the guest ended before its first message (QEMU: exit code 0): it says "\'/a\' could not be put into the guest: No space left"; see serial.log',
    );
  });

  it('is quoted when PID 1 gave up before it could say so to the host', () => {
    const console = 'bpfcompat: the kernel has no driver virtio_pci\r\n[    2.0] reboot: Power down\r\n';
    expect(machineFailure(machine(console), EXIT, 'boot', []).message).toBe(
      'QEMU ended before the guest was up (exit code 0): it says "the kernel has no driver virtio_pci"',
    );
    expect(machineFailure(machine(console, 'qemu: no'), EXIT, 'boot', []).message).toMatch(
      /\(exit code 0\): qemu: no$/,
    );
  });

  it('says what was going on when it gave no reason', () => {
    const error = machineFailure(machine('x bpfcompat: not at the beginning of a line\n'), EXIT, 'run', [STEP]);
    expect(error.message).toBe('the guest ended while the command ran (QEMU: exit code 0); see serial.log');
  });

  it.each([
    ['as the kernel says it', { kind: 'exit', exitCode: null, signal: 'SIGKILL' }, ''],
    ['as a shell says it', { kind: 'exit', exitCode: 137, signal: null }, ''],
    ['as unshare says it', { ...EXIT, exitCode: 1 }, 'unshare: sigprocmask unblock failed: Invalid argument\n'],
  ] as const)('was killed, %s', (_, end, stderr) => {
    const error = machineFailure(machine('', stderr), end, 'run', [STEP]);
    // Not the guest's doing, and so never the object's.
    expect(error.infraCause).toBe('qemu_failed');
    expect(error.message).toBe(
      'QEMU was killed by signal 9 (SIGKILL) while the command ran; most likely memory ran out: run fewer guests at a time (--concurrency), or free some',
    );
  });

  it.each([
    { ...EXIT, exitCode: null, signal: 'SIGXFSZ' },
    { ...EXIT, exitCode: 153 },
  ] as const)('was ended for what it wrote: %j', (end) => {
    const error = machineFailure(machine(''), end, 'run', [STEP]);
    // Nothing is said about the object by it.
    expect(error.infraCause).toBe('no_space');
    expect(error.message).toMatch(
      /^QEMU was ended while the command ran: the guest wrote more to its disk than this machine/,
    );
  });

  it('panicked when the console says so, whatever else it says', () => {
    const error = machineFailure(machine('bpfcompat: x\nKernel panic - not syncing: y\n'), EXIT, 'run', [STEP]);
    expect(error.message).toContain("the guest's kernel panicked while the command ran");
  });
});
