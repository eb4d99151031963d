import * as z from 'zod';
import { HostError } from '../../../model/errors.ts';
import type { Arch } from '../../../model/kernel.ts';

/** A container image's own documents (OCI image specification, and Docker's older names for the same). */
const Descriptor = z.object({
  mediaType: z.string().max(256),
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/, 'is not a SHA-256'),
  size: z.number().int().nonnegative(),
  artifactType: z.string().max(256).optional(),
  platform: z.object({ os: z.string(), architecture: z.string() }).optional(),
  annotations: z.record(z.string(), z.string()).optional(),
});
export type Descriptor = z.infer<typeof Descriptor>;

const MAX_LAYERS = 128;
const Index = z.object({ manifests: z.array(Descriptor).max(1000) });
const Manifest = z.object({ layers: z.array(Descriptor).max(MAX_LAYERS) });

/** Kinds of documents to request from a registry. */
export const DOCUMENT_KINDS = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

const ARCHITECTURES: Readonly<Record<Arch, string>> = { x86_64: 'amd64', aarch64: 'arm64' };

function parse(bytes: Buffer, what: string): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new HostError('bad_package', `${what} is not JSON; nothing was used, choose another image or registry`);
  }
}

/** What a document leads to: an image for one architecture, or one of several to choose from. */
export type Document =
  | { readonly kind: 'index'; readonly manifests: readonly Descriptor[] }
  | { readonly kind: 'manifest'; readonly layers: readonly Descriptor[] };

/** @throws HostError `bad_package` for what is neither */
export function readDocument(bytes: Buffer, what: string): Document {
  const value = parse(bytes, what);
  const index = Index.safeParse(value);
  if (index.success) return { kind: 'index', ...index.data };
  const manifest = Manifest.safeParse(value);
  if (manifest.success) return { kind: 'manifest', ...manifest.data };
  const hasList = typeof value === 'object' && value !== null && 'manifests' in value;
  const [issue] = (hasList ? index : manifest).error.issues;
  const where = issue === undefined ? '' : ` (${[...issue.path.map(String), issue.message].join(' ')})`;
  throw new HostError('bad_package', `${what} is not an image manifest that can be read${where}; nothing was used`);
}

/**
 * The image for an architecture.
 * @param tag the name that it must have, where it is given
 * @param several what to do where that is more than one
 * @throws HostError `package_not_found` with what there is
 */
export function choosePlatform(
  manifests: readonly Descriptor[],
  arch: Arch,
  what: string,
  tag?: string,
  several = 'name one with kernel.tag',
): Descriptor {
  const nameOf = ({ annotations }: Descriptor): string | undefined =>
    annotations?.['org.opencontainers.image.ref.name'];
  const named = tag === undefined ? manifests : manifests.filter((one) => nameOf(one) === tag);
  const expected = ARCHITECTURES[arch];
  const fits = named.filter(
    ({ platform }) => platform === undefined || (platform.os === 'linux' && platform.architecture === expected),
  );
  const [only] = fits;
  if (only !== undefined && (fits.length === 1 || tag !== undefined || only.platform !== undefined)) return only;
  if (fits.length > 1) {
    const names = manifests.map((one) => nameOf(one) ?? one.digest.slice(0, 19)).join(', ');
    throw new HostError('package_not_found', `${what} holds several images (${names}); ${several}`);
  }
  const there = manifests
    .map((one) => (tag === undefined ? `${one.platform?.os}/${one.platform?.architecture}` : (nameOf(one) ?? '')))
    .filter((one) => one !== '' && !one.startsWith('unknown'));
  const has = there.length === 0 ? 'nothing' : [...new Set(there)].join(', ');
  const requested = tag === undefined ? `linux/${expected}` : `the tag ${tag}`;
  throw new HostError('package_not_found', `${what} has no image for ${requested}; it has ${has}`);
}
