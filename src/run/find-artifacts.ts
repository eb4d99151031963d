import { resolve } from 'node:path';
import type { Host } from '../host/host.ts';
import { UsageError } from '../model/errors.ts';

const PATTERN = /[*?[{]/;

/**
 * The objects that the words of `--artifact` name: paths as they are, patterns as the files that match them, each file
 * once, in the order of the words. A file whose name looks like a pattern is taken as a file.
 * @throws UsageError for a pattern that matches nothing
 */
export async function findArtifacts(host: Host, cwd: string, words: readonly string[]): Promise<string[]> {
  const found = new Set<string>();
  for (const word of words) {
    const path = resolve(cwd, word);
    if (!PATTERN.test(word) || (await host.files.stat(path)) !== undefined) {
      found.add(path);
      continue;
    }
    const matches = await host.files.glob(word, cwd);
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
