import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** The saved guests of a cache directory, as files. */
export interface Templates {
  /** Names of the directories, finished or not. */
  names(): string[];
  /** A file of the only saved guest there is. */
  file(name: 'ram' | 'state' | 'kernel' | 'meta.json'): string;
  /** What changes when one is made again: an inode per saved guest. */
  makings(): number[];
  /** Digests of everything in them that guests are made of. */
  digests(): Record<string, string>;
}

/** @param cache cache directory; nothing needs to be in it yet */
export function templatesOf(cache: string): Templates {
  const root = join(cache, 'templates');
  const names = (): string[] => (existsSync(root) ? readdirSync(root).sort() : []);
  const sha256 = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');
  return {
    names,
    file(name) {
      const [only, ...others] = names();
      if (only === undefined || others.length > 0)
        throw new Error(`${names().length} saved guests in ${root}, not one`);
      return join(root, only, name);
    },
    makings: () => names().map((name) => statSync(join(root, name, 'ram')).ino),
    digests: () =>
      Object.fromEntries(
        names().flatMap((name) =>
          ['ram', 'state', 'kernel'].map((file) => [`${name}/${file}`, sha256(join(root, name, file))]),
        ),
      ),
  };
}
