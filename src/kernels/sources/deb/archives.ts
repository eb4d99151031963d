import type { DebKernelSource } from '../../../model/kernel.ts';
import { UBUNTU } from '../../keys/ubuntu.ts';

export type Archive = DebKernelSource['archive'];

/** What is to know of an archive. */
export interface ArchiveFacts {
  /** For messages. */
  readonly vendor: string;
  /** `ID` in the os-release of hosts whose own apt configuration may name mirrors. */
  readonly host: string;
  /** Environment variable that names the mirror. */
  readonly variable: string;
  /** Keyring on hosts that have it, and the package that brings it. */
  readonly keyring: string;
  readonly keyringPackage: string;
  /** Armored keys that come with us, for hosts without the keyring. */
  readonly keys?: string;
  /** Mirrors to try last, where the profile names none. */
  readonly mirrors: readonly string[];
}

const DEBIAN = {
  vendor: 'Debian',
  host: 'debian',
  keyring: '/usr/share/keyrings/debian-archive-keyring.gpg',
  keyringPackage: 'debian-archive-keyring',
  mirrors: [],
} as const;

const UBUNTU_KEYS = {
  vendor: 'Ubuntu',
  host: 'ubuntu',
  keyring: '/usr/share/keyrings/ubuntu-archive-keyring.gpg',
  keyringPackage: 'ubuntu-keyring',
  keys: UBUNTU['ubuntu-archive-keyring'],
} as const;

const OLD_RELEASES = 'http://old-releases.ubuntu.com/ubuntu';

export const ARCHIVES: Readonly<Record<Archive, ArchiveFacts>> = {
  debian: { ...DEBIAN, variable: 'BPFCOMPAT_DEBIAN_MIRROR' },
  'debian-security': { ...DEBIAN, variable: 'BPFCOMPAT_DEBIAN_SECURITY_MIRROR' },
  // A release that ends moves to the old ones, whatever a profile of the day before says.
  ubuntu: {
    ...UBUNTU_KEYS,
    variable: 'BPFCOMPAT_UBUNTU_MIRROR',
    mirrors: ['http://archive.ubuntu.com/ubuntu', OLD_RELEASES],
  },
  'ubuntu-ports': {
    ...UBUNTU_KEYS,
    variable: 'BPFCOMPAT_UBUNTU_PORTS_MIRROR',
    mirrors: ['http://ports.ubuntu.com/ubuntu-ports', OLD_RELEASES],
  },
  'ubuntu-old-releases': {
    ...UBUNTU_KEYS,
    variable: 'BPFCOMPAT_UBUNTU_OLD_RELEASES_MIRROR',
    mirrors: [OLD_RELEASES],
  },
};

/** Keyring of the archives of Debian. */
export const DEFAULT_KEYRING = ARCHIVES.debian.keyring;

/** The suites of a block, in its order. */
export function suitesOf({ suite }: Pick<DebKernelSource, 'suite'>): string[] {
  return suite.split(' ');
}
