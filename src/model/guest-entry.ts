/**
 * What is put into the root file system of a guest before its work begins: a shell, the assets of a test, the user's
 * own loader and its libraries. A guest is thrown away, so nothing is ever taken out again.
 */
export type GuestEntry =
  | {
      readonly kind: 'file';
      /** Absolute in the guest, without `.` and `..`. */
      readonly path: string;
      readonly executable: boolean;
      readonly bytes: Uint8Array;
    }
  | {
      readonly kind: 'link';
      readonly path: string;
      /** What the link says, relative or absolute. */
      readonly target: string;
    };

export type GuestFile = Extract<GuestEntry, { readonly kind: 'file' }>;

/** Directory in the guest where the object, the user's loader and assets lie; commands start there. */
export const REMOTE_ROOT = '/bpfcompat';

/** Where the small userland for commands goes; a guest that gets it installs its tools. */
export const SHELL_PATH = '/bin/busybox';
