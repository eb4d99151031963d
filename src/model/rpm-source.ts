import * as z from 'zod';

/*
 * Where an rpm repository lies is said in the words of yum and dnf. Words of a profile become addresses, names of files
 * and arguments of tools, and a profile may come with a pull request: none of them may be more than it says.
 */
const RpmName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._+-]{0,127}$/, 'must be the name of an rpm package: letters, digits and "._+-"');

export const Address = z
  .string()
  .regex(
    /^https?:\/\/(?![^/]*@)[A-Za-z0-9._~:/@%+,=?&${}-]{1,500}$/,
    'must be an address with http:// or https://, without a user name, and nothing in it but letters, digits and "._~:/@%+,=?&-", and the variables $basearch, $arch and $releasever',
  );

const HostFile = z
  .string()
  .regex(
    /^\/(?!.*(?:^|\/)\.\.?(?:\/|$))[A-Za-z0-9._+/-]{1,400}$/,
    'must be an absolute path of letters, digits and "._+-/", without ".."',
  );

export const KeyName = z
  .string()
  .regex(
    /^(?:[A-Za-z0-9][A-Za-z0-9._+-]{0,127}|(?:file:\/\/)?\/(?!.*\/\.\.?(?:\/|$))[A-Za-z0-9._+/-]{1,400}|\.{1,2}\/[A-Za-z0-9._+/-]{1,400})$/,
    'must be the name of a key that comes with bpfcompat, such as RPM-GPG-KEY-Rocky-9, or the path of a key file (/... or ./...)',
  );

/** A kernel out of an rpm repository. Exactly one of the five places is named; `config` checks that. */
export const RpmKernelSource = z.strictObject({
  source: z.literal('rpm'),
  /** The directory that holds `repodata`. */
  baseurl: Address.optional(),
  /** A text with one base address per line. */
  mirrorlist: Address.optional(),
  /** An XML document with base addresses and digests of `repomd.xml`. */
  metalink: Address.optional(),
  /** Amazon's `mirror.list`: a text whose first line is the base address. */
  mirror_list: Address.optional(),
  /** A directory of this machine with package files, for repositories that only a subscription opens. */
  directory: HostFile.optional(),
  /** Base addresses to try when the place above cannot be reached or no longer has the package. */
  vault: z.array(Address).optional(),
  /** What `$releasever` stands for. */
  releasever: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$/, 'must be a release such as 9 or 9.4')
    .optional(),
  /** The package with the kernel image; of several builds the newest wins. */
  package: RpmName,
  /** Packages of the same version and release that hold the rest of the kernel. */
  companions: z.array(RpmName).optional(),
  /** `[EPOCH:]VERSION[-RELEASE]`; without it the newest. */
  version: z
    .string()
    .regex(
      /^(?:[0-9]{1,9}:)?[A-Za-z0-9][A-Za-z0-9._+~^]{0,63}(?:-[A-Za-z0-9._+~^]{1,64})?$/,
      'must be a version as rpm writes it: VERSION or VERSION-RELEASE of letters, digits and "._+~^"',
    )
    .optional(),
  /** Names of keys that come with bpfcompat, or paths of key files. Every package must be signed by one of them. */
  gpgkey: z.array(KeyName).min(1),
  /** `true`: the index must be signed as well (`repomd.xml.asc`). */
  repo_gpgcheck: z.enum(['true', 'false', '1', '0']).optional(),
  /** PEM files for a server that requests who we are. */
  sslclientcert: HostFile.optional(),
  sslclientkey: HostFile.optional(),
  /** PEM file with the authorities to believe instead of the usual ones. */
  sslcacert: HostFile.optional(),
});
export type RpmKernelSource = z.infer<typeof RpmKernelSource>;

/** The keys that say where the packages are. */
export const RPM_PLACES = ['baseurl', 'mirrorlist', 'metalink', 'mirror_list', 'directory'] as const;
