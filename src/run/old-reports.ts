import type { Host } from '../host/host.ts';
import { addNote } from '../model/error-notes.ts';
import { isReport, type Output } from './claims.ts';
import { realPlaceOf } from './confine.ts';
import { isStream } from './write-reports.ts';

/** Reports of earlier runs at the places of this one: none of them may pass for one of this run. */
export interface OldReports {
  /** Learns of more that this run reads, absolute: it stays, whoever else named it. */
  keep(reads: readonly string[]): Promise<void>;
  /** Learns of more places. */
  know(outputs: readonly Pick<Output, 'path' | 'kind'>[]): Promise<void>;
  /** Moves aside what is there still as it was. Call it when the places are settled and the work begins. */
  setAside(): Promise<void>;
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

interface Moved {
  /** Where it lies now; absent: where it was. */
  readonly place?: string;
  readonly note: string;
}

/**
 * Moves a report to `PATH.old`, over nothing but a document of ours. A mistyped flag must not cost somebody the report of
 * an hour.
 */
async function setAside(host: Host, path: string): Promise<Moved> {
  const place = `${path}.old`;
  try {
    if ((await host.files.stat(place)) !== undefined && !(await isReport(host, place, undefined))) {
      return {
        note: `${path} is the report of an earlier run; it stays there, since ${place} is a file of somebody else`,
      };
    }
    await host.files.rename(path, place);
    return { place, note: `the report of an earlier run that was there is ${place} now` };
  } catch {
    return { note: `${path} is the report of an earlier run; it could not be moved to ${place}` };
  }
}

/**
 * Does work that writes reports. When it fails, a report that it has not replaced lies aside, so that no one reads it as
 * this run's; a note of the error says where it is. Only reports of ours of the kind that goes there are moved or
 * removed, and never one that this run reads.
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
  const moved: Moved[] = [];
  const kept: string[] = [];
  const isKept = (real: string): boolean => kept.some((one) => real === one || real.startsWith(`${one}/`));
  const left = async (): Promise<Old[]> => {
    const reports: Old[] = [];
    for (const one of found.values()) {
      const { path, kind, stamp } = one;
      if (isKept(path) || (await stampOf(host, path)) !== stamp || !(await isReport(host, path, kind))) continue;
      reports.push(one);
    }
    return reports;
  };
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
    async setAside() {
      for (const { path } of await left()) moved.push(await setAside(host, path));
    },
  };
  await old.keep(reads);
  await old.know(outputs);
  try {
    const result = await work(old);
    for (const { place } of moved) if (place !== undefined) await host.files.remove(place).catch(() => {});
    return result;
  } catch (error) {
    await old.setAside();
    for (const { note } of moved) addNote(error, note);
    throw error;
  }
}
