import type { Host } from '../../host/host.ts';
import { KVM_DEVICE } from '../qemu/kvm-access.ts';

/** What to do on a machine where Firecracker runs no guest. */
export async function kvmRemedy(host: Host): Promise<string> {
  const usual = 'or use the direct lane, which emulates';
  if ((await host.files.stat(KVM_DEVICE)) === undefined)
    return `there is no ${KVM_DEVICE} on this machine: run on one that has KVM, ${usual}`;
  const open = await host.run('sh', ['-c', `exec 3<>${KVM_DEVICE}`], { cwd: '/' });
  if (open.exitCode !== 0) return `${KVM_DEVICE} may not be opened by this user: join the group kvm, ${usual}`;
  return `KVM opens and does not work here, as in many nested machines: run on another machine, ${usual}`;
}
