// What goes wrong with Firecracker, by the name that a test gives it.
export const FAULTS = {
  // No device.
  'no-kvm': {
    start: () =>
      'Cannot start microvm due to error: Error creating KVM object: No such file or directory (os error 2) (/dev/kvm)',
  },
  // A device that opens, and no guest runs.
  hangs: { start: () => undefined },
  // Guests boot and are saved, and no copy of one starts.
  'no-restore': {
    load: () =>
      'Load snapshot error: Failed to restore from snapshot: Failed to build microVM from snapshot: Failed to restore microVM state: Failed to set KVM vm clock: Invalid argument (os error 22)',
  },
  // A program that ends before it has its socket.
  dies: {
    early: () => {
      process.stderr.write('Error: FailedToBindSocket: Permission denied\n');
      process.exit(1);
    },
  },
};
