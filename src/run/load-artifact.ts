import { createHash } from 'node:crypto';
import { basename, resolve } from 'node:path';
import type { FileStat, Host } from '../host/host.ts';
import type { Artifact } from '../model/cell.ts';
import { UsageError } from '../model/errors.ts';
import { artifactName, fileName } from '../model/object-names.ts';
import { option, phrase, type Wording } from '../model/wording.ts';
import { MAX_OBJECT_BYTES } from '../object/header.ts';
import { isLayout } from './find-artifacts.ts';
import type { ArtifactInput } from './subject.ts';

const REASONS: Record<string, string> = {
  ENOENT: 'there is no such file; build the object first or correct the path',
  EACCES: 'this user may not read it; correct its permissions',
};

/** What a directory is, when it is one of those that stand for an image elsewhere. */
export async function directoryWords(host: Host, path: string): Promise<string> {
  if (!(await isLayout(host, path))) return 'it is a directory; name the compiled object in it';
  return 'it is an OCI image layout; objects are plain files: take the .bpf.o out of it (tar -xf its layer) and name that';
}

/** Where one object is named, nothing is looked for: a suite has a case for each. */
function patternWords(code: string, path: string): Wording | undefined {
  if (code !== 'ENOENT' || !/[*?]/.test(path)) return undefined;
  return phrase`one object is named here, no pattern; write a case for each, or use test ${option('artifact')} with the pattern`;
}

/** Sees from the outside that a file is not an object: reading a pipe or a device may never end. */
function reject(origin: Wording, path: string, { isFile, isDirectory, size }: FileStat): void {
  if (!isFile && !isDirectory) {
    const words = 'it is a pipe or a device; write the object to a file first';
    throw new UsageError('artifact_unreadable', phrase`${origin} ${path}: ${words}`);
  }
  if (isFile && size > MAX_OBJECT_BYTES) {
    const words = `the file has ${size} bytes, at most 64 MiB are accepted; strip its debug sections (llvm-strip -g)`;
    throw new UsageError('artifact_too_large', phrase`${origin} ${path}: ${words}`);
  }
}

/**
 * Reads an object once; the digest is of the bytes that guests get.
 * @param origin where the path was written, for messages
 * @throws UsageError when the file is missing, unreadable, no regular file, empty or over 64 MiB, and for a copy of what was
 * taken out of another file that is not what was taken
 */
export async function loadArtifact(
  host: Host,
  { path, name, taken, problem }: ArtifactInput,
  origin: Wording = option('artifact'),
): Promise<{ artifact: Artifact; bytes: Uint8Array; file?: string }> {
  if (problem !== undefined) throw problem;
  const absolute = taken?.file ?? resolve(path);
  let bytes: Buffer;
  try {
    const stat = await host.files.stat(absolute);
    if (stat) reject(origin, path, stat);
    if (stat?.isDirectory) {
      throw new UsageError('artifact_unreadable', phrase`${origin} ${path}: ${await directoryWords(host, absolute)}`);
    }
    if (stat?.isFile && (await host.files.isVirtual(absolute))) {
      const words = 'the kernel makes it up as it is read; it is not an object, name the compiled file';
      throw new UsageError('artifact_unreadable', phrase`${origin} ${path}: ${words}`);
    }
    bytes = await host.files.read(absolute, MAX_OBJECT_BYTES);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (error instanceof UsageError) throw error;
    throw new UsageError(
      'artifact_unreadable',
      phrase`${origin} ${path}: ${patternWords(code, path) ?? REASONS[code] ?? `cannot be read (${code || error})`}`,
      {
        cause: error,
      },
    );
  }
  if (bytes.length === 0) {
    throw new UsageError(
      'artifact_empty',
      phrase`${origin} ${path}: the file is empty; build it again, the compiler may have failed`,
    );
  }
  const whole = {
    sha256: createHash('sha256').update(bytes).digest('hex'),
    sizeBytes: bytes.length,
  };
  if (taken === undefined) {
    const artifact = { path: absolute, basename: basename(absolute), name: name || artifactName(absolute), ...whole };
    return { artifact, bytes };
  }
  const { source, file, sha256 } = taken;
  if (whole.sha256 !== sha256) {
    const words = `its copy ${file} was changed as soon as it was written, by another program; find that one, and run again`;
    throw new UsageError('artifact_unreadable', phrase`${origin} ${path}: ${words}`);
  }
  const artifact = { path, basename: fileName(path), name: name || fileName(path), source, ...whole };
  return { artifact, bytes, file };
}
