import { throwIfCancelled, UsageError } from '../model/errors.ts';
import { type ReleaseScan, scanForRelease } from '../release/scan.ts';
import { gitTop } from '../run/confine.ts';
import { type Environment, environmentOf } from './services.ts';

/**
 * Looks for secrets and private paths in the git repository around `cwd`, in what is tracked and in its whole history.
 * A file `.secretlintignore` at its top (patterns as in .gitignore) takes paths out.
 * @throws UsageError `no_repository`, `history_incomplete` for a shallow or partial clone; HostError `tool_failed`; CancelledError
 */
export async function releaseCheck(
  options: Environment & { readonly signal?: AbortSignal } = {},
): Promise<ReleaseScan> {
  const { host, cwd } = environmentOf(options);
  const signal = options.signal ?? new AbortController().signal;
  const root = await gitTop(host, await host.files.realPath(cwd));
  if (root === undefined) {
    throw new UsageError('no_repository', `${cwd} is in no git repository; run this where the release is made from`);
  }
  const scan = await scanForRelease(host, root, signal);
  throwIfCancelled(signal);
  return scan;
}
