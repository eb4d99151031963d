import type { Arch } from '../../model/kernel.ts';
import type { Packing } from '../sources/rpm/chunks.ts';

/** What a kernel image says: a bzImage in its head (Documentation/arch/x86/boot.rst), a vmlinux, an Image for arm64. */
export interface KernelImage {
  readonly arch: Arch;
  /** `uname -r`. */
  readonly release: string;
  /** Where the kernel lies in the file, mostly packed; undefined in images of boot protocols before 2.08. */
  readonly payload: Payload | undefined;
}

export interface Payload {
  readonly offset: number;
  readonly size: number;
  /** Absent: as its first bytes say. */
  readonly packing?: Packing;
}
