import { Document } from 'yaml';
import * as z from 'zod';
import type { LockedFile, LockedKernel } from '../model/kernel.ts';
import { profileId } from './manifest-schema.ts';
import { readYaml, type SourceFile } from './yaml-file.ts';
import { line, list, word } from './yaml-schema.ts';

/** Name of the lock, in the directory that bpfcompat is run in. */
export const LOCK_FILE = 'bpfcompat.lock';
/** What writes it, for messages. */
export const LOCK_COMMAND = 'bpfcompat lock';

const SCHEMA = 'bpfcompat_lock.v1';
const MAX_ENTRIES = 1000;
const MAX_FILES = 32;

// Words of the file become arguments of apt: none may begin like an option.
const packageName = word(
  /^[A-Za-z0-9](?:[A-Za-z0-9._+-]|\/(?=[a-z0-9])){0,127}$/,
  'the name of a package or of an image',
);
const packageVersion = word(/^[A-Za-z0-9][A-Za-z0-9._+~^:-]{0,127}$/, 'the version of a package');
const sha256 = word(/^[0-9a-f]{64}$/, 'the 64 hexadecimal digits of a SHA-256, in lower case');

const LockedFileEntry = z.strictObject({
  name: packageName,
  version: packageVersion,
  sha256,
  /** Where the file was downloaded from; only reported. */
  url: line({ maxBytes: 2048 }).optional(),
});

const LockEntry = z.strictObject({
  profile: profileId,
  package: packageName,
  version: packageVersion,
  /** `uname -r`. */
  release: line({ maxBytes: 256 }),
  /** Who signed the packages, or the index that names them; only reported. */
  signer: z
    .strictObject({
      key: word(/^[0-9A-F]{16,64}$/, 'the fingerprint of a key in upper case'),
      owner: line({ maxBytes: 256 }).default(''),
    })
    .optional(),
  files: list(LockedFileEntry, { min: 1, max: MAX_FILES }),
});

const LockImage = z.strictObject({
  profile: profileId,
  url: line({ maxBytes: 2048 }),
  /** Of the file as it is downloaded, packed or not. */
  sha256,
});

/** `bpfcompat.lock`: which build of each kernel is run, and which disk image. */
export const LockFile = z.strictObject({
  schema: z.literal(SCHEMA),
  kernels: list(LockEntry, { unique: 'profile', max: MAX_ENTRIES }),
  images: list(LockImage, { unique: 'profile', max: MAX_ENTRIES }).optional(),
});

/** The disk image of a profile in a lock, as it is written. */
export type LockedImage = z.infer<typeof LockImage>;

/** One kernel of a lock, as it is written. */
export interface LockedEntry {
  readonly profile: string;
  readonly package: string;
  readonly version: string;
  readonly release: string;
  readonly signer?: { readonly key: string; readonly owner: string } | undefined;
  readonly files: readonly (LockedFile & { readonly url?: string | undefined })[];
}

export interface Lock {
  readonly entries: readonly LockedEntry[];
  readonly images: readonly LockedImage[];
  /** What a profile is locked to, with the place in the file. */
  kernelOf(profile: string): Omit<LockedKernel, 'strict'> | undefined;
  /** The same of its disk image. */
  imageOf(profile: string): (LockedImage & { readonly origin: string }) | undefined;
}

/** @throws UsageError `lock_invalid` with file, line and column of everything that is wrong */
export function readLock(source: SourceFile): Lock {
  const { value, at } = readYaml(source, LockFile, 'lock_invalid');
  const { images = [] } = value;
  return {
    entries: value.kernels,
    images,
    imageOf(profile) {
      const index = images.findIndex((one) => one.profile === profile);
      const image = images[index];
      return image && { ...image, origin: at(['images', index, 'profile']) };
    },
    kernelOf(profile) {
      const index = value.kernels.findIndex((one) => one.profile === profile);
      const entry = value.kernels[index];
      if (entry === undefined) return undefined;
      const files = entry.files.map(({ name, version, sha256: digest }) => ({ name, version, sha256: digest }));
      return { name: entry.package, version: entry.version, files, origin: at(['kernels', index, 'profile']) };
    },
  };
}

function ordered({ profile, package: name, version, release, signer, files }: LockedEntry) {
  return {
    profile,
    package: name,
    version,
    release,
    ...(signer && { signer: { key: signer.key, ...(signer.owner !== '' && { owner: signer.owner }) } }),
    files: files.map((one) => ({
      name: one.name,
      version: one.version,
      sha256: one.sha256,
      ...(one.url !== undefined && { url: one.url }),
    })),
  };
}

const HEAD = ` The build of each kernel that '${LOCK_COMMAND}' found and verified. Keep it in the repository; the
 same command brings it up to date.`;

function sorted<T extends { readonly profile: string }>(entries: readonly T[]): T[] {
  return [...entries].sort((a, b) => a.profile.localeCompare(b.profile, 'en', { numeric: true }));
}

/** The text of a lock: kernels and images by id (numbers in them by value), keys always in the same order. */
export function lockText(entries: readonly LockedEntry[], images: readonly LockedImage[] = []): string {
  const disks = sorted(images).map(({ profile, url, sha256 }) => ({ profile, url, sha256 }));
  const kernels = sorted(entries).map(ordered);
  const document = new Document({ schema: SCHEMA, kernels, ...(disks.length > 0 && { images: disks }) });
  document.commentBefore = HEAD;
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}
