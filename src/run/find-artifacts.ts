import { join, resolve } from 'node:path';
import type { Host } from '../host/host.ts';
import { throwIfCancelled, UsageError } from '../model/errors.ts';
import { imagePath, plainImagePath, saysImage } from '../model/image-path.ts';
import { insideWords } from '../model/inside.ts';
import { IMAGE_SCHEME } from '../model/oci-source.ts';
import { option, phrase, type Wording } from '../model/wording.ts';
import { WORK_DIRECTORY } from '../model/work-directory.ts';
import { confineFlag, type FlagRoot, flagRoot } from './confine.ts';

const PATTERN = /[*?[{]/;

/** What is taken of a directory. */
const OBJECTS = '**/*.bpf.o';

const NO_ADDRESS =
  'it is neither a path nor an image; fetch it first (curl -O) and name the file, or name an image with its registry (ghcr.io/owner/image:tag)';

/** `ghcr.io/owner/image`, `localhost:5000/image`, with a tag or a digest: no path ends so, or it has a dot in its last part. */
const TAGGED = /^[\w-]+(?:\.[\w-]+)*(?::\d+)?\/[^.]*:[\w.-]+$/;
const UNTAGGED = /^(?:[a-z\d-]+\.)+[a-z]{2,}(?::\d+)?\/[\w/-]+$|^localhost:\d+\/[\w/-]+$/;
/** As skopeo and podman write where an image is. */
const TRANSPORT = /^(?:oci|oci-archive|docker|docker-archive|docker-daemon|containers-storage|dir):/;

/** What to do with a word that names something on the network or in a store of images; undefined for all others. */
export function addressWords(word: string): string | undefined {
  const isAddress = [/^[a-z][a-z\d+.-]*:\/\//i, TAGGED, UNTAGGED, TRANSPORT].some((shape) => shape.test(word));
  return isAddress ? NO_ADDRESS : undefined;
}

/** Why a word can be not a path of an object, in words that say what to write; undefined for all others. */
export function noFileName(word: string): Wording | undefined {
  const address = addressWords(word);
  if (address !== undefined) return address;
  if (/^-\s|^#|^["'].*["']$/.test(word)) return 'write the path alone, with no list mark, comment or quotes around it';
  if (/,\s*\S/.test(word) && !/\{[^}]*,/.test(word)) {
    return phrase`one path or pattern each, no commas: repeat ${option('artifact')} (in the Action one per line)`;
  }
  return undefined;
}

/** Names that are not UTF-8 come to us with their bytes replaced, so that one file can stand for another. */
function rejectUndecodable(word: string, path: string): void {
  if (!path.includes('\ufffd')) return;
  throw new UsageError(
    'artifact_unreadable',
    phrase`${option('artifact')} ${word}: the name of ${path} is not UTF-8 (\ufffd stands for what cannot be read), so it does not identify a file; rename it`,
  );
}

/** The file that a path such as `agent[main.text]` or `agent@0x2020` speaks of; undefined where there is none. */
export async function containerOf(host: Host, path: string): Promise<string | undefined> {
  for (const { file } of insideWords(path)) {
    if (file.startsWith(IMAGE_SCHEME)) return file;
    if ((await host.files.stat(file).catch(() => undefined))?.isFile) return file;
  }
  return undefined;
}

/** Where earlier runs kept objects, in a work directory. */
function copiesIn(workDir: string): string[] {
  return ['runs', 'objects'].map((part) => `${join(workDir, part)}/`);
}

/** Whether a directory is an image as skopeo writes it (OCI layout). */
export async function isLayout(host: Host, dir: string): Promise<boolean> {
  return (await host.files.stat(join(dir, 'oci-layout')).catch(() => undefined))?.isFile === true;
}

/**
 * An image by a name that no path has to have: one that says that it is one, or one with a tag or a digest. A file of a
 * repository does not take its place.
 */
async function plainImage(host: Host, word: string, path: string): Promise<string | undefined> {
  const image = plainImagePath(word);
  if (image === undefined || saysImage(word)) return image;
  if ((await host.files.stat(path).catch(() => undefined)) === undefined) return image;
  throw new UsageError(
    'artifact_ambiguous',
    phrase`${option('artifact')} ${word}: there is a file of that name, and it is the name of an image, too; write ./${word} for the file, or ${IMAGE_SCHEME}${word} for the image`,
  );
}

/** The path of what a word names that is not a file: an object in a file, or an image. @throws UsageError `path_outside` */
async function insidePath(host: Host, root: FlagRoot, word: string, path: string): Promise<string | undefined> {
  const container = await containerOf(host, path);
  if (container === undefined) return imagePath(word);
  await confineFlag(host, root, phrase`${option('artifact')} ${word}`, container);
  return path;
}

/** Files that match a word, or that are in the directory that it names. */
interface Wanted {
  readonly word: string;
  /** Absolute; matches are below it. */
  readonly dir: string;
  readonly pattern: string;
  /** false: a pattern without a match is an error. */
  readonly mayBeNone: boolean;
  /** What earlier runs kept of their objects is below these, and is not an object of the user's. */
  readonly copies: readonly string[];
  readonly signal: AbortSignal | undefined;
}

async function matchesOf(
  host: Host,
  { word, dir, pattern, mayBeNone, copies, signal }: Wanted,
): Promise<readonly string[]> {
  const matched = await host.files.glob(pattern, dir, signal);
  throwIfCancelled(signal);
  const matches = matched.filter((match) => !copies.some((copy) => match.startsWith(copy)));
  if (matches.length > 0 || mayBeNone) return matches;
  const what = pattern === word ? 'matches this pattern' : `is called ${pattern}`;
  throw new UsageError(
    'artifact_no_match',
    phrase`${option('artifact')} ${word}: no file ${what} below ${dir}; build the objects first or correct it`,
  );
}

/**
 * The objects that the words of `--artifact` name: paths as they are, patterns as the files that match them, directories
 * as all `.bpf.o` in them, but for those that are an image, each file once, in the order of the words. A file whose name
 * looks like a pattern is one besides those that match, so that it takes the place of none. Patterns reach links to files
 * and go through no link to a directory.
 * @param workDir work directory of the run, relative to `cwd`: patterns match nothing in it
 * @throws UsageError for a pattern or a directory that has no object and for a link that leads out of the repository; CancelledError
 */
export async function findArtifacts(
  host: Host,
  cwd: string,
  words: readonly string[],
  workDir = WORK_DIRECTORY,
  signal?: AbortSignal,
): Promise<string[]> {
  const copies = [workDir, WORK_DIRECTORY].flatMap((dir) => copiesIn(resolve(cwd, dir)));
  const root = await flagRoot(host, cwd);
  const found = new Set<string>();
  /** Where they lead: one file has one result, whatever leads to it. */
  const reals = new Set<string>();

  const addMatches = async (word: string, dir: string, pattern: string, mayBeNone = false): Promise<void> => {
    for (const match of await matchesOf(host, { word, dir, pattern, mayBeNone, copies, signal })) {
      rejectUndecodable(word, match);
      const real = await confineFlag(host, root, phrase`${option('artifact')} ${word}: ${match}`, match);
      if (!reals.has(real)) found.add(match);
      reals.add(real);
    }
  };

  for (const word of words) {
    const path = resolve(cwd, word);
    rejectUndecodable(word, path);
    // What cannot be looked at (a link to itself, a name too long) is for the reader to report.
    const stat = await host.files.stat(path).catch(() => undefined);
    const isThere = stat !== undefined;
    const inside = async () => (isThere ? undefined : await insidePath(host, root, word, path));
    const named = (await plainImage(host, word, path)) ?? (await inside());
    if (named !== undefined) {
      found.add(named);
      continue;
    }
    const why = isThere ? undefined : noFileName(word);
    if (why !== undefined) throw new UsageError('artifact_unreadable', phrase`${option('artifact')} ${word}: ${why}`);
    if (stat?.isDirectory) {
      await confineFlag(host, root, phrase`${option('artifact')} ${word}`, path);
      // An image may have objects beside it, which two files more must not hide.
      const layout = await isLayout(host, path);
      if (layout) found.add(path);
      await addMatches(word, path, OBJECTS, layout);
      continue;
    }
    if (isThere || !PATTERN.test(word)) {
      const real = await confineFlag(host, root, phrase`${option('artifact')} ${word}`, path);
      if (!reals.has(real) || !PATTERN.test(word)) found.add(path);
      reals.add(real);
    }
    if (!PATTERN.test(word)) continue;
    await addMatches(word, cwd, word, isThere);
  }
  return [...found];
}
