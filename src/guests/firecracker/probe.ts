import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Host } from '../../host/host.ts';
import { HostError, messageOf, throwIfCancelled } from '../../model/errors.ts';
import { KVM_DEVICE } from '../qemu/kvm-access.ts';
import type { Sandbox } from '../qemu/sandbox.ts';
import type { Firecracker } from './find-firecracker.ts';
import { PROBE_WORDS, probeKernel } from './probe-guest.ts';
import { bootRequests } from './requests.ts';
import { startVmm } from './vmm.ts';

/** A machine that runs needs 0.2 s. */
const PROBE_MS = 10_000;
const POLL_MS = 10;
const MEMORY_MB = 128;
const MAX_WORDS = 300;

/**
 * Boots a guest of some bytes: a device that opens, and creates a machine, has been seen to hang every guest.
 * @throws HostError `kvm_unusable` with the reason and what to do; CancelledError
 */
export async function tryFirecracker(
  host: Host,
  firecracker: Firecracker,
  sandbox: Sandbox,
  signal: AbortSignal,
): Promise<void> {
  throwIfCancelled(signal);
  await using dir = await host.files.tempDir('bpfcompat-fcprobe-');
  const kernel = join(dir.path, 'kernel');
  await host.files.writeAtomic(kernel, probeKernel());
  await host.files.setMode(kernel, 0o644);
  await using vmm = await startVmm(host, { firecracker, sandbox });
  const { machine } = vmm;
  const requests = bootRequests({
    ...{ memoryMb: MEMORY_MB, cpus: 1, kernel: await vmm.place(kernel, 'vmlinux'), initrd: undefined },
    kernelArgs: ['reboot=k'],
  });
  const failure = await vmm.send(requests).then(
    () => undefined,
    (error: unknown) => messageOf(error),
  );
  const until = host.monotonicMs() + PROBE_MS;
  const ran = (): boolean => machine.console.text().includes(PROBE_WORDS);
  let ended = false;
  void machine.ended.then(() => {
    ended = true;
  });
  while (failure === undefined && !ran() && !ended && host.monotonicMs() < until) {
    throwIfCancelled(signal);
    await sleep(POLL_MS);
  }
  if (ran()) return;
  const last = machine.stderr.tail(MAX_WORDS).trim() || (await vmm.log()).trim().slice(-MAX_WORDS);
  const hung = `a guest printed nothing within ${PROBE_MS / 1000} s`;
  const words = failure ?? (ended ? `it ended before its guest ran: ${last}` : hung);
  throw new HostError('kvm_unusable', `Firecracker runs no guest here (${words}); ${await remedy(host)}`);
}

async function remedy(host: Host): Promise<string> {
  const usual = 'or use the direct lane, which emulates';
  if ((await host.files.stat(KVM_DEVICE)) === undefined)
    return `there is no ${KVM_DEVICE} on this machine: run on one that has KVM, ${usual}`;
  const open = await host.run('sh', ['-c', `exec 3<>${KVM_DEVICE}`], { cwd: '/' });
  if (open.exitCode !== 0) return `${KVM_DEVICE} may not be opened by this user: join the group kvm, ${usual}`;
  return `KVM opens and does not work here, as in many nested machines: run on another machine, ${usual}`;
}
