import { join, relative } from 'node:path';
import { takeLayout, takeReference } from '../artifacts/image.ts';
import { LIMITS } from '../artifacts/limits.ts';
import { type OpenedFile, openFile, openImage } from '../artifacts/open.ts';
import { didYouMean, enumerate } from '../config/similar.ts';
import { quoted } from '../config/words.ts';
import type { Host } from '../host/host.ts';
import type { ArtifactSource } from '../model/cell.ts';
import { HostError, UsageError, wordingOf } from '../model/errors.ts';
import type { NoteListener } from '../model/events.ts';
import { insideSuffixes } from '../model/inside.ts';
import { fileName } from '../model/object-names.ts';
import { IMAGE_SCHEME } from '../model/oci-source.ts';
import { option, phrase, type Wording } from '../model/wording.ts';
import { flagRoot } from '../run/confine.ts';
import { ensureWorkDirectory } from '../run/directories.ts';
import { containerOf, isLayout } from '../run/find-artifacts.ts';
import type { ArtifactInput } from '../run/subject.ts';
import { tokenAccount } from './registry-account.ts';

/** Directory of a work directory with objects that were taken out of other files, by their digests. */
const OBJECTS = 'objects';
/** Name of one of them. */
const KEPT = /^[0-9a-f]{64}\.o$/;
const UNUSED_MS = 24 * 60 * 60_000;

interface KeptObject {
  readonly bytes: Uint8Array;
  readonly sha256: string;
  readonly source: ArtifactSource;
}

/** What a word led to: a file as it is, or an object that was taken out of one. */
export interface NamedInput extends Pick<ArtifactInput, 'path' | 'name' | 'problem'> {
  /** File of this machine that was read; empty for an image of a registry. */
  readonly reads: string;
  readonly object?: KeptObject;
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
  /** Nothing is pulled. */
  readonly offline?: boolean | undefined;
  /** Hears how far a pull is. */
  readonly onNote?: NoteListener | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Bytes of all objects together. */
  readonly heldBytes?: number;
}

type Opener = (file: string) => Promise<NamedInput[] | undefined>;

type Take = Parameters<typeof openImage>[1];

/** The name of the image that a path stands for; undefined for files. */
function placeOfImage(place: string): string | undefined {
  return place.startsWith(IMAGE_SCHEME) ? place.slice(IMAGE_SCHEME.length) : undefined;
}

/** @param opened `always`: the name of the object is part of the path where there is no other, too */
function inputsOf(
  place: string,
  reads: string,
  { objects, digest, always }: OpenedFile & { readonly digest: string; readonly always?: true },
  called = place,
): NamedInput[] {
  const suffixes = insideSuffixes(objects);
  return objects.map(({ bytes, sha256 }, index) => {
    const inside = objects.length > 1 || always ? (suffixes[index] ?? '') : '';
    const source = { place: called, digest, inside };
    return {
      path: `${place}${inside}`,
      name: `${fileName(place)}${inside}`,
      reads,
      object: { bytes, sha256, source },
    };
  });
}

/** Opens each file once, however many of its objects are named. */
function opener(
  host: Host,
  { cwd, flag, offline, onNote, signal, heldBytes = LIMITS.heldBytes }: Omit<NamedPaths, 'paths'>,
): Opener {
  const known = new Map<string, Promise<NamedInput[] | undefined>>();
  let held = 0;
  const hold = (inputs: NamedInput[], { name }: { readonly name: string }): NamedInput[] => {
    const bytes = inputs.reduce((sum, { object }) => sum + (object?.bytes.length ?? 0), 0);
    if (held + bytes > heldBytes) {
      const most = `${heldBytes >> 20} MiB`;
      throw new UsageError(
        'artifact_too_large',
        phrase`${flag === undefined ? '' : phrase`${flag} `}${name}: with those before it, its objects have more than ${most}; test it by itself`,
      );
    }
    held += bytes;
    return inputs;
  };
  const open: Opener = async (place) => {
    const image = placeOfImage(place);
    const shown = image ?? relative(cwd, place);
    const named = { name: shown === '' || shown.startsWith('..') ? place : shown, flag };
    if (image !== undefined) {
      if (offline) throw new UsageError('not_available', phrase`${flag ?? ''} ${image}: images need the network`);
      const access = { remedy: 'name its directory', account: tokenAccount(host), onNote };
      const take: Take = (collector, within) => takeReference(host, image, collector, { ...access, signal: within });
      return hold(inputsOf(place, '', await openImage(named, take, signal), image), named);
    }
    if (await isLayout(host, place)) {
      const { top } = await flagRoot(host, cwd);
      const take: Take = (collector, within) => takeLayout(host, { path: place, top }, collector, within);
      return hold(inputsOf(place, place, await openImage(named, take, signal)), named);
    }
    const opened = await openFile(host, place, named, signal);
    if (opened === undefined) return undefined;
    const digest = `sha256:${await host.files.sha256(place)}`;
    return hold(inputsOf(place, place, { ...opened, digest, always: true }), named);
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
  const similar =
    didYouMean(suffix, there) ||
    `; it has ${enumerate(there.slice(0, 8), 'and')}${there.length > 8 ? ' and more' : ''}`;
  throw new UsageError(
    'artifact_no_match',
    phrase`${flag === undefined ? '' : phrase`${flag}: `}${file} has no object ${quoted(suffix)}${similar}`,
  );
}

async function exists(host: Host, path: string): Promise<boolean> {
  return (await host.files.stat(path).catch(() => undefined)) !== undefined;
}

/**
 * A file that is called like an object in another file would be tested in its place, or be left out for it.
 * @throws UsageError `artifact_ambiguous`
 */
async function rejectNamesake(host: Host, path: string, open: Opener, flag: Wording | undefined): Promise<void> {
  const file = await containerOf(host, path);
  const objects = file === undefined ? undefined : await open(file).catch(() => undefined);
  if (file === undefined || !objects?.some((one) => one.path === path)) return;
  throw new UsageError(
    'artifact_ambiguous',
    phrase`${flag === undefined ? '' : phrase`${flag}: `}${path} is a file, and an object in ${file} is called so, too; rename or remove that file`,
  );
}

/** What one path leads to. @throws UsageError: its problem */
async function inputsAt(
  host: Host,
  path: string,
  open: Opener,
  { asIs = false, flag }: Pick<NamedPaths, 'asIs' | 'flag'>,
): Promise<readonly NamedInput[]> {
  const image = placeOfImage(path);
  const isFile = image === undefined && (await exists(host, path));
  if (isFile) await rejectNamesake(host, path, open, flag);
  const isWhole = isFile || image?.endsWith(']') === false;
  const file = isWhole ? path : await containerOf(host, path);
  const objects = file === undefined || (asIs && isFile) ? undefined : await open(file);
  if (file === undefined || objects === undefined) return [{ path, reads: image === undefined ? path : '' }];
  return isWhole ? objects : chosen(path, file, objects, flag);
}

/**
 * Opens the files among `paths` that hold objects: programs, skeletons, archives, packages. What nothing is found in has
 * a `problem`.
 */
export async function openNamed(host: Host, named: NamedPaths): Promise<NamedInput[]> {
  const open = opener(host, named);
  const found = new Map<string, NamedInput>();
  for (const path of named.paths) {
    try {
      // The same object may be named twice: with its file, and alone.
      for (const one of await inputsAt(host, path, open, named)) {
        if (found.get(one.path)?.problem === undefined) found.set(one.path, one);
      }
    } catch (problem) {
      if (!(problem instanceof UsageError)) throw problem;
      found.set(path, { path, reads: placeOfImage(path) === undefined ? path : '', problem });
    }
  }
  return [...found.values()];
}

/** Removes objects that no run has taken for a day; another one may be at work with those of today. */
async function removeUnused({ files, now }: Pick<Host, 'files' | 'now'>, dir: string): Promise<void> {
  const oldest = now().getTime() - UNUSED_MS;
  for (const name of await files.list(dir)) {
    const stat = KEPT.test(name) ? await files.stat(join(dir, name)) : undefined;
    if (stat?.isFile && stat.mtimeMs < oldest) await files.remove(join(dir, name));
  }
}

/**
 * Keeps objects that were taken out of other files in the work directory, where a run reads them.
 * @throws HostError for a directory that cannot be written
 */
export async function keepNamed(host: Host, workdir: string, named: readonly NamedInput[]): Promise<ArtifactInput[]> {
  const dir = join(workdir, OBJECTS);
  const fileOf = ({ sha256 }: KeptObject): string => join(dir, `${sha256}.o`);
  const objects = named.flatMap(({ object }) => object ?? []);
  if (objects.length > 0) await ensureWorkDirectory(host, workdir);
  try {
    if (objects.length > 0) {
      await host.files.makeDir(dir);
      await removeUnused(host, dir);
    }
    for (const object of objects) await host.files.writeAtomic(fileOf(object), object.bytes);
  } catch (cause) {
    const remedy = phrase`check its space and permissions, or choose another work directory (${option('workdir')})`;
    throw new HostError('workdir_unwritable', phrase`cannot write to ${dir}: ${wordingOf(cause)}; ${remedy}`, {
      cause,
    });
  }
  return named.map(({ path, name, problem, object }) => ({
    path,
    name,
    problem,
    taken: object && { file: fileOf(object), sha256: object.sha256, source: object.source },
  }));
}
