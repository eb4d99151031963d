import { join } from 'node:path';
import type { GuestSource } from '../guests/guest.ts';
import type { Lanes } from '../guests/lanes.ts';
import type { Host } from '../host/host.ts';
import type { InfraCause, Outcome, Target } from '../model/cell.ts';
import { CancelledError, messageOf } from '../model/errors.ts';
import type { EventListener } from '../model/events.ts';
import type { GuestEntry } from '../model/guest-entry.ts';
import type { KernelFiles, KernelRecord, Profile } from '../model/kernel.ts';
import { chosenKeys, isLocal } from '../model/kernel-source.ts';
import { overrideNote } from '../report/override-note.ts';
import { wrongKernel } from './right-kernel.ts';
import { createSlots, type Slots } from './slots.ts';
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

/** The shell for commands in guests, as a file for them; `src/kernels` has the real one. */
type ShellSupply = (options: {
  readonly signal: AbortSignal;
  readonly onNote: (message: string) => void;
}) => Promise<GuestEntry>;

export interface RunServices {
  readonly host: Host;
  /** Makes the lanes; `onNote` hears what the user should know although nothing failed. */
  readonly createLanes: (onNote: (message: string) => void) => Lanes;
  readonly ensureKernel: KernelSupply;
  readonly ensureShell: ShellSupply;
  readonly validator: ValidatorBinary;
}

/**
 * Who gets a free place first. The first cell of a kernel comes before further kernels are warmed up, so that results
 * show early; the other cells come last, so that no kernel is left for the end.
 */
export const RANKS = { firstCell: 0, warm: 1, cell: 2 } as const;

/** Where and when the guests of a run may work. */
export interface Places {
  readonly slots: Slots;
  readonly signal: AbortSignal;
  /** Directory for the logs of guests that no cell has asked. */
  readonly logDir: string;
  /** How many cells ask this kernel. */
  readonly cellsOf: (profileId: string) => number;
}

/** Kernels fetched at the same time: more would only share the same line. */
const PARALLEL_FETCHES = 2;

export type Prepared =
  | { readonly ok: true; readonly source: GuestSource; readonly record: KernelRecord; readonly ms: number }
  | {
      readonly ok: false;
      readonly outcome: Outcome;
      /** The kernel that was found and is not used; absent where there is none. */
      readonly record?: KernelRecord;
      readonly ms: number;
    };

/** What becomes of the cells of a profile that nobody has. */
function problemOf({ problem }: Profile): (Outcome & { readonly status: 'infra_error' }) | undefined {
  return problem === undefined ? undefined : { status: 'infra_error', cause: 'profile_invalid', message: problem };
}

/** Says whose keys vouch for packages where a file of the repository chose them. */
function keyringNote({ id, file, kernel }: Profile): string | undefined {
  const keys = kernel && chosenKeys(kernel);
  if (keys === undefined) return undefined;
  return `profile ${id}: its packages are checked with the keys in ${keys}, as ${file} says`;
}

/** Says what was booted where nobody vouches for it. */
function unverifiedNote({ id, kernel }: Profile, { release, package: { archive, files } }: KernelRecord): string {
  const what = kernel !== undefined && isLocal(kernel) ? 'a local file, unverified' : 'unverified';
  return `kernel ${id} is ${release} from ${archive}, ${what} (sha256 ${files[0]?.sha256 ?? 'unknown'})`;
}

/** Starts supply and lane preparation of all kernels; a kernel that cannot be had is an outcome of its cells. */
export function prepareKernels(
  targets: readonly Target[],
  services: RunServices,
  places: Places,
  emit: EventListener,
  note: (message: string) => void,
): { of(target: number): Promise<Prepared> } & AsyncDisposable {
  const { host } = services;
  const { signal, slots } = places;
  const lanes = services.createLanes(note);
  const fetches = createSlots(PARALLEL_FETCHES, signal);

  async function prepare({ profile, timeoutMs }: Target): Promise<Prepared> {
    // Time at work; waiting for a place is not part of it.
    let ms = 0;
    const timed = async <T>(work: () => Promise<T>): Promise<T> => {
      const started = host.monotonicMs();
      try {
        return await work();
      } finally {
        ms += host.monotonicMs() - started;
      }
    };
    const unusable = problemOf(profile);
    if (unusable !== undefined) {
      emit({ type: 'kernel-failed', profile: profile.id, message: unusable.message });
      return { ok: false, outcome: unusable, ms };
    }
    if (profile.note !== undefined) note(profile.note);
    if (profile.replaces !== undefined) note(overrideNote(profile));
    const keys = keyringNote(profile);
    if (keys !== undefined) note(keys);
    const chosen = lanes.of(profile);
    if ('unavailable' in chosen) return { ok: false, outcome: { status: 'skipped', reason: chosen.unavailable }, ms };
    try {
      const { files, cached } = await fetches.use(0, () => {
        emit({ type: 'kernel-start', profile: profile.id });
        const onProgress = (what: string, bytes: number, total: number): void =>
          emit({ type: 'kernel-progress', profile: profile.id, what, bytes, total });
        return timed(() => services.ensureKernel(profile, { signal, onProgress, onNote: note }));
      });
      const { record } = files;
      if (record.vouched.by === 'nobody') note(unverifiedNote(profile, record));
      const wrong = wrongKernel(profile, record);
      if (wrong !== undefined) {
        emit({ type: 'kernel-failed', profile: profile.id, message: wrong });
        return { ok: false, outcome: { status: 'infra_error', cause: 'wrong_kernel', message: wrong }, record, ms };
      }
      const source = await timed(() => chosen.lane.prepare(profile, files, signal));
      emit({ type: 'kernel-ready', profile: profile.id, record, cached, ms });
      if (source.warm && places.cellsOf(profile.id) > 1) {
        const dir = join(places.logDir, profile.id);
        await host.files.makeDir(dir);
        const options = { signal, bootTimeoutMs: timeoutMs, dir };
        await slots.use(RANKS.warm, () => timed(async () => source.warm?.(options)));
      }
      return { ok: true, source, record, ms };
    } catch (error) {
      if (signal.aborted) throw new CancelledError('cancelled', { cause: error });
      const cause: InfraCause = (error as { code?: string }).code === 'no_space' ? 'no_space' : 'kernel_unavailable';
      emit({ type: 'kernel-failed', profile: profile.id, message: messageOf(error) });
      return { ok: false, outcome: { status: 'infra_error', cause, message: messageOf(error) }, ms };
    }
  }

  const jobs = targets.map(prepare);
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
