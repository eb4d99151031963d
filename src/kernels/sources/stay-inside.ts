import type { Host } from '../../host/host.ts';
import { HostError } from '../../model/errors.ts';

/**
 * Files that no one named are found beside those that somebody did, and both may be untrusted: none of them is a link
 * that leads out of the repository.
 * @param top directory of the repository; undefined where the user lets files lie anywhere
 * @param named the path that somebody named, in whose company `path` was found
 * @throws HostError `kernel_unusable`
 */
export async function stayInside(host: Host, top: string | undefined, named: string, path: string): Promise<void> {
  if (top === undefined) return;
  const inside = (one: string): boolean => one === top || one.startsWith(`${top}/`);
  const real = await host.files.realPath(path);
  if (inside(real) || !inside(await host.files.realPath(named))) return;
  throw new HostError('kernel_unusable', `${path} is a link to ${real}, outside of ${top}; copy the file there`);
}
