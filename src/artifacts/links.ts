import type { TarEntry } from '../kernels/image/tar.ts';
import { UsageError } from '../model/errors.ts';
import { isNamedObject } from './collect.ts';
import { LIMITS } from './limits.ts';

/** An entry of an archive, by its path below the root. */
export type Entry = Pick<TarEntry, 'path' | 'kind' | 'link'>;

/** Looks at the entries of an archive besides what is taken out of its files. */
export interface EntryCheck {
  readonly see: (entry: Entry) => void;
  /** After the last entry. @throws UsageError `artifact_unreadable` */
  end(): void;
}

/** What lies at a path, links not followed; undefined for nothing. */
export type Lookup = (path: string) => Entry | undefined;

const MAX_HOPS = 40;

function reject(path: string, why: string): never {
  throw new UsageError('artifact_unreadable', `${path} ${why}; put the file itself there, or name it`);
}

/** Follows links to their ends. Each is followed once, so that no archive can make it long. */
export function followLinks(at: Lookup): (path: string) => string | undefined {
  const ends = new Map<string, string>();

  /** @param hops links that were followed on the way */
  function follow(path: string, hops: number): string | undefined {
    let place: string[] = [];
    for (const part of path.split('/')) {
      if (part === '' || part === '.') continue;
      if (part === '..') {
        place.pop();
        continue;
      }
      place.push(part);
      const here = place.join('/');
      const entry = at(here);
      if (entry === undefined || (entry.kind !== 'link' && entry.kind !== 'symlink')) continue;
      const end = ends.get(here) ?? (hops === MAX_HOPS ? undefined : follow(targetOf(here, entry), hops + 1));
      if (end === undefined || end.length > LIMITS.nameLength) return undefined;
      ends.set(here, end);
      place = end === '' ? [] : end.split('/');
      if (place.length > LIMITS.nameDepth) return undefined;
    }
    return place.join('/');
  }

  return (path) => follow(path, 0);
}

/** From the root: as all that a hard link leads to, and as links that begin with a slash. */
function targetOf(path: string, { kind, link }: Entry): string {
  const fromRoot = kind === 'link' || link.startsWith('/');
  return fromRoot ? link : `${path.slice(0, path.lastIndexOf('/') + 1)}${link}`;
}

/**
 * What is called an object has to be a file, or a link to one: an object that is nowhere would pass by not being there.
 * @param paths of those that are no files
 * @throws UsageError `artifact_unreadable`
 */
export function checkNamed(paths: Iterable<string>, at: Lookup): void {
  const follow = followLinks(at);
  for (const path of paths) {
    const entry = at(path);
    if (entry === undefined || entry.kind === 'file' || entry.kind === 'directory') continue;
    if (entry.kind === 'other') reject(path, 'is a pipe, a device, or a file with holes');
    const place = follow(path);
    if (place === undefined || at(place)?.kind !== 'file')
      reject(path, `is a link to ${entry.link}, and there is no such file`);
  }
}

/** Of an archive that is no image: what it calls an object is in it. */
export function createLinkCheck(): EntryCheck {
  const entries = new Map<string, Entry>();
  return {
    see(entry) {
      if (entry.kind !== 'directory') entries.set(entry.path, entry);
    },
    end() {
      checkNamed([...entries.keys()].filter(isNamedObject), (path) => entries.get(path));
    },
  };
}
