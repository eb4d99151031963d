const KVM_ERRORS =
  /KVM internal error|KVM: entry failed|kvm run failed|kvm_buf_set_msrs|failed to set MSR|failed to initialize kvm|Could not access KVM kernel module|kvm_init_vcpu failed|ioctl\(KVM_[A-Z_]+\) failed|error: kvm/i;

/**
 * The line of QEMU's stderr that says KVM gave up, if any. QEMU may stay alive after such a message, its guest stopped
 * for good.
 */
export function kvmErrorLine(stderr: string): string | undefined {
  return stderr.split('\n').find((line) => KVM_ERRORS.test(line));
}
