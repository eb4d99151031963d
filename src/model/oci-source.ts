import * as z from 'zod';

/** `HOST/NAME[:TAG][@sha256:DIGEST]`. */
const IMAGE =
  /^[a-z0-9.-]+(?::[0-9]{1,5})?(?:\/[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*)+(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$/;

/** A kernel in a container image, in a registry or in a layout on this machine. One of both is named; `config` checks that. */
export const OciKernelSource = z.strictObject({
  source: z.literal('oci'),
  /** `HOST/NAME[:TAG][@sha256:DIGEST]`; the digest counts where there is one. */
  image: z
    .string()
    .max(512)
    .regex(IMAGE, 'must be an image with its registry: HOST/NAME:TAG or HOST/NAME@sha256:DIGEST')
    .optional(),
  /** Directory with an OCI layout, or a tar archive of one, on this machine. */
  layout: z
    .string()
    .regex(/^[^\u0000-\u001f\u007f]{1,4096}$/, 'must be a path: 1 to 4096 characters, without control ones')
    .optional(),
  /** Which image of a layout, where it holds several: its `org.opencontainers.image.ref.name`. */
  tag: z
    .string()
    .regex(/^[A-Za-z0-9_][A-Za-z0-9_.:/-]{0,255}$/, 'must be a tag: letters, digits and "_.:/-"')
    .optional(),
});
export type OciKernelSource = z.infer<typeof OciKernelSource>;

/** How paths and reports name an image of a registry. */
export const IMAGE_SCHEME = 'oci://';

/**
 * The name of an image that a word is (`ghcr.io/owner/image:tag`, also behind `oci://` and `docker://`); undefined for a
 * path. A host has a dot or a port, and no object is called like an image without a tag.
 */
export function imageNamed(word: string): string | undefined {
  const [, scheme, name = ''] = /^((?:oci|docker):\/\/)?(.*)$/.exec(word) ?? [];
  if (name.length > 512 || !IMAGE.test(name) || !/^(?:[^/]*[.:][^/]*|localhost)\//.test(name)) return undefined;
  const isPath = scheme === undefined && (/^\./.test(name) || /\.(?:o|h|gz|xz|zst|tar|deb|rpm|so|a)$/.test(name));
  return isPath ? undefined : name;
}

/** The parts of an image's name. */
export interface ImageName {
  /** With its port. */
  readonly host: string;
  readonly repository: string;
  /** A digest, or a tag. */
  readonly reference: string;
}

/** @param text as the schema above lets it through */
export function parseImageName(text: string): ImageName {
  const [, host = '', path = '', tag = 'latest', digest] =
    /^([^/]+)\/([^:@]+)(?::([^@]+))?(?:@(sha256:[0-9a-f]{64}))?$/.exec(text) ?? [];
  return { host, repository: path, reference: digest ?? tag };
}
