import { join, relative } from 'node:path';
import { takeLayout, takeReference } from '../artifacts/image.ts';
import { LIMITS } from '../artifacts/limits.ts';
import { type OpenedFile, openFile, openImage } from '../artifacts/open.ts';
import { didYouMean, enumerate } from '../config/near.ts';
import { quoted } from '../config/words.ts';
import type { Host } from '../host/host.ts';
import type { ArtifactSource } from '../model/cell.ts';
import { UsageError } from '../model/errors.ts';
import { insideSuffixes } from '../model/inside.ts';
import { fileName } from '../model/object-names.ts';
import { IMAGE_SCHEME } from '../model/oci-source.ts';
import { phrase, type Wording } from '../model/wording.ts';
import { flagRoot } from '../run/confine.ts';
import { ensureWorkDirectory } from '../run/directories.ts';
import { containerOf, isLayout } from '../run/find-artifacts.ts';
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
  /** Nothing is pulled. */
  readonly offline?: boolean | undefined;
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

/** The account for one registry, where there is one. */
function loginOf({ env }: Host): { readonly host: string; readonly token: string } | undefined {
  const token = env['BPFCOMPAT_REGISTRY_TOKEN'] ?? '';
  return token === '' ? undefined : { host: env['BPFCOMPAT_REGISTRY'] || 'ghcr.io', token };
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
  { cwd, flag, offline, signal, heldBytes = LIMITS.heldBytes }: Omit<NamedPaths, 'paths'>,
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
      const access = { remedy: 'name its directory', login: loginOf(host) };
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
  const near =
    didYouMean(suffix, there) ||
    `; it has ${enumerate(there.slice(0, 8), 'and')}${there.length > 8 ? ' and more' : ''}`;
  throw new UsageError(
    'artifact_no_match',
    phrase`${flag === undefined ? '' : phrase`${flag}: `}${file} has no object ${quoted(suffix)}${near}`,
  );
}

async function exists(host: Host, path: string): Promise<boolean> {
  return (await host.files.stat(path).catch(() => undefined)) !== undefined;
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
    const plain = { path, reads: placeOfImage(path) === undefined ? path : '' };
    try {
      const isThere = placeOfImage(path)?.endsWith(']') === false || (await exists(host, path));
      const file = isThere ? path : await containerOf(host, path);
      const objects =
        file === undefined || (asIs && isThere && placeOfImage(path) === undefined) ? undefined : await open(file);
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
