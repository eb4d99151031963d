import type { KernelRecord } from '../model/kernel.ts';
import type { Signer } from './sources/signer.ts';

/** A kernel as it lies in unpacked packages: absolute paths in a directory that is thrown away after the fetch. */
export interface UnpackedKernel {
  /** `uname -r`. */
  readonly release: string;
  readonly vmlinuz: string;
  readonly config: string | undefined;
  /** The packages' list of what is built into the kernel. */
  readonly modulesBuiltin: string | undefined;
  /** Every module, possibly compressed (`.ko`, `.ko.xz`, `.ko.zst`, `.ko.gz`). */
  readonly modules: readonly string[];
  /** Makes the file of one of `modules`, where they are not files yet. Absent where all of them are. */
  readonly placeModule?: (path: string) => Promise<void>;
  /** What to do where one that guests need is missing; without it another package is the result. */
  readonly remedy?: string;
}

/** What a kernel source hands over. */
export interface FetchedKernel {
  readonly kernel: UnpackedKernel;
  readonly package: {
    readonly name: string;
    readonly version: string;
    readonly archive: string;
    readonly suite: string;
    readonly files: { name: string; version: string; sha256: string; signer?: string; url?: string }[];
    readonly signer?: Signer;
  };
  /** See `KernelRecord.tree`. */
  readonly tree?: string;
  /** Who vouches for the bytes; absent where that is whoever signed the packages, or a pin of the profile. */
  readonly vouched?: KernelRecord['vouched']['by'];
}

/** How a long fetch reports what it is doing. */
export interface FetchListener {
  readonly signal: AbortSignal | undefined;
  /** `total` 0: not known yet. */
  readonly onProgress: (what: string, bytes: number, total: number) => void;
  readonly onNote: (message: string) => void;
}
