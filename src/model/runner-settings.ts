/** What virtme-ng is run with for a profile. */
export interface VirtmeSettings {
  /** The kernel in its words: the path of an image or of a tree that it was built in, or an upstream release (`v6.8`). */
  readonly run: string;
  readonly extraArgs: readonly string[];
}

/** What Firecracker is run with for a profile. */
export interface FirecrackerSettings {
  /** Path of the kernel: a vmlinux, or a bzImage that one is taken out of. */
  readonly kernel: string;
  /** Path of an initramfs whose files the guest has beside ours. */
  readonly initrd?: string;
  /** Path of a disk that the guest may read. */
  readonly rootfs?: string;
  /** Of the kernel's command line, besides those of every guest. */
  readonly bootArgs: readonly string[];
}
