/** The user's own loader, run in every guest instead of our load; its exit code is the verdict (command mode). */
export interface LoaderCommand {
  /** Run by a login shell, as root. */
  readonly command: string;
  /** 0 to 255. */
  readonly expectExitCode: number;
  /** Path of the program that was brought along, in the guest; empty without one. */
  readonly binPath: string;
  /** Seconds until its whole process group is killed, which is a failure and no infra error. */
  readonly timeoutSeconds: number;
}
