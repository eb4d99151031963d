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
}

/** What a kernel source hands over. */
export interface FetchedKernel {
  readonly kernel: UnpackedKernel;
  readonly package: {
    readonly name: string;
    readonly version: string;
    readonly archive: string;
    readonly suite: string;
    readonly files: { name: string; version: string; sha256: string; signer?: string }[];
  };
}

/** How a long fetch tells what it is doing. */
export interface FetchListener {
  readonly signal: AbortSignal | undefined;
  /** `total` 0: not known yet. */
  readonly onProgress: (what: string, bytes: number, total: number) => void;
  readonly onNote: (message: string) => void;
}
