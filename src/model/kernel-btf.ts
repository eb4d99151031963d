/** BTF of a kernel as the user brings it along, for a kernel that has none. */
export interface KernelBtf {
  /** Absolute path of the file that it was read from. */
  readonly path: string;
  /** Raw BTF, as /sys/kernel/btf/vmlinux has it. */
  readonly bytes: Uint8Array;
  /** Of these bytes. */
  readonly sha256: string;
}

/** The user's directory has no BTF for a kernel: why, and what it has. */
interface NoBtf {
  readonly none: string;
}

/** What the user brings along for one kernel. */
export type BroughtBtf = KernelBtf | NoBtf;

/** BTF out of a directory, by `uname -r` of a kernel. */
export type BtfByRelease = (release: string) => Promise<BroughtBtf>;

/** What BTF of the user had to do with one cell. */
export type CellBtf = Pick<KernelBtf, 'path' | 'sha256'> & { readonly sizeBytes: number } & (
    | {
        readonly used: true;
        /** What the same kernel says of the object without it. */
        readonly without: { readonly status: string; readonly failedStage?: string; readonly code?: string };
      }
    | {
        readonly used: false;
        /** `kernel_has_btf`, `no_core_relocations` in the object, or `no_answer` of the guest. */
        readonly reason: 'kernel_has_btf' | 'no_core_relocations' | 'no_answer';
      }
  );
