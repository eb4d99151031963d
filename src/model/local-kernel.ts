import { imageNamed } from './oci-source.ts';
import { flag } from './wording.ts';

/**
 * A kernel that a person names for one run (`--kernel`). Paths are relative to where the run was started; `modules` and
 * `config` are addresses where the image is one.
 */
export interface LocalKernel {
  /**
   * The image as a boot loader takes it (bzImage, vmlinuz, vmlinux) or the tree it was built in: a path or an address.
   * Also a container image (`HOST/NAME:TAG`, `oci://HOST/NAME`) or a directory with an OCI layout.
   */
  readonly image: string;
  /** Directory with its modules, or the address of an archive of them. */
  readonly modules?: string | undefined;
  /** Its `.config`. */
  readonly config?: string | undefined;
  /** Its profile id in reports; without it one that is made of its release or of its address. */
  readonly name?: string | undefined;
  /** Of the image, hex. */
  readonly sha256?: string | undefined;
  /** Address of a list of digests, signed by `gpgkey`. */
  readonly checksums?: string | undefined;
  /** Address of a detached signature by `gpgkey`: of the list, where there is one, else of the image. */
  readonly signature?: string | undefined;
  /** Name of a key that comes along, or path of a key file. */
  readonly gpgkey?: string | undefined;
}

/** What may stand behind the image, each as `,KEY=VALUE`. */
export const LOCAL_KERNEL_KEYS = ['modules', 'config', 'name', 'sha256', 'checksums', 'signature', 'gpgkey'] as const;
type LocalKernelKey = (typeof LOCAL_KERNEL_KEYS)[number];
const FLAG_KEY = /,([a-z0-9_-]+)=/g;

/** Where a kernel is: on this machine, on a server, or in an image of a registry. */
export type LocalKernelPlace = 'file' | 'address' | 'image';

/** What goes with a kernel of each place. A digest of a container image is part of its name. */
export const KEYS_OF_PLACE: Readonly<Record<LocalKernelPlace, readonly LocalKernelKey[]>> = {
  file: ['modules', 'config', 'name', 'sha256'],
  address: LOCAL_KERNEL_KEYS,
  image: ['name'],
};

/**
 * The image of a registry that a word names; undefined for others. Directories are called like images (`linux-6.12/vmlinux`),
 * so that one without a scheme needs a tag or a digest.
 */
export function kernelImageName(word: string): string | undefined {
  return /^(?:oci|docker):\/\/|\/[^/]*[:@]/.test(word) ? imageNamed(word) : undefined;
}

export function placeOfKernel({ image }: Pick<LocalKernel, 'image'>): LocalKernelPlace {
  if (/^https?:\/\//.test(image)) return 'address';
  return kernelImageName(image) === undefined ? 'file' : 'image';
}

/** The words of the flag: the image, and what stands behind it with its keys as they were typed. */
export function localKernelWords(text: string): { readonly image: string; readonly rest: readonly [string, string][] } {
  const [image = '', ...words] = text.split(FLAG_KEY);
  const rest: [string, string][] = [];
  for (let i = 0; i < words.length; i += 2) rest.push([words[i] ?? '', words[i + 1] ?? '']);
  return { image, rest };
}

/** As the flag has it. */
export function localKernelText(kernel: LocalKernel): string {
  const words = LOCAL_KERNEL_KEYS.flatMap((key) => (kernel[key] ? [`,${key}=${kernel[key]}`] : []));
  return `${kernel.image}${words.join('')}`;
}

/** How a kernel of one run is distinguished from those of profiles, where its origin is named. */
export const TYPED_KERNEL = `${flag('kernel')} `;
