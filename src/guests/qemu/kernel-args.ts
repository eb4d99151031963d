/**
 * What our guests tell their kernel. Only what does not change how BPF behaves: no mitigation, LSM, address layout or
 * subsystem that a user's machine has is switched off.
 *
 * Measured under TCG (start of QEMU to hello): `cryptomgr.notests` saves 0.3 s (5.10) to 0.6 s (7.3) of self-tests,
 * `quiet` some 0.1 s. Tried and left out because they gain nothing here: tsc=reliable, no_timer_check, nokaslr,
 * mitigations=off, less memory. `acpi=off` would save another 0.2 s, and a machine no user has.
 */
export const GUEST_KERNEL_ARGS: readonly string[] = [
  'quiet',
  'panic=-1',
  'cryptomgr.notests',
  // Grace periods end sooner: attaching waits for some of them.
  'rcupdate.rcu_expedited=1',
];
