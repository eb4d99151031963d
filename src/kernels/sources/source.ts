import type { Host } from '../../host/host.ts';
import type { Arch, KernelRecord } from '../../model/kernel.ts';
import type { FetchedKernel, FetchListener } from '../unpacked.ts';

/** Where a fetch may put things. */
export interface StorePaths {
  /** The store, for messages about space. */
  readonly root: string;
  /** Kept: apt's package lists. */
  readonly aptDir: string;
  /** Kept: lock files. */
  readonly lockDir: string;
  /** Empty, private, thrown away by the caller. */
  readonly workDir: string;
  /**
   * The packages, and what names them, are kept here as `packagesDir` of a later request takes them. On the file system
   * of `workDir`.
   */
  readonly keepDir?: string | undefined;
}

/** The package that stored bytes came from. */
export interface PackageId {
  readonly name: string;
  readonly version: string;
}

export interface FetchRequest<S> {
  readonly arch: Arch;
  readonly source: S;
  readonly paths: StorePaths;
  readonly listener: FetchListener;
  /** What need not be fetched again. */
  readonly stored?: PackageId | undefined;
  /** Packages that another fetch kept: the only place to use, and trusted no more than the network. */
  readonly packagesDir?: string | undefined;
  /** Of files of this machine: a directory that no link in it leaves. */
  readonly top?: string | undefined;
}

/** A build of the kernel that a place offers. */
export interface OfferedBuild extends PackageId {
  /** `uname -r`, where the package is named after it. */
  readonly release: string | undefined;
  /** Of the package file, where the index names one. */
  readonly sha256: string | undefined;
  /** Where the package file lies; undefined for a directory of this machine. */
  readonly url: string | undefined;
}

export type OffersRequest<S> = Pick<FetchRequest<S>, 'arch' | 'source' | 'paths' | 'listener'>;

/** One kind of `kernel:` block: the only code that knows how its packages are named, signed and laid out. */
export interface Source<S> {
  /**
   * Chooses, downloads, verifies and unpacks; writes into the given paths alone. `unchanged`: nothing newer than what
   * is stored is offered.
   * @throws HostError `mirror_unreachable`, `bad_signature`, `wrong_digest`, `package_not_found`, `kernel_unusable`,
   * `no_space`, ...; UsageError for a block that cannot be used; CancelledError
   */
  fetch(host: Host, request: FetchRequest<S>): Promise<FetchedKernel | 'unchanged'>;
  /**
   * Every build that is offered for a block, newest first; a `version` in it is left aside. What is said of them is what
   * the index says: only a fetch checks the packages themselves.
   * @throws as `fetch`
   */
  builds(host: Host, request: OffersRequest<S>): Promise<readonly OfferedBuild[]>;
  /** The block that requests one build of those that another one offers. */
  exactly(source: S, build: PackageId): S;
  /** Does what is stored still match what the block requests? */
  matches(stored: KernelRecord['package'], source: S): boolean;
}
