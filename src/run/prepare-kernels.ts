import type { GuestSource, Lane } from '../guests/guest.ts';
import type { Host } from '../host/host.ts';
import type { InfraCause, Outcome, Target } from '../model/cell.ts';
import { CancelledError, messageOf } from '../model/errors.ts';
import type { EventListener } from '../model/events.ts';
import type { KernelFiles, KernelRecord, Profile } from '../model/kernel.ts';
import { createSlots } from './slots.ts';
import type { ValidatorBinary } from './validator-binary.ts';

/** Turns a profile into verified kernel files; `src/kernels` is the real one. */
export type KernelSupply = (
  profile: Profile,
  options: {
    readonly signal: AbortSignal;
    readonly onProgress: (what: string, bytes: number, total: number) => void;
    readonly onNote: (message: string) => void;
  },
) => Promise<{ readonly files: KernelFiles; readonly cached: boolean }>;

export interface RunServices {
  readonly host: Host;
  readonly lane: Lane;
  readonly ensureKernel: KernelSupply;
  readonly validator: ValidatorBinary;
}

/** Kernels fetched at the same time: more would only share the same line. */
const PARALLEL_FETCHES = 2;

export type Prepared =
  | { readonly ok: true; readonly source: GuestSource; readonly record: KernelRecord; readonly ms: number }
  | { readonly ok: false; readonly outcome: Outcome; readonly ms: number };

/** Starts supply and lane preparation of all kernels; a kernel that cannot be had is an outcome of its cells. */
export function prepareKernels(
  targets: readonly Target[],
  services: RunServices,
  signal: AbortSignal,
  emit: EventListener,
  note: (message: string) => void,
): { of(target: number): Promise<Prepared> } & AsyncDisposable {
  const { host, lane } = services;
  const fetches = createSlots(PARALLEL_FETCHES, signal);

  async function prepare(profile: Profile): Promise<Prepared> {
    const started = host.monotonicMs();
    const elapsed = (): number => host.monotonicMs() - started;
    const reason = lane.unavailable(profile);
    if (reason !== undefined) return { ok: false, outcome: { status: 'skipped', reason }, ms: 0 };
    try {
      const { files, cached } = await fetches.use(async () => {
        emit({ type: 'kernel-start', profile: profile.id });
        return services.ensureKernel(profile, {
          signal,
          onProgress: (what, bytes, total) =>
            emit({ type: 'kernel-progress', profile: profile.id, what, bytes, total }),
          onNote: note,
        });
      });
      const source = await lane.prepare(profile, files, signal);
      emit({ type: 'kernel-ready', profile: profile.id, record: files.record, cached, ms: elapsed() });
      return { ok: true, source, record: files.record, ms: elapsed() };
    } catch (error) {
      if (signal.aborted) throw new CancelledError('cancelled', { cause: error });
      const cause: InfraCause = (error as { code?: string }).code === 'no_space' ? 'no_space' : 'kernel_unavailable';
      emit({ type: 'kernel-failed', profile: profile.id, message: messageOf(error) });
      return { ok: false, outcome: { status: 'infra_error', cause, message: messageOf(error) }, ms: elapsed() };
    }
  }

  const jobs = targets.map(({ profile }) => prepare(profile));
  // Awaited by the cells; without this a cancelled run would report the others as unhandled.
  for (const job of jobs) job.catch(() => {});
  return {
    of: (target) => jobs[target] as Promise<Prepared>,
    async [Symbol.asyncDispose]() {
      for (const job of await Promise.allSettled(jobs)) {
        if (job.status === 'fulfilled' && job.value.ok) await job.value.source[Symbol.asyncDispose]();
      }
    },
  };
}
