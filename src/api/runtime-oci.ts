import { resolve } from 'node:path';
import type { Host } from '../host/host.ts';
import { openRegistry, type RegistryStore } from '../kernels/sources/oci/registry.ts';
import { HostError, UsageError } from '../model/errors.ts';
import { imageNamed, parseImageName } from '../model/oci-source.ts';
import { checkObjectHeader } from '../object/header.ts';
import { readObject } from '../object/read-object.ts';
import { sha256 } from '../runtime/canonical.ts';
import { openBundle } from '../runtime/envelope.ts';
import { objectImage, referrer } from '../runtime/oci-image.ts';
import { pullBundles, pullObject } from '../runtime/oci-pull.ts';
import { listReferrers, openLine, push } from '../runtime/oci-push.ts';
import { readUnverified } from '../runtime/read-unverified.ts';
import { allBundles, maxObjectBytes, type StoredBundle } from '../runtime/store.ts';
import { accountFor } from './registry-account.ts';
import { type Environment, environmentOf } from './services.ts';

const SCHEME = 'oci://';
const REMEDY =
  'name a directory with the object, or log in (docker login, or BPFCOMPAT_REGISTRY_LOGIN with BPFCOMPAT_REGISTRY)';

export interface PushOptions extends Environment {
  /** `HOST/NAME:TAG`. */
  readonly image: string;
  readonly artifact: string;
  readonly workdir: string;
  /** Further bundles. */
  readonly evidence: readonly string[];
}

export interface PushResult {
  readonly schema_version: 'runtime_push.v0.1';
  readonly image: string;
  readonly artifact_sha256: string;
  /** Of the manifest: what to pull by. */
  readonly manifest: string;
  /** Bundles that refer to it. */
  readonly bundles: readonly string[];
}

/** @throws UsageError for a word that is no image with its registry */
function imageOf(word: string) {
  const name = imageNamed(word);
  if (name !== undefined) return parseImageName(name);
  throw new UsageError(
    'image_invalid',
    `${word} is no image with its registry; write HOST/NAME:TAG or HOST/NAME@sha256:DIGEST`,
  );
}

function factsOf(object: Buffer, host: Host) {
  const facts = readObject(object);
  if (!facts.ok) throw new UsageError('object_invalid', `the object cannot be read: ${facts.problem.message}`);
  const programs = Object.fromEntries(facts.programs.map(({ name, kind }) => [name, kind.type]));
  const own = facts.maps.filter(({ origin }) => origin === 'btf' || origin === 'legacy');
  const maps = Object.fromEntries(own.map(({ name, type }) => [name, type]));
  return { programs, maps, arch: host.arch === 'aarch64' ? ('arm64' as const) : ('amd64' as const) };
}

/** Where to push. @throws UsageError for a digest: it is what comes of the bytes */
function placeOf(word: string) {
  const name = imageOf(word);
  if (!name.reference.startsWith('sha256:')) return name;
  throw new UsageError('image_invalid', `${word} names a digest, and an object is pushed to a tag: HOST/NAME:TAG`);
}

/**
 * Pushes an object as an image, and the bundles about it as what refers to that image.
 * @throws HostError `mirror_unreachable` with what the registry said
 */
export async function pushArtifact(options: PushOptions): Promise<PushResult> {
  const { host, cwd } = environmentOf(options);
  const name = placeOf(options.image);
  const path = resolve(cwd, options.artifact);
  const stat = await host.files.stat(path);
  if (!stat?.isFile) {
    const what = stat === undefined ? 'there is no such file' : 'it is no regular file';
    throw new UsageError('artifact_unreadable', `${path}: ${what}; name the compiled object`);
  }
  const object = await host.files.read(path, maxObjectBytes(host));
  const problem = checkObjectHeader(object);
  if (problem) throw new UsageError('object_invalid', `${path}: ${problem.message}`);
  const digest = sha256(object);
  const places = options.evidence.map((place) => resolve(cwd, place));
  const bundles = await allBundles(host, resolve(cwd, options.workdir), places);
  const own = bundles.filter(({ bytes }) => readUnverified(openBundle(bytes))?.sha256 === digest);
  const line = openLine(host, name, await accountFor(host, name, true));
  const image = await objectImage('object.bpf.o', object, factsOf(object, host));
  const manifest = await push(line, image, name.reference);
  const referrers = own.map(({ bytes }) => referrer(image.manifest, bytes));
  for (const one of referrers) await push(line, one);
  if (referrers.length > 0) await listReferrers(line, manifest, referrers);
  return {
    schema_version: 'runtime_push.v0.1',
    image: `${name.host}/${name.repository}:${name.reference}`,
    artifact_sha256: digest,
    manifest,
    bundles: own.map((one) => one.sha256),
  };
}

/** Whether a place is an image of a registry. */
export function isImage(place: string): boolean {
  return place.startsWith(SCHEME);
}

async function withRegistry<T>(
  host: Host,
  place: string,
  work: (store: RegistryStore, reference: string) => Promise<T>,
): Promise<T> {
  const name = imageOf(place);
  await using dir = await host.files.tempDir('bpfcompat-oci-');
  const access = { signal: undefined, remedy: REMEDY, account: await accountFor(host, name) };
  return await work(openRegistry(host, name, dir.path, access), name.reference);
}

/** The bundles that refer to the images among places; what they say is for the trust to judge. */
export async function remoteBundles(host: Host, places: readonly string[]): Promise<StoredBundle[]> {
  const found: StoredBundle[] = [];
  for (const place of places.filter(isImage))
    found.push(
      ...(await withRegistry(host, place, async (store, reference) => {
        const { manifest } = await pullObject(host, store, reference, place);
        return pullBundles(host, store, manifest);
      })),
    );
  return found;
}

/**
 * The object with a digest, out of the first image that has it; undefined where no image is named.
 * @throws HostError `wrong_digest` where the images have other objects
 */
export async function remoteObject(host: Host, places: readonly string[], digest: string): Promise<Buffer | undefined> {
  const images = places.filter(isImage);
  for (const place of images) {
    const pulled = await withRegistry(host, place, (store, reference) => pullObject(host, store, reference, place));
    if (pulled.sha256 === digest) return pulled.bytes;
  }
  if (images.length === 0) return undefined;
  throw new HostError(
    'wrong_digest',
    `${images.join(', ')}: none of them has the object ${digest}; nothing was written`,
  );
}
