import type { Host } from '../../host/host.ts';
import type { Arch } from '../../model/kernel.ts';
import { type Accel, chooseAccel } from './accel.ts';
import { findQemu, type Qemu } from './find-qemu.ts';
import { detectSandbox, type Sandbox } from './sandbox.ts';

/** What this machine can do with QEMU for guests of one architecture. */
export interface QemuHost {
  readonly qemu: Qemu;
  readonly sandbox: Sandbox;
  readonly accel: Accel;
}

/**
 * Looks for QEMU, tries the sandbox layers and the accelerator.
 * @throws HostError without a usable QEMU, UsageError for a bad `BPFCOMPAT_ACCEL`, CancelledError.
 */
export async function prepareQemu(host: Host, arch: Arch, cacheDir: string, signal: AbortSignal): Promise<QemuHost> {
  const sandbox = await detectSandbox(host, signal);
  const qemu = await findQemu(host, arch, signal, sandbox);
  const chosen = await chooseAccel(host, { arch, qemu, sandbox, cacheDir, signal });
  return { qemu, ...chosen };
}
