import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Host } from '../../host/host.ts';
import { HostError, messageOf, throwIfCancelled } from '../../model/errors.ts';
import type { Sandbox } from '../qemu/sandbox.ts';
import type { Firecracker } from './find-firecracker.ts';
import { kvmRemedy } from './kvm-remedy.ts';
import { PROBE_WORDS, probeKernel } from './probe-guest.ts';
import { type ApiRequest, bootRequests } from './requests.ts';
import { startVmm, type Vmm } from './vmm.ts';

/** A machine that runs needs 0.2 s. */
const PROBE_MS = 10_000;
const POLL_MS = 10;
const DYING_MS = 500;
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
  const failure = await sentUnless(signal, vmm, requests);
  // A guest of some bytes may be done, and its machine gone, before the response to its start was read.
  if (failure !== undefined) await Promise.race([machine.ended, sleep(DYING_MS)]);
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
  throw new HostError('kvm_unusable', `Firecracker runs no guest here (${words}); ${await kvmRemedy(host)}`);
}

/** Sends the requests; an abort ends the machine, as one that hangs takes its time. @returns what went wrong */
async function sentUnless(signal: AbortSignal, vmm: Vmm, requests: readonly ApiRequest[]): Promise<string | undefined> {
  const stop = (): void => void vmm.machine.stop();
  signal.addEventListener('abort', stop, { once: true });
  const failure = await vmm.send(requests).then(
    () => undefined,
    (error: unknown) => messageOf(error),
  );
  signal.removeEventListener('abort', stop);
  throwIfCancelled(signal);
  return failure;
}
