import type { Vouched } from './kernel.ts';
import type { Phrase } from './wording.ts';

/** What the `image:` block of a profile names. */
export interface ImageSource {
  /** Where it is downloaded from; undefined for one that somebody put there. */
  readonly url: string | undefined;
  /** File of this machine that is used where it is there. */
  readonly path: string | undefined;
  /** Hex; of the file as it is downloaded, packed or not. */
  readonly sha256: string | undefined;
  /** Address of a list with its digest (SHA256SUMS, CHECKSUM), and of a detached signature of that list. */
  readonly checksums?: string | undefined;
  readonly signature?: string | undefined;
  /** Who may sign the list: names of keys, or paths of key files; absent: it is not signed. */
  readonly gpgkey?: readonly string[] | undefined;
  /** The lock that says `sha256`: place in its file, and what to do where the image is another one; absent: the profile does. */
  readonly lock?: { readonly origin: string; readonly remedy: Phrase } | undefined;
  /** A lock is required and has no digest of it: why it must not be used. */
  readonly notLocked?: Phrase | undefined;
}

/** What a disk image is, once it has been checked that it is nothing else. */
export interface DiskFormat {
  readonly format: 'qcow2' | 'raw';
  /** Bytes of the disk that a guest sees. */
  readonly virtualSize: number;
}

/** A package of a kernel, checked against what vouches for that kernel. */
export interface KernelPackage {
  readonly path: string;
  readonly name: string;
  /** Hex. */
  readonly sha256: string;
  readonly format: 'deb' | 'rpm';
}

/** The kernel that a system is to boot instead of its own (`install_kernel`). */
export interface SystemKernel {
  /** What `uname -r` says of it. */
  readonly release: string;
  readonly packages: readonly KernelPackage[];
}

/** A vendor's disk image, checked and ready to boot. No one writes to it. */
export interface DiskImage extends DiskFormat {
  readonly path: string;
  /** Hex; of the file at `path`. */
  readonly sha256: string;
  readonly size: number;
  /** What it is called where it came from, and its digest there: that of a packed file is another one. */
  readonly name: string;
  readonly from: string;
  readonly fromSha256: string;
  readonly vouched: Vouched['by'];
  /** Is installed before the system is saved; absent: it keeps its own. */
  readonly kernel?: SystemKernel | undefined;
}
