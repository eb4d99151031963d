import { join } from 'node:path';
import { GuestError, type GuestSource, type ImageLane, type Lane } from '../guests/guest.ts';
import type { Lanes } from '../guests/lanes.ts';
import type { Host } from '../host/host.ts';
import type { InfraCause, Outcome, Target } from '../model/cell.ts';
import type { DiskImage } from '../model/disk-image.ts';
import { CancelledError, messageOf } from '../model/errors.ts';
import type { EventListener } from '../model/events.ts';
import type { GuestEntry, GuestFile } from '../model/guest-entry.ts';
import type { Arch, KernelFiles, Profile, TestedKernel } from '../model/kernel.ts';
import type { BroughtBtf } from '../model/kernel-btf.ts';
import { type BtfReader, btfOf, namedBtf, UnusableBtf } from './brought-btf.ts';
import { imageKernel } from './image-kernel.ts';
import { notesOf, plainWords, unverifiedNote } from './kernel-notes.ts';
import type { ModuleSupply, StoredModules } from './module-cells.ts';
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

/** Turns the image that a profile names into a checked disk; `src/kernels` has the real one. */
type ImageSupply = (
  profile: Profile,
  options: Parameters<KernelSupply>[1],
) => Promise<{ readonly image: DiskImage; readonly cached: boolean }>;

/** The shell for commands in guests, as a file for them; `src/kernels` has the real one. */
type ShellSupply = (
  arch: Arch,
  options: { readonly signal: AbortSignal; readonly onNote: (message: string) => void },
) => Promise<GuestEntry>;

export interface RunServices {
  readonly host: Host;
  /**
   * Makes the lanes. `onNote` hears what the user should know although nothing failed; `files` are what the guests of the whole
   * run have in common.
   */
  readonly createLanes: (onNote: (message: string) => void, files: readonly GuestFile[]) => Lanes;
  readonly ensureKernel: KernelSupply;
  /** Absent: no profile has a disk image. */
  readonly ensureImage?: ImageSupply;
  /** Absent: no guest gets modules beyond those of its kernel's boot. */
  readonly ensureModules?: ModuleSupply;
  /** Absent: what is stored of modules is not looked at before a guest misses a name. */
  readonly storedModules?: StoredModules;
  readonly ensureShell: ShellSupply;
  readonly readBtf: BtfReader;
  readonly validator: ValidatorBinary;
}

/**
 * Who gets a free place first. The first cell of a kernel comes before further kernels are warmed up, so that results
 * show early; the other cells come last, so that no kernel is left for the end.
 */
export const PRIORITY = { firstCell: 0, warm: 1, cell: 2 } as const;

/** Where and when the guests of a run may work. */
interface Capacity {
  readonly slots: Slots;
  readonly signal: AbortSignal;
  /** Directory for the logs of guests that no cell has used. */
  readonly logDir: string;
  /** How many cells run on this kernel. */
  readonly cellsOf: (profileId: string) => number;
  /** What its guests have in common. */
  readonly files: readonly GuestFile[];
}

/** Kernels fetched at the same time: more would only share the same line. */
const PARALLEL_FETCHES = 2;

type Prepared =
  | {
      readonly ok: true;
      readonly source: GuestSource;
      readonly record: TestedKernel;
      /** File with the kernel's configuration; undefined where its packages have none, and of a disk image. */
      readonly config: string | undefined;
      /** What the user brings along for a kernel without BTF. */
      readonly btf: BroughtBtf | undefined;
      readonly ms: number;
    }
  | {
      readonly ok: false;
      readonly outcome: Outcome;
      /** The kernel that was found and is not used; absent where there is none. */
      readonly record?: TestedKernel;
      readonly ms: number;
    };

/** What becomes of the cells of a profile that no one has. */
function problemOf({ problem }: Profile): (Outcome & { readonly status: 'infra_error' }) | undefined {
  return problem === undefined ? undefined : { status: 'infra_error', cause: 'profile_invalid', message: problem };
}

/** Adds up the milliseconds at work: waiting for a place is not part of them. */
function stopwatch(host: Host) {
  let ms = 0;
  const timed = async <T>(work: () => Promise<T>): Promise<T> => {
    const started = host.monotonicMs();
    try {
      return await work();
    } finally {
      ms += host.monotonicMs() - started;
    }
  };
  return { timed, ms: () => ms };
}

/** The kernels of a queue, each prepared once. */
export interface PreparedKernels extends AsyncDisposable {
  /** @param target position in the kernels of the queue. @throws CancelledError */
  of(target: number): Promise<Prepared>;
}

/** Starts supply and lane preparation of all kernels; a kernel that cannot be had is an outcome of its cells. */
export function prepareKernels(
  targets: readonly Target[],
  services: RunServices,
  capacity: Capacity,
  emit: EventListener,
  note: (message: string) => void,
): PreparedKernels {
  const lanes = services.createLanes(note, capacity.files);
  const fetches = createSlots(PARALLEL_FETCHES, capacity.signal);
  const context = { services, capacity, emit, note, lanes, fetches };
  const jobs = targets.map((target) => prepare(context, target));
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

/** What the kernels of a queue are prepared with. */
interface Preparation {
  readonly services: RunServices;
  readonly capacity: Capacity;
  readonly emit: EventListener;
  readonly note: (message: string) => void;
  readonly lanes: Lanes;
  readonly fetches: Slots;
}

type Timed = ReturnType<typeof stopwatch>['timed'];

/** Turns a profile into something verified. */
type Supply<T> = (profile: Profile, options: Parameters<KernelSupply>[1]) => Promise<T>;

function fetched<T>(
  { capacity, emit, note, fetches }: Preparation,
  supply: Supply<T>,
  profile: Profile,
  timed: Timed,
): Promise<T> {
  return fetches.use(0, () => {
    emit({ type: 'kernel-start', profile: profile.id });
    const onProgress = (what: string, bytes: number, total: number): void =>
      emit({ type: 'kernel-progress', profile: profile.id, what, bytes, total });
    const onNote = (message: string): void => note(plainWords(message));
    return timed(() => supply(profile, { signal: capacity.signal, onProgress, onNote }));
  });
}

/** What vouches for a profile. */
interface Guests {
  readonly record: TestedKernel;
  readonly cached: boolean;
  readonly config: string | undefined;
  readonly open: () => Promise<GuestSource>;
}

/** The guests of a kernel that is booted alone. */
async function ofKernel(context: Preparation, lane: Lane, profile: Profile, timed: Timed): Promise<Guests> {
  const { services, capacity } = context;
  const { files, cached } = await fetched(context, services.ensureKernel, profile, timed);
  const open = (): Promise<GuestSource> => timed(() => lane.prepare(profile, files, capacity.signal));
  return { record: files.record, cached, config: files.config, open };
}

/** The guests of a whole system, which has to boot before anybody knows its kernel. */
async function ofImage(context: Preparation, lane: ImageLane, profile: Profile, timed: Timed): Promise<Guests> {
  const { services, capacity } = context;
  if (services.ensureImage === undefined) throw new TypeError('a lane takes images, and no supply of them was given');
  const { image, cached } = await fetched(context, services.ensureImage, profile, timed);
  const dir = join(capacity.logDir, profile.id);
  await services.host.files.makeDir(dir);
  const boot = () => timed(() => lane.prepareImage(profile, image, { signal: capacity.signal, dir }));
  const { source, hello } = await capacity.slots.use(PRIORITY.warm, boot);
  const record = imageKernel(profile, image, hello, services.host.now());
  return { record, cached, config: undefined, open: async () => source };
}

function causeOf(error: unknown): InfraCause {
  if (error instanceof UnusableBtf) return 'profile_invalid';
  if (error instanceof GuestError) return error.infraCause;
  return (error as { code?: string }).code === 'no_space' ? 'no_space' : 'kernel_unavailable';
}

async function prepare(context: Preparation, target: Target): Promise<Prepared> {
  const { services, capacity, emit, note, lanes } = context;
  const { profile } = target;
  const { timed, ms } = stopwatch(services.host);
  const failed = (outcome: Outcome & { readonly status: 'infra_error' }, record?: TestedKernel): Prepared => {
    emit({ type: 'kernel-failed', profile: profile.id, message: outcome.message });
    return { ok: false, outcome, ...(record && { record }), ms: ms() };
  };
  const unusable = problemOf(profile);
  if (unusable !== undefined) return failed(unusable);
  for (const one of notesOf(profile)) note(one);
  const chosen = lanes.of(profile);
  if ('unavailable' in chosen)
    return { ok: false, outcome: { status: 'skipped', reason: chosen.unavailable }, ms: ms() };
  try {
    const named = await namedBtf(services.readBtf, profile, capacity.signal);
    const { lane } = chosen;
    const guests =
      'prepareImage' in lane ? ofImage(context, lane, profile, timed) : ofKernel(context, lane, profile, timed);
    const { record, cached, config, open } = await guests;
    if (record.vouched.by === 'nobody') note(unverifiedNote(profile, record));
    const wrong = wrongKernel(profile, record);
    if (wrong !== undefined) return failed({ status: 'infra_error', cause: 'wrong_kernel', message: wrong }, record);
    const btf = await btfOf(profile, named, record.release, note);
    const source = await open();
    emit({ type: 'kernel-ready', profile: profile.id, record, cached, ms: ms() });
    await prewarm(source, target, services.host, capacity, timed);
    return { ok: true, source, record, config, btf, ms: ms() };
  } catch (error) {
    if (capacity.signal.aborted) throw new CancelledError('cancelled', { cause: error });
    return failed({ status: 'infra_error', cause: causeOf(error), message: plainWords(messageOf(error)) });
  }
}

/** Makes the VM snapshot of a kernel before its cells need it; one cell alone makes it on its way. */
async function prewarm(
  source: GuestSource,
  { profile, timeoutMs }: Target,
  host: Host,
  { slots, signal, logDir, cellsOf }: Capacity,
  timed: Timed,
): Promise<void> {
  if (source.warm === undefined || cellsOf(profile.id) <= 1) return;
  const dir = join(logDir, profile.id);
  await host.files.makeDir(dir);
  const options = { signal, bootTimeoutMs: timeoutMs, dir };
  await slots.use(PRIORITY.warm, () => timed(async () => source.warm?.(options)));
}
