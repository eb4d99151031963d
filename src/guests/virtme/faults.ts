/**
 * What vng and its initramfs say of a guest that does not come up, and what that means: vng itself ends with 255 whatever it
 * was. A guest may print anything: no pattern goes on for more than a short line from each place where it begins.
 */
const FAULTS: readonly (readonly [RegExp, string])[] = [
  [
    /initramfs is needed, and no busybox was found|statically linked busybox could not be found/,
    'vng found no static busybox for its initramfs; install busybox-static',
  ],
  [/(?:unable|failed) to find qemu|cannot find qemu/i, 'vng found no QEMU; install qemu-system-x86'],
  [
    /failed to find any of .{0,40}(?:modprobe|depmod)|(?:modprobe|depmod): (?:command )?not found/i,
    'vng needs modprobe and depmod; install kmod',
  ],
  [/^\S{1,300} does not exist$|kernel file \S{1,300} does not exist/m, 'vng found no kernel; correct virtme_ng.run'],
  [/vng: error: /, 'vng rejects its arguments; correct virtme_ng.extra_args'],
  [/failed to retrieve content, error: \d+|could not find kernel packages at/, 'vng could not download the kernel'],
];

/** Of the initramfs that vng makes, and of a kernel without one. */
const NO_ROOT = /Failed to mount real root|VFS: Cannot open root device|VFS: Unable to mount root fs/;
/** The kernel's command line names the file system that vng offers the root by. */
const BY_9P = /(?:-t |rootfstype=)9p /;

/** Why a guest of vng did not come up, in words for the user; undefined where its console shows nothing that is known. */
export function vngFault(console: string): string | undefined {
  const known = FAULTS.find(([pattern]) => pattern.test(console));
  if (known !== undefined) return known[1];
  if (!NO_ROOT.test(console)) return undefined;
  return BY_9P.test(console)
    ? 'the kernel has no 9p (CONFIG_9P_FS), by which vng offers the root; build it with 9p, or run it on the direct lane'
    : 'the kernel could not mount the root that vng offers by 9p; build it with CONFIG_9P_FS, or run it on the direct lane';
}
