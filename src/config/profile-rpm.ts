import { dirname, posix } from 'node:path';
import { FILE_PATHS } from '../model/file-source.ts';
import type { KernelSource } from '../model/kernel.ts';
import { RPM_PLACES } from '../model/rpm-source.ts';
import { option, phrase, type Wording } from '../model/wording.ts';
import { quoted } from './words.ts';

/** Where an administrator of the host puts what servers may know of it. */
const IDENTITY_DIRS = /^\/etc\/(?:pki|rhsm|ssl)\//;
/** Who gives such certificates, and the clouds that do so for them: to others they are no business of theirs. */
const ISSUERS = /(?:^|\.)(?:redhat\.com|suse\.com|microsoft\.com|googlecloud\.com)$/;
const FILES_OF_HOST = ['sslclientcert', 'sslclientkey', 'sslcacert'] as const;

/** What an address calls its host. */
function hostOf(address: string): string {
  return /^https?:\/\/([^/:?]*)/.exec(address)?.[1]?.toLowerCase() ?? '';
}

type RpmKernel = Extract<KernelSource, { source: 'rpm' }>;
/** Makes the error for a key below `kernel`. */
type Invalid = (key: readonly (string | number)[], message: Wording) => Error;

/**
 * Rules between the keys of an rpm block.
 * @param anyFile the user lets profiles choose keys and files of this host
 */
export function checkRpm(kernel: KernelSource | undefined, anyFile: boolean, invalid: Invalid): void {
  if (kernel?.source !== 'rpm') return;
  const { baseurl, mirrorlist, metalink, mirror_list: list, vault = [] } = kernel;
  const addresses = [baseurl, mirrorlist, metalink, list, ...vault].filter((one) => one !== undefined);
  checkPlaces(kernel, addresses, invalid);
  if (!anyFile) checkFilesOfHost(kernel, addresses, invalid);
}

function checkPlaces(kernel: RpmKernel, addresses: readonly string[], invalid: Invalid): void {
  const [first, second] = RPM_PLACES.filter((key) => kernel[key] !== undefined);
  if (first === undefined) {
    throw invalid([], `kernel says nowhere where the packages are; add one of ${RPM_PLACES.join(', ')}`);
  }
  if (second !== undefined) {
    throw invalid([second], `kernel.${second} and kernel.${first} both say where the packages are; keep one of them`);
  }
  if (kernel.directory !== undefined && (kernel.vault ?? []).length > 0) {
    throw invalid(['vault'], 'kernel.vault goes with an address and not with kernel.directory; remove one of them');
  }
  if (kernel.sslclientkey !== undefined && kernel.sslclientcert === undefined) {
    throw invalid(['sslclientkey'], 'kernel.sslclientkey needs kernel.sslclientcert; add it');
  }
  const plain = addresses.find((address) => address.startsWith('http://'));
  if (kernel.sslclientcert !== undefined && plain !== undefined) {
    throw invalid(
      ['sslclientcert'],
      `kernel.sslclientcert needs https, and ${quoted(plain)} is http; correct the address`,
    );
  }
}

/** A profile may come with a pull request: it must not choose which files of this host are used, or whom they are shown to. */
function checkFilesOfHost(kernel: RpmKernel, addresses: readonly string[], invalid: Invalid): void {
  // It would be the key that its own packages are signed with.
  const own = kernel.gpgkey.findIndex((name) => name.includes('/'));
  if (own >= 0) {
    throw invalid(
      ['gpgkey', own],
      phrase`kernel.gpgkey ${quoted(kernel.gpgkey[own] ?? '')} is a file; name a key that comes with bpfcompat, or allow it with ${option('allow-profile-override')}`,
    );
  }
  const key = FILES_OF_HOST.find((name) => kernel[name] !== undefined && !IDENTITY_DIRS.test(kernel[name] ?? ''));
  if (key !== undefined) {
    throw invalid(
      [key],
      phrase`kernel.${key} is not below /etc/pki, /etc/rhsm or /etc/ssl; put the file there, or allow it with ${option('allow-profile-override')}`,
    );
  }
  // The file says who this machine is: a pull request must not have that shown to a server of its own.
  const foreign = addresses.find((address) => !ISSUERS.test(hostOf(address)));
  if (kernel.sslclientcert !== undefined && foreign !== undefined) {
    throw invalid(
      ['sslclientcert'],
      phrase`kernel.sslclientcert would be shown to ${quoted(foreign)}, which is not a server of a vendor that gives such certificates; allow it with ${option('allow-profile-override')}`,
    );
  }
}

/** What makes the name of a key a path of this host, where it is one relative to its profile. */
export function keysAt(file: string): (name: string) => string {
  return (name) => (name.startsWith('.') ? posix.resolve(dirname(file), name) : name);
}

/** Paths of a block as they are on this host: relative ones are relative to the profile. */
export function withPaths(kernel: KernelSource | undefined, file: string): KernelSource | undefined {
  const dir = dirname(file);
  const keyAt = keysAt(file);
  switch (kernel?.source) {
    case 'rpm':
      return { ...kernel, gpgkey: kernel.gpgkey.map(keyAt) };
    case 'url':
      return { ...kernel, ...(kernel.gpgkey && { gpgkey: kernel.gpgkey.map(keyAt) }) };
    case 'oci':
      return { ...kernel, ...(kernel.layout && { layout: posix.resolve(dir, kernel.layout) }) };
    case 'file': {
      const paths = FILE_PATHS.flatMap((key) => {
        const path = kernel[key];
        return path === undefined ? [] : [[key, posix.resolve(dir, path)]];
      });
      return { ...kernel, ...Object.fromEntries(paths) };
    }
    default:
      return kernel;
  }
}
