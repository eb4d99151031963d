import { createHash } from 'node:crypto';
import type { KernelRecord } from '../model/kernel.ts';

const DIGITS = 16;

function named({ vmlinuz }: Pick<KernelRecord, 'vmlinuz'>, parts: readonly unknown[]): string {
  const own = createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, DIGITS);
  return `${vmlinuz.sha256}@${own}`;
}

/**
 * What the modules of a kernel are called among those of all kernels. Its image is not enough: a profile of a repository
 * may have the image of a vendor, and modules of its own beside it. Those of another source, or of other packages, are others.
 */
export function modulesName(record: Pick<KernelRecord, 'vmlinuz' | 'source' | 'package' | 'tree'>): string {
  const digests = record.package.files.map(({ sha256 }) => sha256).sort();
  return named(record, [record.source, digests, record.tree ?? '']);
}

/** What the facts of a kernel are called among those of all kernels: its release and its configuration are not of its image alone. */
export function factsName(record: Pick<KernelRecord, 'vmlinuz' | 'release' | 'config'>): string {
  return named(record, [record.release, record.config?.sha256 ?? '']);
}
