import { join, relative } from 'node:path';
import { openFile } from '../artifacts/open.ts';
import { didYouMean, enumerate } from '../config/near.ts';
import { quoted } from '../config/words.ts';
import type { Host } from '../host/host.ts';
import type { ArtifactSource } from '../model/cell.ts';
import { UsageError } from '../model/errors.ts';
import { insideSuffixes } from '../model/inside.ts';
import { fileName } from '../model/object-names.ts';
import { phrase, type Wording } from '../model/wording.ts';
import { ensureWorkDirectory } from '../run/directories.ts';
import { containerOf } from '../run/find-artifacts.ts';
import type { ArtifactInput } from '../run/subject.ts';

/** Directory of a work directory with objects that were taken out of other files, by their digests. */
const OBJECTS = 'objects';

/** What a word led to: a file as it is, or an object that was taken out of one. */
export interface NamedInput extends Pick<ArtifactInput, 'path' | 'name' | 'problem'> {
  /** File of this machine that was read; empty for an image of a registry. */
  readonly reads: string;
  readonly object?: { readonly bytes: Uint8Array; readonly sha256: string; readonly source: ArtifactSource };
}

/** What to open. */
interface NamedPaths {
  readonly cwd: string;
  /** Absolute, as `findArtifacts` found them. */
  readonly paths: readonly string[];
  /** Files are handed over as they are, but for those of which an object is named. */
  readonly asIs?: boolean;
  /** What named them, for messages; absent where nothing but a path did. */
  readonly flag?: Wording;
  readonly signal?: AbortSignal | undefined;
}

type Opener = (file: string) => Promise<NamedInput[] | undefined>;

/** Opens each file once, however many of its objects are named. */
function opener(host: Host, { cwd, flag, signal }: Omit<NamedPaths, 'paths'>): Opener {
  const known = new Map<string, Promise<NamedInput[] | undefined>>();
  const open: Opener = async (file) => {
    const shown = relative(cwd, file);
    const called = shown === '' || shown.startsWith('..') ? file : shown;
    const opened = await openFile(host, file, { name: called, flag }, signal);
    if (opened === undefined) return undefined;
    const digest = `sha256:${await host.files.sha256(file)}`;
    const suffixes = insideSuffixes(opened.objects);
    return opened.objects.map(({ bytes, sha256 }, index) => {
      const inside = suffixes[index] ?? '';
      const source = { place: file, digest, inside };
      return {
        path: `${file}${inside}`,
        name: `${fileName(file)}${inside}`,
        reads: file,
        object: { bytes, sha256, source },
      };
    });
  };
  return (file) => {
    const opening = known.get(file) ?? open(file);
    known.set(file, opening);
    return opening;
  };
}

/** The objects that the end of a path names: one, or those of one file of an archive. */
function chosen(path: string, file: string, objects: readonly NamedInput[], flag: Wording | undefined): NamedInput[] {
  const suffix = path.slice(file.length);
  const found = objects.filter(({ object }) => object?.source.inside === suffix);
  if (found.length > 0) return found;
  const there = objects.map(({ object }) => object?.source.inside ?? '');
  const near =
    didYouMean(suffix, there) ||
    `; it has ${enumerate(there.slice(0, 8), 'and')}${there.length > 8 ? ' and more' : ''}`;
  throw new UsageError(
    'artifact_no_match',
    phrase`${flag === undefined ? '' : phrase`${flag}: `}${file} has no object ${quoted(suffix)}${near}`,
  );
}

/**
 * Opens the files among `paths` that hold objects: programs, skeletons, archives, packages. What nothing is found in has
 * a `problem`.
 */
export async function openNamed(host: Host, named: NamedPaths): Promise<NamedInput[]> {
  const { paths, asIs = false, flag } = named;
  const open = opener(host, named);
  const found: NamedInput[] = [];
  for (const path of paths) {
    const plain = { path, reads: path };
    try {
      const isThere = (await host.files.stat(path).catch(() => undefined)) !== undefined;
      const file = isThere ? path : await containerOf(host, path);
      const objects = file === undefined || (asIs && isThere) ? undefined : await open(file);
      if (file === undefined || objects === undefined) found.push(plain);
      else found.push(...(isThere ? objects : chosen(path, file, objects, flag)));
    } catch (problem) {
      if (!(problem instanceof UsageError)) throw problem;
      found.push({ ...plain, problem });
    }
  }
  // The same object may be named twice: with its file, and alone.
  return [...new Map(found.map((one) => [one.path, one])).values()];
}

/**
 * Keeps objects that were taken out of other files in the work directory, where a run reads them.
 * @throws HostError for a directory that cannot be written
 */
export async function keepNamed(host: Host, workdir: string, named: readonly NamedInput[]): Promise<ArtifactInput[]> {
  const dir = join(workdir, OBJECTS);
  if (named.some(({ object }) => object !== undefined)) {
    await ensureWorkDirectory(host, workdir);
    await host.files.makeDir(dir);
  }
  const inputs: ArtifactInput[] = [];
  for (const { path, name, problem, object } of named) {
    const file = object && join(dir, `${object.sha256}.o`);
    if (object !== undefined && file !== undefined) await host.files.writeAtomic(file, object.bytes);
    inputs.push({
      path,
      name,
      problem,
      taken: object && file !== undefined ? { file, source: object.source } : undefined,
    });
  }
  return inputs;
}
