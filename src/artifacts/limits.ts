import { UsageError } from '../model/errors.ts';
import { MAX_OBJECTS } from '../object/inside/find-objects.ts';

/** Bounds on what files of others are opened for. A file beyond them is an error, and nothing of it is used. */
export const LIMITS = {
  /** Of a program, and of each file in an archive, in bytes. */
  fileBytes: 512 * 1024 * 1024,
  /** Of C source, in bytes: a skeleton has four for each of its object's. */
  sourceBytes: 64 * 1024 * 1024,
  /** Of an archive once it is unpacked, in bytes. */
  unpackedBytes: 8 * 1024 * 1024 * 1024,
  entries: 100_000,
  /** Of a path in an archive: in characters, and in directories. */
  nameLength: 4096,
  nameDepth: 256,
  /** Of all its paths together, in characters. */
  namesLength: 32 * 1024 * 1024,
  /** Objects that are taken out of one file. */
  objects: MAX_OBJECTS,
  /** Of all of them, in bytes. */
  objectBytes: 512 * 1024 * 1024,
  /** Of those of all files that a run names, in bytes: they are in memory together until they are kept. */
  heldBytes: 1024 * 1024 * 1024,
  /** Of the paths that are compared where layers of an image are laid over each other, in characters: some seconds. */
  comparedLength: 512 * 1024 * 1024,
  milliseconds: 10 * 60_000,
} as const;

/** @throws UsageError `artifact_too_large` */
export function rejectLarge(what: string): never {
  throw new UsageError('artifact_too_large', `${what}; take the object out of it and name that`);
}
