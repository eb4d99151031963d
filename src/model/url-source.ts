import * as z from 'zod';
import { Address, KeyName } from './rpm-source.ts';

/**
 * A kernel that lies as files on a server, with digests or signatures beside them. The rules between the keys are checked
 * by `config`.
 */
export const UrlKernelSource = z.strictObject({
  source: z.literal('url'),
  /** The image: vmlinuz, bzImage. */
  image: Address.optional(),
  /** Names of Debian packages among the checksums, with `*`: the image and its modules. */
  packages: z
    .array(
      z
        .string()
        .regex(
          /^(?!(?:[^*]*\*){9})[A-Za-z0-9][A-Za-z0-9.+_~*-]{0,200}\.deb$/,
          'must be the name of a .deb: letters, digits and ".+_~-", with at most 8 "*" behind its first letter',
        ),
    )
    .min(1)
    .max(8)
    .optional(),
  /** A tar archive with `lib/modules`, packed or not. */
  modules: Address.optional(),
  config: Address.optional(),
  /** Of the image. */
  sha256: z
    .string()
    .regex(/^[0-9a-fA-F]{64}$/, 'must be the 64 hexadecimal digits of a SHA-256')
    .optional(),
  /** A text with digests and names, signed in itself or by `signature`. */
  checksums: Address.optional(),
  /** A detached signature: of the checksums where there are some, else of the image. */
  signature: Address.optional(),
  /** Names of keys, or paths of key files. */
  gpgkey: z.array(KeyName).min(1).optional(),
});
export type UrlKernelSource = z.infer<typeof UrlKernelSource>;
