import type { Host } from '../host/host.ts';
import { isReport, type Output } from './claims.ts';
import { realPlaceOf } from './confine.ts';
import { isStream } from './write-reports.ts';

/** Reports of earlier runs at the places of this one: none of them may pass for one of this run. */
export interface OldReports {
  /** Learns of more that this run reads, absolute: it stays, whoever else named it. */
  keep(reads: readonly string[]): Promise<void>;
  /** Learns of more places. */
  know(outputs: readonly Pick<Output, 'path' | 'kind'>[]): Promise<void>;
  /** Removes what is there still as it was. Call it when the places are settled and the work begins. */
  remove(): Promise<void>;
}

interface Old {
  readonly path: string;
  readonly kind: Output['kind'];
  readonly stamp: string;
}

async function stampOf(host: Host, path: string): Promise<string | undefined> {
  const stat = await host.files.stat(path).catch(() => undefined);
  return stat?.isFile ? `${stat.dev} ${stat.ino} ${stat.size} ${stat.mtimeMs}` : undefined;
}

/**
 * Does work that writes reports. When it fails, a report that it has not replaced is removed, so that no one reads it as
 * this run's. Only reports of ours of the kind that goes there are removed, and never one that this run reads.
 * @param reads files and directories, absolute; an older report among them or below them stays
 */
export async function withoutOldReports<T>(
  host: Host,
  outputs: readonly Pick<Output, 'path' | 'kind'>[],
  reads: readonly string[],
  work: (old: OldReports) => Promise<T>,
): Promise<T> {
  const found = new Map<string, Old>();
  const realOf = (path: string): Promise<string> => realPlaceOf(host, path).catch(() => path);
  const kept: string[] = [];
  const isKept = (real: string): boolean => kept.some((one) => real === one || real.startsWith(`${one}/`));
  const old: OldReports = {
    async keep(more) {
      kept.push(...(await Promise.all(more.filter((path) => path !== '').map(realOf))));
    },
    async know(more) {
      for (const { path, kind } of more) {
        if (path === '' || path === host.env['GITHUB_STEP_SUMMARY']) continue;
        if (await isStream(host, path).catch(() => true)) continue;
        const real = await realOf(path);
        const stamp = await stampOf(host, real);
        if (stamp !== undefined && !found.has(real)) found.set(real, { path: real, kind, stamp });
      }
    },
    async remove() {
      for (const { path, kind, stamp } of found.values()) {
        if (isKept(path) || (await stampOf(host, path)) !== stamp || !(await isReport(host, path, kind))) continue;
        // Where it cannot be removed it cannot be replaced either, which is reported as that.
        await host.files.remove(path).catch(() => {});
      }
    },
  };
  await old.keep(reads);
  await old.know(outputs);
  try {
    return await work(old);
  } catch (error) {
    await old.remove();
    throw error;
  }
}
