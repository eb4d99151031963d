import { join } from 'node:path';
import type { DownloadOptions, Host } from '../../../host/host.ts';
import { HostError } from '../../../model/errors.ts';
import type { UrlKernelSource } from '../../../model/url-source.ts';
import type { FetchedKernel } from '../../unpacked.ts';
import type { FetchRequest } from '../source.ts';
import type { Checksum, Signed } from './checksums.ts';
import { takeKept } from './kept.ts';

const ATTEMPTS = 2;
const MAX_TEXT = 4 * 1024 * 1024;
const MAX_FILE = 1024 * 1024 * 1024;

/** Last part of an address: what its file is called. */
export function nameOf(url: string): string {
  return new URL(url).pathname.split('/').at(-1) ?? '';
}

/** @throws HostError `mirror_unreachable`, `package_not_found` when the server says that there is none; CancelledError */
async function download(host: Host, url: string, file: string, options: DownloadOptions): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    let status = 0;
    try {
      await host.files.remove(file);
      ({ status } = await host.network.download(url, file, options));
    } catch (error) {
      // A line that breaks is worth a second try; a server that rejects it is not.
      const broke = error instanceof HostError && error.code === 'mirror_unreachable';
      if (attempt >= ATTEMPTS || !broke) throw error;
      continue;
    }
    if (status === 200) return;
    const code = status === 404 || status === 410 ? 'package_not_found' : 'mirror_unreachable';
    throw new HostError(
      code,
      `${url} returned status ${status}; correct the address in the profile, or try again later`,
    );
  }
}

/** What a fetch has downloaded, and how it is held against whatever vouches for it. */
export interface Downloads {
  /** Every file that came, by its address. */
  readonly files: ReadonlyMap<string, string>;
  /** Of the files that are used; `version` is empty. */
  readonly used: FetchedKernel['package']['files'];
  /** A short text, as a file. */
  text(url: string): Promise<string>;
  file(url: string): Promise<string>;
  /** The first bytes of a file that nothing vouches for yet. */
  head(url: string, bytes: number): Promise<Uint8Array>;
  /** @throws HostError `wrong_digest` */
  check(file: string, url: string, expected: Checksum): Promise<void>;
  /** A file whose digest is in a signed list. @throws HostError `wrong_digest`, `package_not_found` */
  listed(url: string, signed: Signed): Promise<string>;
  /** Notes that a file is used. */
  use(url: string, file: string, signer: string | undefined): Promise<void>;
}

export function openDownloads(
  host: Host,
  { paths, listener, packagesDir }: Pick<FetchRequest<UrlKernelSource>, 'paths' | 'listener' | 'packagesDir'>,
): Downloads {
  const used: FetchedKernel['package']['files'] = [];
  const files = new Map<string, string>();
  const { signal } = listener;
  let nth = 0;
  const get = async (url: string, file: string, options: DownloadOptions): Promise<string> => {
    if (packagesDir !== undefined) await takeKept(host, packagesDir, url, file, options.maxBytes);
    else await download(host, url, file, { ...options, signal });
    files.set(url, file);
    return file;
  };
  const downloads: Downloads = {
    used,
    files,
    // A name of the server's is not part of a path of ours.
    text: (url) => get(url, join(paths.workDir, `text-${nth++}`), { maxBytes: MAX_TEXT }),
    file(url) {
      const onBytes = (bytes: number, total: number): void => listener.onProgress(nameOf(url), bytes, total);
      return get(url, join(paths.workDir, `file-${nth++}`), { maxBytes: MAX_FILE, onBytes });
    },
    async head(url, bytes) {
      const file = await get(url, join(paths.workDir, `head-${nth++}`), { maxBytes: bytes, headOnly: true });
      return host.files.readHead(file, bytes);
    },
    async check(file, url, { algorithm, hex }) {
      if ((await host.files.digest(file, algorithm)) === hex) return;
      throw new HostError(
        'wrong_digest',
        `${url} is not the file that its digest names; nothing was used, try again later or correct the profile`,
      );
    },
    async listed(url, signed) {
      const expected = signed.checksums.get(nameOf(url));
      if (expected === undefined) {
        throw new HostError(
          'package_not_found',
          `${signed.url} has no digest of ${nameOf(url)}; nothing was used, correct the address in the profile`,
        );
      }
      const file = await downloads.file(url);
      await downloads.check(file, url, expected);
      await downloads.use(url, file, signed.signer);
      return file;
    },
    async use(url, file, signer) {
      const sha256 = await host.files.sha256(file);
      used.push({ name: nameOf(url), version: '', sha256, ...(signer !== undefined && { signer }) });
    },
  };
  return downloads;
}
