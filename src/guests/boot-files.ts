import { join } from 'node:path';
import type { Host } from '../host/host.ts';

/** Root file systems of guests of the direct lane. */
export function initramfsDir(cacheDir: string): string {
  return join(cacheDir, 'initramfs');
}

/** What guests of the cloud-image lane read as they boot. */
export function seedsDir(cacheDir: string): string {
  return join(cacheDir, 'seeds');
}

/** Kernels as ELF files, for guests of the Firecracker lane. */
export function vmlinuxDir(cacheDir: string): string {
  return join(cacheDir, 'vmlinux');
}

/**
 * Removes all of them: each build of the validator and of a loader leaves one for every kernel. Not while guests boot.
 * @returns bytes that were freed
 */
export async function removeBootFiles(host: Host, cacheDir: string): Promise<number> {
  let bytes = 0;
  for (const dir of [initramfsDir, seedsDir, vmlinuxDir].map((of) => of(cacheDir))) {
    if (!(await host.files.stat(dir))?.isDirectory) continue;
    for (const name of await host.files.list(dir)) bytes += (await host.files.stat(join(dir, name)))?.size ?? 0;
    await host.files.remove(dir);
  }
  return bytes;
}
