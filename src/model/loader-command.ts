/** The user's own loader, run in every guest instead of our load; its exit code is the verdict (command mode). */
export interface LoaderCommand {
  /** Run by a login shell, as root. */
  readonly command: string;
  /** 0 to 255. */
  readonly expectExitCode: number;
  /** `binPath` is a loader of ours: it is run with the object instead of the command, and its stdout is its report. */
  readonly isLoader?: true;
  /** Path of the program that was brought along, in the guest; empty without one. */
  readonly binPath: string;
  /** Seconds until its whole process group is killed, which is a failure and no infra error. */
  readonly timeoutSeconds: number;
}

/** What command mode was to do, as reports show it. */
export interface CommandFacts {
  readonly command: string;
  /** 0 to 255. */
  readonly expectExitCode: number;
  /** SHA-256 in hex of the command and its expected exit code (docs/report.md). */
  readonly invocationSha256: string;
  /** The program that was brought along; undefined without one. */
  readonly binary: { readonly basename: string; readonly sha256: string; readonly sizeBytes: number } | undefined;
}

/** A file that was put into the guests because a manifest or suite names it. */
export interface AssetFact {
  /** Below the remote root of the guest. */
  readonly path: string;
  /** Absolute path on the host. */
  readonly source: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly executable: boolean;
}
