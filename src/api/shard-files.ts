import { relative, resolve } from 'node:path';
import { quoted } from '../config/words.ts';
import type { Host } from '../host/host.ts';
import { messageOf, UsageError } from '../model/errors.ts';
import type { ShardPart } from '../model/shard.ts';
import { flag } from '../model/wording.ts';
import { terminal } from '../report/escape.ts';
import { partOf, WithPart } from '../report/shard-schema.ts';
import { checkSaved, parseSaved, readText } from './saved-reports.ts';

/** A part with the file it was read from, as the user would name that. */
export interface FoundPart {
  readonly file: string;
  readonly part: ShardPart;
}

export interface FoundParts {
  readonly found: readonly FoundPart[];
  /** Files of directories that should hold a report and cannot be read. */
  readonly notes: readonly string[];
}

const PATTERN = /[*?[{]/;

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** The part in a file that the user named. @throws UsageError for anything that is not a report of a shard */
async function readNamed(host: Host, cwd: string, file: string): Promise<FoundPart> {
  const text = await readText(host, cwd, file);
  const value = parseSaved(file, text);
  if (!isRecord(value) || typeof value['schema_version'] !== 'string') {
    throw new UsageError(
      'report_unreadable',
      `${file}: this is not a bpfcompat report; name what "bpfcompat test ${flag('shard')} 1/2 ${flag('out')} FILE" wrote`,
    );
  }
  const part = partOf(checkSaved(file, text, value, WithPart));
  if (part) return { file, part };
  throw new UsageError(
    'report_not_a_shard',
    `${file}: this is the report of a whole run or of one object of it; name what "bpfcompat test ${flag('shard')} 1/2 ${flag('out')} FILE" wrote`,
  );
}

/** The part in a file that lies in a directory: other documents lie there too. */
async function readFoundPart(host: Host, cwd: string, file: string): Promise<FoundPart | string | undefined> {
  let value: unknown;
  try {
    value = JSON.parse(await readText(host, cwd, file));
  } catch (error) {
    if (error instanceof UsageError && error.code === 'path_outside') throw error;
    return terminal(`${file} was left out: it cannot be read, or it was cut`, 1000);
  }
  if (!isRecord(value) || !isRecord(value['shard'])) return undefined;
  try {
    return await readNamed(host, cwd, file);
  } catch (error) {
    // No one typed the name of this file.
    if (error instanceof UsageError)
      throw new UsageError(error.code, terminal(messageOf(error), 1000), { cause: error });
    throw error;
  }
}

/**
 * The parts that the words of `merge` name: files, patterns, and directories that are searched with all below them.
 * @throws UsageError for a word that names no part, and for a part that was changed
 */
export async function findParts(host: Host, cwd: string, words: readonly string[]): Promise<FoundParts> {
  const found = new Map<string, FoundPart>();
  const notes: string[] = [];
  for (const word of words) {
    const path = resolve(cwd, word);
    const stat = await host.files.stat(path).catch(() => undefined);
    if (stat && !stat.isFile && !stat.isDirectory) {
      const why = 'it is a pipe or a device; write the report of the shard to a file first';
      throw new UsageError('report_unreadable', `${quoted(word)}: ${why}`);
    }
    if (stat?.isFile || (stat === undefined && !PATTERN.test(word))) {
      found.set(path, await readNamed(host, cwd, word));
      // A file that is called like a pattern takes the place of none that match it.
      if (!PATTERN.test(word)) continue;
    }
    const files = stat?.isDirectory ? await host.files.glob('**/*.json', path) : await host.files.glob(word, cwd);
    const before = found.size;
    let seen = 0;
    for (const file of files) {
      const read = await readFoundPart(host, cwd, relative(cwd, file));
      if (typeof read === 'string') notes.push(read);
      else if (read) found.set(file, read);
      seen += typeof read === 'object' ? 1 : 0;
    }
    if (seen === 0 && found.size === before && !stat?.isFile) {
      const what = stat ? 'no report of a shard lies in this directory' : 'no report of a shard matches this pattern';
      throw new UsageError(
        'no_shards',
        `${quoted(word)}: ${what}; name what "bpfcompat test ${flag('shard')} 1/2 ${flag('out')} FILE" wrote`,
      );
    }
  }
  return { found: [...found.values()], notes };
}
