import * as z from 'zod';

/*
 * Paths of this machine. In a profile they are relative to it and stay in its repository; what a person types is any path.
 */
const Path = z
  .string()
  .regex(/^[^\u0000-\u001f\u007f]{1,4096}$/, 'must be the path of a file: 1 to 4096 characters, without control ones');

const Sha256 = z.string().regex(/^[0-9a-fA-F]{64}$/, 'must be the 64 hexadecimal digits of a SHA-256');

/** A kernel that somebody built or copied to this machine. */
export const FileKernelSource = z.strictObject({
  source: z.literal('file'),
  /** The image as a boot loader takes it: bzImage, vmlinuz. */
  image: Path,
  /** Directory with its modules: of `make modules_install`, `lib/modules/RELEASE`, or the tree it was built in. */
  modules: Path.optional(),
  /** Its `.config`; without it what lies beside the image, or in it (CONFIG_IKCONFIG). */
  config: Path.optional(),
  /** Of the image. */
  sha256: Sha256.optional(),
});
export type FileKernelSource = z.infer<typeof FileKernelSource>;

/** The keys that are paths. */
export const FILE_PATHS = ['image', 'modules', 'config'] as const;
