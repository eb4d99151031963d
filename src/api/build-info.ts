interface BuildInfo {
  readonly version: string;
  readonly commit: string;
  /** RFC 3339. */
  readonly buildDate: string;
}

/** Put in by scripts/build.mjs; absent when the sources run directly. */
declare const __BPFCOMPAT_BUILD__: BuildInfo | undefined;

/** Which bpfcompat this is. */
export const buildInfo: BuildInfo =
  typeof __BPFCOMPAT_BUILD__ === 'object'
    ? __BPFCOMPAT_BUILD__
    : { version: 'unbuilt', commit: 'unknown', buildDate: 'unknown' };
