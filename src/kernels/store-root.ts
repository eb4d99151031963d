import { isAbsolute, join } from 'node:path';
import type { Host } from '../host/host.ts';
import { HostError, UsageError } from '../model/errors.ts';

/** Directory of the kernel store: BPFCOMPAT_CACHE_DIR, else bpfcompat under the user's cache directory (XDG). */
export function storeRoot(env: Host['env']): string {
  const own = env['BPFCOMPAT_CACHE_DIR'];
  if (own !== undefined && own !== '') {
    if (isAbsolute(own)) return own;
    throw new UsageError('bad_cache_dir', `BPFCOMPAT_CACHE_DIR: "${own}" is not an absolute path; write it in full`);
  }
  const xdg = env['XDG_CACHE_HOME'];
  // The XDG rules say that a relative path there counts as unset.
  if (xdg !== undefined && isAbsolute(xdg)) return join(xdg, 'bpfcompat');
  const home = env['HOME'];
  if (home !== undefined && isAbsolute(home)) return join(home, '.cache', 'bpfcompat');
  throw new HostError(
    'no_cache_dir',
    'there is no place to keep kernels: set BPFCOMPAT_CACHE_DIR to a directory, or HOME',
  );
}
