import type { GuestFacts, InfraCause } from '../model/cell.ts';
import type { DiskImage } from '../model/disk-image.ts';
import type { Evidence, Hello, Stage } from '../model/evidence.ts';
import type { GuestEntry } from '../model/guest-entry.ts';
import type { KernelFiles, Profile } from '../model/kernel.ts';
import type { ValidationRequest } from '../protocol/request.ts';

/**
 * A lane knows how to turn a kernel into guests. `prepare` does what the kernel alone needs (initramfs; later a
 * template), `open` gives a guest that nothing else has touched.
 */
export interface Lane {
  readonly name: string;
  /** Why this lane cannot run the profile on this host; undefined when it can. */
  unavailable(profile: Profile): string | undefined;
  prepare(profile: Profile, files: KernelFiles, signal: AbortSignal): Promise<GuestSource>;
}

/** A lane that knows how to turn a vendor's disk image into guests. */
export interface ImageLane extends Pick<Lane, 'name' | 'unavailable'> {
  /**
   * Boots the system of the image, once per machine and image: only then is it known which kernel it has.
   * @throws GuestError when it does not come up
   */
  prepareImage(
    profile: Profile,
    image: DiskImage,
    options: Omit<OpenOptions, 'fresh' | 'bootTimeoutMs'>,
  ): Promise<ImageGuests>;
}

export interface ImageGuests {
  readonly source: GuestSource;
  readonly hello: Hello;
}

export interface GuestSource extends AsyncDisposable {
  readonly facts: GuestFacts;
  /** What its guests have from their boot and need not be sent; absent: nothing. */
  readonly files?: readonly GuestEntry[];
  /** true: booting from nothing has a time limit of its own, and takes nothing of a cell's. */
  readonly bootsApart?: true;
  /**
   * Does once what helps all of several cells (a template that has read ahead what they may need). One cell alone is
   * better off without. Never throws but CancelledError.
   */
  readonly warm?: (options: OpenOptions) => Promise<void>;
  /**
   * Boots a fresh guest and resolves once it said hello.
   * @throws GuestError when it never did; `signal` and dispose end the guest on every path.
   */
  open(options: OpenOptions): Promise<Guest>;
}

export interface OpenOptions {
  readonly signal: AbortSignal;
  /** true: boot from nothing, whatever could be restored. */
  readonly fresh?: boolean;
  /** Milliseconds until hello. */
  readonly bootTimeoutMs: number;
  /** Directory for the evidence files of this guest (serial.log, qemu.log); it exists. */
  readonly dir: string;
}

export interface Guest extends AsyncDisposable {
  readonly hello: Hello;
  readonly bootMs: number;
  /** true: a copy of a saved guest, or that guest itself; false: booted from nothing. */
  readonly restored: boolean;
  /** Layers around this very QEMU, as the report calls them. */
  readonly sandboxLayers: readonly string[];
  /**
   * Runs one request. Resolves with all evidence, also when the validator in the guest crashed or timed out.
   * @throws GuestError when no complete result came (crash of the guest, time-out, protocol violation); the error
   * carries what was recorded until then.
   */
  run(request: GuestRequest, options: RequestOptions): Promise<Evidence>;
  /** What the console printed so far: head and tail, bounded, control characters removed. */
  console(): string;
}

/** What a guest is to do with one artifact. */
export type GuestRequest = ValidationRequest;

/** Where stages go as they come, so that a guest that says much does not fill the memory. */
export interface StageSink {
  /**
   * @param line the stage as a line of JSON, where one was made already
   * @returns what is kept of the stage in memory, and stands in the evidence
   */
  take(stage: Stage, line?: Uint8Array): Stage;
  /** Resolves when there is room for more; undefined when there is now. A rejection ends the request with its error. */
  room(): Promise<void> | undefined;
}

export interface RequestOptions {
  readonly signal: AbortSignal;
  /** Milliseconds for the whole result, seen from the host. */
  readonly timeoutMs: number;
  /** Hears every stage as it came. */
  readonly onStage: (stage: Stage) => void;
  /** Absent: every stage is kept whole. */
  readonly sink?: StageSink;
}

/** A guest that gave no usable result. Becomes an `infra_error` outcome, or a finding where the object is to blame. */
export class GuestError extends Error {
  readonly infraCause: InfraCause;
  /** Stages recorded before it happened. */
  readonly stages: readonly Stage[];
  readonly consoleTail: string;

  constructor(
    cause: InfraCause,
    message: string,
    options: { stages?: readonly Stage[]; consoleTail?: string; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'GuestError';
    this.infraCause = cause;
    this.stages = options.stages ?? [];
    this.consoleTail = options.consoleTail ?? '';
  }
}
