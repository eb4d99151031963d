import { join, resolve } from 'node:path';
import type { Host } from '../host/host.ts';
import { UsageError } from '../model/errors.ts';

const PATTERN = /[*?[{]/;

/** Why a word can be no path of an object, in words that say what to write; undefined for all others. */
export function noFileName(word: string): string | undefined {
  if (/^(?:https?|oci|docker|s3|git|file):\/\//i.test(word)) return NO_ADDRESS;
  if (/^[\w-]+(?:\.[\w-]+)+(?::\d+)?\/[^.]+:[\w.-]+$/.test(word)) return NO_ADDRESS;
  if (/^-\s|^#|^["'].*["']$/.test(word)) return 'write the path alone, with no list mark, comment or quotes around it';
  if (/,\s*\S/.test(word) && !/\{[^}]*,/.test(word)) {
    return 'one path or pattern each, no commas: repeat --artifact (in the Action one per line)';
  }
  return undefined;
}

const NO_ADDRESS =
  'objects are files of this machine, no addresses; fetch it first (curl -O, oras pull) and name the file';

/**
 * The objects that the words of `--artifact` name: paths as they are, patterns as the files that match them, each file
 * once, in the order of the words. A file whose name looks like a pattern is taken as a file.
 * @param workDir work directory of the run, relative to `cwd`: patterns match nothing in it
 * @throws UsageError for a pattern that matches nothing
 */
export async function findArtifacts(
  host: Host,
  cwd: string,
  words: readonly string[],
  workDir = '.bpfcompat',
): Promise<string[]> {
  const copies = [workDir, '.bpfcompat'].map((dir) => `${join(resolve(cwd, dir), 'runs')}/`);
  const found = new Set<string>();
  for (const word of words) {
    const path = resolve(cwd, word);
    const why = (await host.files.stat(path)) === undefined ? noFileName(word) : undefined;
    if (why !== undefined) throw new UsageError('artifact_unreadable', `--artifact ${word}: ${why}`);
    if (!PATTERN.test(word) || (await host.files.stat(path)) !== undefined) {
      found.add(path);
      continue;
    }
    const matched = await host.files.glob(word, cwd);
    // What earlier runs kept of their objects is no object of the user's.
    const matches = matched.filter((match) => !copies.some((dir) => match.startsWith(dir)));
    if (matches.length === 0) {
      throw new UsageError(
        'artifact_no_match',
        `--artifact ${word}: no file matches this pattern below ${cwd}; build the objects first or correct it`,
      );
    }
    for (const match of matches) found.add(match);
  }
  return [...found];
}
