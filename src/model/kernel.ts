import * as z from 'zod';
import type { ImageSource } from './disk-image.ts';
import { FileKernelSource } from './file-source.ts';
import { OciKernelSource } from './oci-source.ts';
import { RpmKernelSource } from './rpm-source.ts';
import type { FirecrackerSettings, VirtmeSettings } from './runner-settings.ts';
import { UrlKernelSource } from './url-source.ts';

/** Id pattern of profiles, suites and cases (docs/matrix.md). */
export const ID_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

export const Arch = z.enum(['x86_64', 'aarch64']);
export type Arch = z.infer<typeof Arch>;

/*
 * Words of a profile become arguments of apt and of the tools around it. A profile may come with a pull request, so none
 * of them may begin like an option or hold what a tool reads as anything but a name.
 */
const PackageName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9+.-]{1,127}$/, 'must be the name of a Debian package: lower-case letters, digits and "+.-"');

/** Wildcards are few: real patterns need one or two. */
const PackagePattern = z
  .string()
  .regex(
    /^(?!(?:[^*?]*[*?]){9})[a-z0-9][a-z0-9+.*?-]{0,127}$/,
    'must be the name of a Debian package (lower-case letters, digits and "+.-") with at most 8 wildcards "*" and "?" behind its first letter',
  );

const PackageVersion = z
  .string()
  .regex(
    /^(?:[0-9]{1,9}:)?[0-9][A-Za-z0-9.+~-]{0,127}$/,
    'must be a version as Debian writes it: a digit, then letters, digits and ".+~-"',
  );

/** One suite, or some of one mirror that are read as one; separated by one blank, as apt's own files have them. */
const Suites = z
  .string()
  .regex(
    /^[A-Za-z][A-Za-z0-9.-]{0,63}(?:\/updates)?(?: [A-Za-z][A-Za-z0-9.-]{0,63}){0,7}$/,
    'must be the name of a suite such as trixie-backports (a letter, then letters, digits, "." and "-"), or several with one blank between them',
  );

/** Archives that packages lie in; each has mirrors, keys and variables of its own. */
const DEB_ARCHIVES = ['debian', 'debian-security', 'ubuntu', 'ubuntu-ports', 'ubuntu-old-releases'] as const;

/** A package file that a profile names by digest. */
const PinnedDeb = z.strictObject({
  name: PackageName,
  version: PackageVersion,
  /** Path below the mirror. */
  path: z.string().regex(/^pool\/(?!.*\.\.)[A-Za-z0-9.+~_/-]+\.deb$/),
  /** Bytes. Numbers of profile files reach us as text. */
  size: z.coerce.number().int().positive(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

/** The additive `kernel:` block of a profile: where the kernel itself comes from when no cloud image is booted. */
export const DebKernelSource = z.strictObject({
  source: z.literal('deb'),
  /** Archive the package lives in; decides which mirror variable and which host configuration may serve it. */
  archive: z.enum(DEB_ARCHIVES),
  suite: Suites,
  /** Package name or glob (`linux-image-6.16.*+deb13-cloud-amd64`); of several matches in all suites the newest wins. */
  package: PackagePattern,
  /** Exact package version; without it the newest of the suite. */
  version: PackageVersion.optional(),
  /**
   * Packages which the chosen one needs although the archive's index lists them no longer: files of its pool, trusted
   * by their digest alone. What the index lists is never replaced by one of these.
   */
  pinned: z.array(PinnedDeb).optional(),
  /** Mirror used when neither the environment nor the host names one. */
  mirror: z
    .url()
    // A file of this machine is not a mirror that a file of a repository may choose.
    .regex(
      /^https?:\/\/[A-Za-z0-9._~:/@%+-]{1,500}$/,
      'must be an address with http:// or https:// and nothing in it but letters, digits and "._~:/@%+-"',
    )
    .optional(),
  /**
   * Keyring of the archive. Only where an administrator of the host puts keys: a profile may come with a pull request,
   * and must not bring the key that its own packages are signed with.
   */
  keyring: z
    .string()
    .regex(
      /^\/(?:usr\/share|usr\/local\/share|etc\/apt)\/keyrings\/[A-Za-z0-9][A-Za-z0-9._-]*$/,
      'must be a file directly in /usr/share/keyrings, /usr/local/share/keyrings or /etc/apt/keyrings',
    )
    .optional(),
});
export type DebKernelSource = z.infer<typeof DebKernelSource>;

export const KernelSource = z.discriminatedUnion('source', [
  DebKernelSource,
  RpmKernelSource,
  FileKernelSource,
  UrlKernelSource,
  OciKernelSource,
]);
export type KernelSource = z.infer<typeof KernelSource>;

/** A package file with the digest it must have. */
export interface LockedFile {
  readonly name: string;
  readonly version: string;
  /** Hex. */
  readonly sha256: string;
}

/** The one build of a profile's packages that is tested. */
export interface LockedKernel {
  /** Package with the kernel, and its version. */
  readonly name: string;
  readonly version: string;
  /** Every package file; none where a build was only chosen. */
  readonly files: readonly LockedFile[];
  /** Who chose it, for messages: `file:line:column`. */
  readonly origin: string;
  /** Another build is not a result: where this one cannot be had, that is an error. */
  readonly strict: boolean;
}

/** What boots a kernel, in the words of profiles: `vm` is the direct lane or the image lane. */
export const RUNNERS = ['vm', 'virtme-ng', 'firecracker'] as const;
export type Runner = (typeof RUNNERS)[number];

/** An upstream release in the words of virtme-ng, which fetches those; anything else is a path. */
export const UPSTREAM_RELEASE = /^v\d+\.\d+(?:\.\d+)?(?:-rc\d+)?$/;

/** A VM profile as docs/matrix.md has it, with the `kernel` block. */
export interface Profile {
  readonly id: string;
  readonly distro: string;
  readonly version: string;
  readonly kernelFamily: string;
  readonly arch: Arch;
  readonly runner: Runner;
  readonly memoryMb: number;
  readonly cpus: number;
  readonly expectedBtf: boolean | undefined;
  /** BTF for a kernel that has none: an absolute path, and where it was named. */
  readonly btf?: { readonly path: string; readonly origin: string };
  readonly kernel: KernelSource | undefined;
  /** Of runner virtme-ng, whose kernel it names. */
  readonly virtme?: VirtmeSettings | undefined;
  /** Of runner firecracker, whose kernel it names. */
  readonly firecracker?: FirecrackerSettings | undefined;
  /** The vendor's disk image; absent where no image is named. */
  readonly image?: ImageSource | undefined;
  /** Path of the file it was read from. */
  readonly file: string;
  /** Of a kernel of this machine: the repository, without links, that no link among its files leaves. */
  readonly top?: string;
  /** File of the `kernel` block where that is another one: the profile of this id that comes with bpfcompat. */
  readonly kernelFile?: string;
  /** The kernel block comes with bpfcompat. */
  readonly builtinKernel?: true;
  /** File of the built-in profile whose kernel this one takes the place of, as the user allowed. */
  readonly replaces?: string;
  /** Arguments of the kernel command line besides those of every guest: `lockdown=LEVEL` or `lsm=LIST`. */
  readonly kernelArgs?: readonly string[] | undefined;
  /** `uname -r` of the one build that counts, and the packages that hold it. */
  readonly exactly?: { readonly release: string; readonly packages: readonly string[] } | undefined;
  /** The build that is run instead of the newest. */
  readonly locked?: LockedKernel;
  /** What the user should know of how the file was read. */
  readonly note?: string;
  /** Why the runner that was chosen for the run does not run it. */
  readonly unserved?: string;
  /** Why no source of ours can have this kernel booted. */
  readonly unbootable?: string;
  /** Why there is no such profile: its targets cannot be tested, and all else here is empty. */
  readonly problem?: string;
}

/** One file in the content-addressed store. */
export const StoredFile = z.strictObject({
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  size: z.number().int().nonnegative(),
});
export type StoredFile = z.infer<typeof StoredFile>;

/** The package that stored bytes came from. Of an rpm repository `archive` is the address, and `suite` is empty. */
const PackageRecord = z.strictObject({
  name: z.string(),
  version: z.string(),
  archive: z.string(),
  suite: z.string(),
  /** Digests of every package file that bytes were taken from, as the signed index (or the profile's pin) names them. */
  files: z.array(
    z.strictObject({
      name: z.string(),
      version: z.string(),
      sha256: z.string(),
      /** Fingerprint of the key that signed the package itself, where packages are signed. */
      signer: z.string().optional(),
      /** Where it was downloaded from; absent for what came out of a directory or a cache. */
      url: z.string().optional(),
    }),
  ),
  /** Whose key signed the packages, or the index that names them; absent where no one looked. */
  signer: z.strictObject({ key: z.string(), owner: z.string() }).optional(),
});

/** Who vouches for packages. */
const Vouched = z.strictObject({
  /**
   * `signature`: the archive's signed index names every package; `pin`: a digest of the profile names some; `nobody`: what
   * lay there was taken.
   */
  by: z.enum(['signature', 'pin', 'nobody']),
  /** File with the kernel block; `built-in: NAME` for what comes with bpfcompat; the flag for what was typed. */
  file: z.string().min(1),
});

export type Vouched = z.infer<typeof Vouched>;

/**
 * What guest and host talk over: a virtio-serial port; a disk (virtio-blk) where the kernel has no such ports; the serial line
 * of the console where the machine has none.
 */
export const Channel = z.enum(['virtio-serial', 'virtio-blk', 'serial']);
export type Channel = z.infer<typeof Channel>;

/** What `kernels/<profile>.json` of older versions says. Any profile of that id may have put it there. */
export const OldKernelRecord = z.strictObject({
  schema: z.literal('bpfcompat_kernel.v2'),
  profile: z.string(),
  arch: Arch,
  /** `uname -r` that this kernel must report. */
  release: z.string().min(1),
  package: PackageRecord,
  vmlinuz: StoredFile,
  /** The kernel's configuration; null when the distro does not ship it. */
  config: StoredFile.nullable(),
  /** Modules the guest loads at boot, decompressed, in load order. */
  modules: z.array(z.strictObject({ name: z.string(), file: StoredFile })),
  fetchedAt: z.string(),
});
export type OldKernelRecord = z.infer<typeof OldKernelRecord>;

/** A kernel in the store: what `kernels/<profile>@<source>.json` says. */
export const KernelRecord = OldKernelRecord.extend({
  schema: z.literal('bpfcompat_kernel.v3'),
  /** Digest of the architecture and the whole kernel block it was fetched for: no other block finds it. */
  source: z.string().regex(/^[0-9a-f]{64}$/),
  vouched: Vouched,
  /** Build id of the kernel, hex, and SHA-256 of its BTF; absent where its image does not show them. */
  buildId: z.string().optional(),
  btfSha256: z.string().optional(),
  /** Digest of what the file system said of modules that lie on this machine: a build replaces them, and leaves the image. */
  tree: z.string().optional(),
  /** What its guests talk over where that is not virtio-serial. */
  channel: Channel.optional(),
});
export type KernelRecord = z.infer<typeof KernelRecord>;

/** The kernel that a guest reports. That of a disk image is known by its release and the image that it came in. */
export const TestedKernel = KernelRecord.partial({ vmlinuz: true });
export type TestedKernel = z.infer<typeof TestedKernel>;

/** The userland for commands in guests, in the store: what `userland/<arch>.json` says. */
export const UserlandRecord = z.strictObject({
  schema: z.literal('bpfcompat_userland.v2'),
  arch: Arch,
  package: PackageRecord,
  vouched: Vouched,
  /** One static program with a shell and the usual tools. */
  busybox: StoredFile,
  fetchedAt: z.string(),
});
export type UserlandRecord = z.infer<typeof UserlandRecord>;

/** A kernel ready to boot: digests have been checked in this process, paths are readable. */
export interface KernelFiles {
  readonly record: KernelRecord;
  readonly vmlinuz: string;
  readonly config: string | undefined;
  readonly modules: readonly { readonly name: string; readonly path: string }[];
}
