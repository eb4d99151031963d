import { flag } from './wording.ts';
/** A kernel that a person names for one run (`--kernel`). Paths are relative to where the run was started. */
export interface LocalKernel {
  /** The image as a boot loader takes it: bzImage, vmlinuz. */
  readonly image: string;
  /** Directory with its modules. */
  readonly modules?: string | undefined;
  /** Its `.config`. */
  readonly config?: string | undefined;
  /** Its profile id in reports; without it `local-` and what `uname -r` says. */
  readonly name?: string | undefined;
}

/** What may stand behind the image, each as `,KEY=VALUE`. */
export const LOCAL_KERNEL_KEYS = ['modules', 'config', 'name'] as const;
const FLAG_KEY = /,([a-z_-]+)=/g;

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

/** How a kernel of one run is told from those of profiles, where its origin is named. */
export const TYPED_KERNEL = `${flag('kernel')} `;
