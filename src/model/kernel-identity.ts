import * as z from 'zod';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const word = z.string().min(1).max(256);

/**
 * Which kernel it is. Only the build id, or the release with a digest, identify a kernel; the other fields are labels,
 * since vendors build again and carry changes back under similar names. Absent: not known.
 */
export const KernelIdentity = z.object({
  /** `uname -m`. */
  arch: word,
  /** `uname -r`. */
  release: word,
  /** `uname -v`. */
  version: z.string().max(1024).optional(),
  /** GNU build id, hex. */
  build_id: z
    .string()
    .regex(/^(?:[0-9a-f]{2}){4,64}$/)
    .optional(),
  /** SHA-256 of /sys/kernel/btf/vmlinux; null: the kernel has no BTF. */
  btf_sha256: sha256.nullable().optional(),
  /** SHA-256 of the configuration, unpacked. */
  config_sha256: sha256.optional(),
  /** `ID` and `VERSION_ID` of os-release. */
  distro: word.optional(),
  distro_version: word.optional(),
});
export type KernelIdentity = z.infer<typeof KernelIdentity>;
