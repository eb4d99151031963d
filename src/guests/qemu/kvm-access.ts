import type { Host } from '../../host/host.ts';
import { throwIfCancelled } from '../../model/errors.ts';
import { type Sandbox, withoutOwnUid, wrap } from './sandbox.ts';
import { toolEnv } from './tool-env.ts';

export const KVM_DEVICE = '/dev/kvm';

/** What may be around a QEMU that uses KVM, the strongest first; in the first it may need a group. */
export function kvmSandboxes(sandbox: Sandbox): readonly [Sandbox, Sandbox] {
  return [sandbox, withoutOwnUid(sandbox)];
}

/**
 * The strongest sandbox in which /dev/kvm opens for reading and writing: with the device's group kept, else without a
 * uid of its own. Undefined when this user may not open it at all.
 */
export async function sandboxForKvm(host: Host, sandbox: Sandbox, signal: AbortSignal): Promise<Sandbox | undefined> {
  const group = await groupOf(host, signal);
  const [strongest, other] = kvmSandboxes(sandbox);
  for (const candidate of [{ ...strongest, group }, other]) {
    const { command, args } = wrap(candidate, 'sh', ['-c', `exec 3<>${KVM_DEVICE}`], { files: [] });
    const open = await host.run(command, args, { env: toolEnv(host), cwd: '/', timeoutMs: 10_000, signal });
    throwIfCancelled(signal);
    if (open.exitCode === 0) return candidate;
  }
  return undefined;
}

async function groupOf(host: Host, signal: AbortSignal): Promise<number | undefined> {
  const stat = await host.run('stat', ['-c', '%g', KVM_DEVICE], { env: toolEnv(host), cwd: '/', signal });
  const group = stat.exitCode === 0 ? Number.parseInt(stat.stdout.toString(), 10) : Number.NaN;
  return Number.isSafeInteger(group) ? group : undefined;
}
