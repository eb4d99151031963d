import { createHash } from 'node:crypto';
import type { Host } from '../../host/host.ts';

/** Everything that a saved guest depends on: a change of any of it makes another template. */
export interface TemplateInputs {
  /** Arguments of QEMU, without paths that stand for contents and without what is read ahead. */
  readonly argv: readonly string[];
  /** Version line of QEMU, which names the distro's build too. */
  readonly qemuBuild: string;
  readonly vmlinuzSha256: string;
  /** Digest of the initramfs: validator, modules and configuration are inside. */
  readonly initramfsSha256: string;
  /** Model of the host's processor where the guest runs on it (KVM); empty for TCG. */
  readonly hostCpu: string;
}

/**
 * Raised when the files of a template mean something else than before.
 * A CPU model with fewer features is accepted by QEMU and then hangs, so the key must not leave anything out.
 */
const FORMAT = 5;

/** Name of the template's directory: hex, 32 digits. */
export function templateKey(inputs: TemplateInputs): string {
  const text = JSON.stringify([
    FORMAT,
    inputs.argv,
    inputs.qemuBuild,
    inputs.vmlinuzSha256,
    inputs.initramfsSha256,
    inputs.hostCpu,
  ]);
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

const MAX_CPUINFO = 16 * 1024 * 1024;

/** What distinguishes this processor from others, for guests that run on it directly; empty under TCG, which emulates its own. */
export async function hostCpu(host: Host, accel: 'kvm' | 'tcg'): Promise<string> {
  if (accel === 'tcg') return '';
  const text = (await host.files.read('/proc/cpuinfo', MAX_CPUINFO)).toString('utf8');
  return text
    .split('\n')
    .filter((line) => /^(?:vendor_id|cpu family|model|stepping|microcode|flags)\b/.test(line))
    .slice(0, 7)
    .join(' ');
}
