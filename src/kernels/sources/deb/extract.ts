import type { Host } from '../../../host/host.ts';
import { HostError } from '../../../model/errors.ts';
import { mustRun } from '../../tool.ts';

/** What dpkg-deb older than 1.21.18 (Debian 11) says of a package that is packed with zstd. */
const UNKNOWN_PACKING = /unknown compression|data\.tar\.zst/;

const MAGIC = '!<arch>\n';
const HEADER = 60;
/** A package has three members, and some have a signature or two. */
const MAX_MEMBERS = 8;

async function bytesAt(
  host: Host,
  deb: string,
  offset: number,
  length: number,
  signal: AbortSignal | undefined,
): Promise<string> {
  const args = ['-c', 'tail -c +"$1" -- "$0" | head -c "$2"', deb, String(offset + 1), String(length)];
  return (await mustRun(host, 'sh', args, { signal })).stdout.toString('latin1');
}

/** Place and size of the member with the files. An `ar` archive is a line, then a header of 60 bytes before each member. */
async function findData(
  host: Host,
  deb: string,
  signal: AbortSignal | undefined,
): Promise<{ readonly offset: number; readonly size: number } | undefined> {
  if ((await bytesAt(host, deb, 0, MAGIC.length, signal)) !== MAGIC) return undefined;
  let offset = MAGIC.length;
  for (let member = 0; member < MAX_MEMBERS; member++) {
    const header = await bytesAt(host, deb, offset, HEADER, signal);
    const size = Number(header.slice(48, 58).trim());
    if (header.length < HEADER || header.slice(58) !== '`\n' || !Number.isSafeInteger(size) || size < 0)
      return undefined;
    offset += HEADER;
    if (/^data\.tar\.zst\/? *$/.test(header.slice(0, 16))) return { offset, size };
    offset += size + (size % 2);
  }
  return undefined;
}

/** Unpacks what dpkg-deb of this host is too old for. */
async function extractZstd(host: Host, deb: string, root: string, signal: AbortSignal | undefined): Promise<void> {
  const data = await findData(host, deb, signal);
  if (data === undefined) {
    throw new HostError('tool_failed', `${deb}: neither dpkg-deb nor zstd can unpack it; install a newer dpkg`);
  }
  const { offset, size } = data;
  const packed = `${root}.tar.zst`;
  const tar = `${root}.tar`;
  const cut = 'tail -c +"$1" -- "$0" | head -c "$2" >"$3"';
  await mustRun(host, 'sh', ['-c', cut, deb, String(offset + 1), String(size), packed], { signal });
  // A pipe would hide which of the two failed.
  await mustRun(host, 'zstd', ['-q', '-d', packed, '-o', tar], { signal });
  await host.files.remove(packed);
  await mustRun(host, 'tar', ['-x', '--no-same-owner', '-f', tar, '-C', root], { signal });
  await host.files.remove(tar);
}

/**
 * Unpacks one package into `root`, which is there and empty.
 * @throws HostError `tool_failed`, `tool_missing`, `no_space`; CancelledError
 */
export async function extractDeb(
  host: Host,
  deb: string,
  root: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  try {
    await mustRun(host, 'dpkg-deb', ['--extract', '--', deb, root], { signal });
  } catch (error) {
    if (!(error instanceof HostError) || !UNKNOWN_PACKING.test(error.message)) throw error;
    await extractZstd(host, deb, root, signal);
  }
}
