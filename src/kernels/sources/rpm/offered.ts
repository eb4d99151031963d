import { join } from 'node:path';
import type { Host } from '../../../host/host.ts';
import { HostError } from '../../../model/errors.ts';
import type { RpmKernelSource } from '../../../model/rpm-source.ts';
import { resolveHref } from './address.ts';
import { type Packing, unpacked } from './chunks.ts';
import { checkSignature, signatureError } from './gpgv.ts';
import type { Keyring } from './keyring.ts';
import type { Place } from './places.ts';
import { primaryReader, type RpmPackage } from './primary.ts';
import { type Checksum, readRepomd } from './repomd.ts';
import type { Web } from './web.ts';

const MAX_REPOMD = 4 * 1024 * 1024;
const MAX_SIGNATURE = 64 * 1024;
const MAX_PRIMARY = 256 * 1024 * 1024;
const MAX_UNPACKED = 2 * 1024 * 1024 * 1024;

const PACKINGS: Readonly<Record<string, Packing>> = { xml: 'plain', gz: 'gzip', xz: 'xz', zst: 'zstd' };

export interface IndexOptions {
  readonly web: Web;
  readonly keyring: Keyring;
  readonly source: RpmKernelSource;
  readonly names: ReadonlySet<string>;
  readonly arch: string;
  /** Private directory. */
  readonly dir: string;
  readonly signal: AbortSignal | undefined;
}

/** The index has to be signed. */
export function indexIsSigned({ repo_gpgcheck: word }: RpmKernelSource): boolean {
  return word === 'true' || word === '1';
}

async function checkChecksums(host: Host, url: string, path: string, allowed: readonly Checksum[]): Promise<void> {
  for (const { algorithm, hex } of allowed) if ((await host.files.digest(path, algorithm)) === hex) return;
  throw new HostError(
    'wrong_digest',
    `${url} is not the index that the metalink names; the mirror is out of date or damaged, choose another`,
  );
}

async function checkIndexSignature(host: Host, url: string, data: string, options: IndexOptions): Promise<void> {
  const { web, keyring, signal, dir } = options;
  const signature = join(dir, 'repomd.xml.asc');
  await web.get(`${url}.asc`, signature, { maxBytes: MAX_SIGNATURE }).catch((error: unknown) => {
    if (!(error instanceof HostError) || error.code !== 'not_there') throw error;
    throw new HostError(
      'bad_signature',
      `${url} is not signed (${url}.asc is not there) and kernel.repo_gpgcheck demands it; choose another mirror, or remove the line`,
    );
  });
  const word = await checkSignature(host, keyring, { signature, data }, signal);
  if (word.status !== 'good') throw signatureError(url, keyring, word);
}

/** The list of packages, downloaded and as its digest says. */
async function fetchPrimary(host: Host, place: Place, options: IndexOptions): Promise<{ url: string; path: string }> {
  const { web, dir } = options;
  const url = `${place.base}repodata/repomd.xml`;
  const repomd = join(dir, 'repomd.xml');
  await web.get(url, repomd, { maxBytes: MAX_REPOMD });
  if (place.checksums !== undefined) await checkChecksums(host, url, repomd, place.checksums);
  if (indexIsSigned(options.source)) await checkIndexSignature(host, url, repomd, options);
  const entry = readRepomd(url, (await host.files.read(repomd, MAX_REPOMD)).toString('utf8'));
  const from = resolveHref(place, entry.href);
  const path = join(dir, 'primary');
  const maxBytes = Math.min(entry.size ?? MAX_PRIMARY, MAX_PRIMARY);
  const { digest } = await web.get(from, path, { maxBytes, algorithm: entry.checksum.algorithm });
  if (digest === entry.checksum.hex) return { url: from, path };
  throw new HostError(
    'wrong_digest',
    `${from} is not the file that ${url} names; the mirror is changing just now or damaged: try again later or choose another`,
  );
}

/**
 * What a repository offers under some names. The list of packages is read as a stream: it may be very large.
 * @throws HostError `not_there` when there is no repository, `bad_index`, `wrong_digest`, `bad_signature`,
 * `mirror_unreachable`; CancelledError
 */
export async function offeredAt(host: Host, place: Place, options: IndexOptions): Promise<readonly RpmPackage[]> {
  const { url, path } = await fetchPrimary(host, place, options);
  const ending = /\.([a-z]+)$/.exec(new URL(url).pathname)?.[1] ?? '';
  const packing = Object.hasOwn(PACKINGS, ending) ? PACKINGS[ending] : undefined;
  if (packing === undefined)
    throw new HostError('bad_index', `${url} is packed in a way that is not known; choose another mirror`);
  const reader = primaryReader(url, options.names, options.arch);
  const decoder = new TextDecoder('utf-8');
  let bytes = 0;
  for await (const chunk of unpacked(host, path, packing, options.signal)) {
    bytes += chunk.length;
    if (bytes > MAX_UNPACKED)
      throw new HostError('bad_index', `${url} holds more than any list of packages; choose another mirror`);
    reader.write(decoder.decode(chunk, { stream: true }));
  }
  reader.end();
  return reader.found;
}
