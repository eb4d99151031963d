import { HostError } from '../../../model/errors.ts';
import type { Arch } from '../../../model/kernel.ts';
import type { RpmKernelSource } from '../../../model/rpm-source.ts';
import { asBase, expandAddress } from './address.ts';
import { readMetalink } from './metalink.ts';
import type { Checksum } from './repomd.ts';
import type { Web } from './web.ts';

/** One place to search. */
export interface Place {
  /** Address of the directory with `repodata`, with a slash at its end. */
  readonly base: string;
  /** Digests that its index may have; undefined where no one said. */
  readonly checksums?: readonly Checksum[];
  /** Its index may name files anywhere on its host: Amazon's do. */
  readonly wholeHost?: true;
  /** It has what other places no longer have. */
  readonly vault?: true;
}

const MAX_LIST = 4 * 1024 * 1024;
/** Of a list of hundreds. When so many fail, the fault is not theirs. */
const MAX_MIRRORS = 5;

function addressesIn(text: string): string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => /^https?:\/\/\S+$/.test(line) && line.length < 1000);
}

function noneIn(address: string): HostError {
  return new HostError('mirror_unreachable', `${address} names no mirror; check the address in the profile`);
}

/** The places that the profile's own key leads to. */
async function named(web: Web, arch: Arch, source: RpmKernelSource): Promise<Place[]> {
  const full = (address: string): string => expandAddress(address, arch, source.releasever);
  if (source.baseurl !== undefined) return [{ base: asBase(full(source.baseurl)) }];
  if (source.metalink !== undefined) {
    const address = full(source.metalink);
    const { bases, checksums } = readMetalink(address, await web.text(address, MAX_LIST));
    if (checksums.length === 0) {
      throw new HostError(
        'bad_index',
        `${address} has no SHA-256 or SHA-512 of repomd.xml; check the address in the profile`,
      );
    }
    if (bases.length === 0) throw noneIn(address);
    return bases.slice(0, MAX_MIRRORS).map((base) => ({ base, checksums }));
  }
  const list = source.mirrorlist ?? source.mirror_list;
  if (list === undefined) return [];
  const address = full(list);
  const bases = addressesIn(await web.text(address, MAX_LIST)).flatMap((one) => {
    try {
      return [full(one)];
    } catch {
      // What a server writes is not a mistake of the profile.
      return [];
    }
  });
  if (bases.length === 0) throw noneIn(address);
  // Amazon's list has one address; what may follow is not a choice.
  const some = source.mirrorlist === undefined ? bases.slice(0, 1) : bases.slice(0, MAX_MIRRORS);
  const amazon = source.mirror_list !== undefined;
  return some.map((base) => ({ base: asBase(base), ...(amazon && { wholeHost: true }) }));
}

/** The places to search in order, one after another: what the profile names, then its vaults. */
export async function* locationsOf(
  web: Web,
  arch: Arch,
  source: RpmKernelSource,
  onFailure: (error: HostError) => void,
): AsyncGenerator<Place> {
  try {
    yield* await named(web, arch, source);
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    onFailure(error);
  }
  for (const address of source.vault ?? []) {
    yield { base: asBase(expandAddress(address, arch, source.releasever)), vault: true };
  }
}
