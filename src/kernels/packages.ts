import { dirname, join } from 'node:path';
import type { Host } from '../host/host.ts';
import { KEPT_BLOBS } from './sources/oci/kept.ts';
import { KEPT_DIR } from './sources/rpm/acquire.ts';
import { KEPT_FILES } from './sources/url/kept.ts';
import type { Store } from './store.ts';
import { mustRun } from './tool.ts';

/** Whether packages stay beside what was made of them, so that a cache can have them. */
export function keepsPackages(env: Host['env']): boolean {
  return env['BPFCOMPAT_KEEP_PACKAGES'] === '1';
}

function packagesPath(store: Store, id: string): string {
  return join(store.packages, id);
}

/** What a source keeps besides packages themselves, or where: without it, what is kept cannot be checked again. */
export const CHECKABLE = ['dists', KEPT_DIR, KEPT_FILES, KEPT_BLOBS] as const;

/** Puts packages that were kept during a fetch in their place. Does nothing when the mirror had no lists to keep. */
export async function placePackages(host: Host, store: Store, from: string, id: string): Promise<void> {
  const dirs = await Promise.all(CHECKABLE.map((name) => host.files.stat(join(from, name))));
  if (!dirs.some((dir) => dir?.isDirectory)) return;
  await host.files.remove(packagesPath(store, id));
  await host.files.makeDir(store.packages);
  await host.files.rename(from, packagesPath(store, id));
}

/** Moves kept packages to `dir`, whatever file system that is on. @returns false when none were kept */
export async function movePackages(host: Host, store: Store, id: string, dir: string): Promise<boolean> {
  const from = packagesPath(store, id);
  if (!(await host.files.stat(from))?.isDirectory) return false;
  await host.files.remove(dir);
  await host.files.makeDir(dirname(dir));
  await mustRun(host, 'mv', ['-T', from, dir]);
  return true;
}

/** Why a directory that may come from anywhere cannot be used for packages; undefined when it can. */
export async function oddPackages(host: Host, dir: string): Promise<string | undefined> {
  const odd = await mustRun(host, 'find', ['-P', dir, '!', '-type', 'f', '!', '-type', 'd', '-printf', 'x', '-quit']);
  return odd.stdout.length > 0 ? 'it holds something that is neither a file nor a directory' : undefined;
}
