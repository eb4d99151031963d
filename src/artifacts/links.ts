import type { TarEntry } from '../kernels/image/tar.ts';
import { UsageError } from '../model/errors.ts';
import { isNamedObject } from './collect.ts';

/** Looks at the entries of an archive besides what is taken out of its files. */
export interface EntryCheck {
  readonly see: (entry: TarEntry) => void;
  /** After the last entry. @throws UsageError `artifact_unreadable` */
  end(): void;
}

const MAX_HOPS = 40;

function refuse(path: string, why: string): never {
  throw new UsageError('artifact_unreadable', `${path} ${why}; put the file itself there, or name it`);
}

/** Where a path leads in an archive with these links; undefined for a loop. */
function placeOf(path: string, links: ReadonlyMap<string, string>): string | undefined {
  let hops = 0;
  let rest = path.split('/');
  let at: string[] = [];
  for (let part = rest.shift(); part !== undefined; part = rest.shift()) {
    if (part === '' || part === '.') continue;
    if (part === '..') {
      at.pop();
      continue;
    }
    const target = links.get([...at, part].join('/'));
    if (target === undefined) {
      at.push(part);
      continue;
    }
    if (++hops > MAX_HOPS) return undefined;
    if (target.startsWith('/')) at = [];
    rest = [...target.split('/'), ...rest];
  }
  return at.join('/');
}

/**
 * What an archive calls an object has to be a file of it, or a link to one: an object that is nowhere would pass by not
 * being there.
 */
export function createLinkCheck(): EntryCheck {
  const files = new Set<string>();
  const links = new Map<string, string>();
  return {
    see({ path, kind, link }) {
      if (kind === 'file') files.add(path);
      // From the root, as all that a hard link leads to.
      if (kind === 'link') links.set(path, `/${link}`);
      if (kind === 'symlink') links.set(path, link);
      if (kind === 'other' && isNamedObject(path)) refuse(path, 'is a pipe, a device, or a file with holes');
    },
    end() {
      for (const [path, link] of links) {
        if (!isNamedObject(path)) continue;
        const place = placeOf(path, links);
        if (place === undefined || !files.has(place))
          refuse(path, `is a link to ${link}, and the archive has no such file`);
      }
    },
  };
}
