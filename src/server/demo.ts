import { join } from 'node:path';
import { prepareQemu } from '../guests/qemu/qemu-host.ts';
import type { Host } from '../host/host.ts';
import { storeRoot } from '../kernels/store-root.ts';
import { HostError } from '../model/errors.ts';
import { option, phrase } from '../model/wording.ts';
import type { JobRecord } from './job.ts';
import type { Services } from './services.ts';

/** How long the public demo keeps what unknown users sent. */
const KEEP_MS = 24 * 60 * 60 * 1000;
const LOOK_MS = 10 * 60 * 1000;

/** Untrusted programs run in guests of hardware virtualization, whose QEMU is confined. @throws HostError */
export async function checkDemoMachine(host: Host): Promise<void> {
  const { accel, sandbox } = await prepareQemu(host, host.arch, storeRoot(host.env), new AbortController().signal);
  if (accel.accel !== 'kvm')
    throw new HostError('kvm_missing', phrase`${option('public-demo')} needs KVM: ${accel.reason}`);
  if (!sandbox.layers.includes('namespaces'))
    throw new HostError(
      'sandbox_missing',
      phrase`${option('public-demo')} needs namespaces for QEMU; see 'bpfcompat doctor'`,
    );
}

/** The demo keeps what began later (ms since 1970). */
export const keptSince = (now: Date): number => now.getTime() - KEEP_MS;

/** Removes the run of a job with it: no one would come to remove it later. */
export async function removeRun(
  { host, settings }: Pick<Services, 'host' | 'settings'>,
  { run_id: run }: JobRecord,
): Promise<void> {
  if (run) await host.files.remove(join(settings.workdir, 'runs', run));
}

/** Removes jobs of the demo, and so their runs, once they are old. @returns what ends that */
export function startExpiry({ jobs, host, log }: Pick<Services, 'jobs' | 'host' | 'log'>): () => void {
  const look = async (): Promise<void> => {
    await jobs.forget(({ created_at: at }) => !(Date.parse(at) > keptSince(host.now())));
  };
  const timer = setInterval(() => {
    look().catch((error: unknown) => log('error', 'old runs could not be removed', { error: String(error) }));
  }, LOOK_MS);
  timer.unref();
  return () => clearInterval(timer);
}
