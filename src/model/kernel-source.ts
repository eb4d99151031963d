import type { KernelSource } from './kernel.ts';
import { RPM_PLACES } from './rpm-source.ts';

function sorted(value: object): [string, unknown][] {
  return Object.entries(value)
    .filter(([, one]) => one !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

/** The same whatever the order of its keys: what is named here, and nothing else, decides which bytes are fetched. */
export function describeSource(source: KernelSource): string {
  switch (source.source) {
    case 'deb': {
      const { pinned = [], ...rest } = source;
      return JSON.stringify([sorted(rest), pinned.map(sorted)]);
    }
    case 'rpm':
    case 'file':
    case 'url':
    case 'oci':
      return JSON.stringify(sorted(source));
  }
}

/** SHA-256 of every package that the block itself names: for these no signature of a vendor is needed. */
export function pinnedDigests(source: KernelSource): string[] {
  switch (source.source) {
    case 'deb':
      return (source.pinned ?? []).map(({ sha256 }) => sha256);
    case 'rpm':
    case 'file':
    case 'url':
    case 'oci':
      return [];
  }
}

/** The keys that the block chose instead of those that its vendor's packages are checked with; undefined for none. */
export function chosenKeys(source: KernelSource): string | undefined {
  switch (source.source) {
    case 'deb':
      return source.keyring;
    case 'rpm':
    case 'url': {
      const own = (source.gpgkey ?? []).filter((name) => name.includes('/'));
      return own.length === 0 ? undefined : own.join(' and ');
    }
    case 'file':
    case 'oci':
      return undefined;
  }
}

/** `PACKAGE of PLACE`, for messages. */
export function originOf(source: KernelSource): string {
  switch (source.source) {
    case 'deb':
      return `${source.package} of ${source.suite}`;
    case 'rpm':
      return `${source.package} of ${RPM_PLACES.map((key) => source[key]).find((one) => one !== undefined) ?? 'nowhere'}`;
    case 'file':
      return `the file ${source.image}`;
    case 'url':
      return source.image ?? source.checksums ?? 'nowhere';
    case 'oci':
      return `the image ${source.image ?? source.layout ?? 'nowhere'}`;
  }
}

/** Whether all of it lies on this machine: no network is needed, and it is looked at again each time. */
export function isLocal(source: KernelSource): boolean {
  return source.source === 'file' || (source.source === 'oci' && source.layout !== undefined);
}
