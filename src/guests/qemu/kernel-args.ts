import type { Arch } from '../../model/kernel.ts';
import { MACHINES } from './machines.ts';

/**
 * The command line of the kernels of our guests. Only what does not change how BPF behaves: no mitigation, LSM, address layout or
 * subsystem that a user's machine has is switched off.
 *
 * Measured under TCG with one CPU, CPU time from starting QEMU to hello, kernels 5.10 to 7.3: `cryptomgr.notests` saves
 * 0.2 to 0.6 s of the kernel's self-tests, `noreplace-smp` 0.05 to 0.1 s. Tried and left out because they gain nothing:
 * tsc=reliable, no_timer_check, nokaslr, mitigations=off, less memory. `acpi=off` would save another 0.05 to 0.2 s, and
 * give a machine that no user has. A second CPU costs 0.2 to 0.3 s.
 */
const KERNEL_ARGS: readonly string[] = [
  'quiet',
  'panic=-1',
  'cryptomgr.notests',
  // Grace periods end sooner: attaching waits for some of them.
  'rcupdate.rcu_expedited=1',
];

/** The arguments for every guest of an architecture. */
export function guestKernelArgs(arch: Arch): readonly string[] {
  return [...KERNEL_ARGS, ...MACHINES[arch].kernelArgs];
}

/**
 * For a guest that will be saved for several cells: the kernel hands it to PID 1 as a variable, which then reads the
 * kernel's names ahead. That costs more than a boot should (0.7 to 1.6 s under TCG), but is there for all copies of the
 * guest (docs/guest-protocol.md).
 */
export const NAMED_GUEST_ARG = 'bpfcompat_saved=1';

/**
 * For a guest that will be saved with loaders in it: they are started before, read what they need of the kernel, and wait for
 * their objects.
 */
export const WAITING_LOADERS_ARG = 'bpfcompat_loaders=1';
