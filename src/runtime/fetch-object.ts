import { join } from 'node:path';
import type { Host } from '../host/host.ts';
import { HostError } from '../model/errors.ts';
import { option, phrase } from '../model/wording.ts';
import { checkObjectHeader } from '../object/header.ts';
import { sha256 } from './canonical.ts';
import { blobPath, maxObjectBytes } from './store.ts';

/** What is fetched. */
export interface Requested {
  /** SHA-256 in hex. */
  readonly sha256: string;
  readonly name: string;
  readonly version: string;
  readonly variant: string;
}

export interface FetchPlace {
  readonly workdir: string;
  /** Files and directories, absolute. */
  readonly sources: readonly string[];
  readonly outDir: string;
}

/** File name of an artifact: only plain characters of what it is called. */
function fileNameOf({ name, version, variant }: Pick<Requested, 'name' | 'version' | 'variant'>): string {
  const plain = [name, version, variant].filter((part) => part !== '').map((part) => part.replace(/[^\w.-]/g, '_'));
  return `${plain.join('-').replace(/^\.+/, '_')}.bpf.o`;
}

/** Places that may hold the object: the store, then each source; of a directory its files by digest and with `.o`. */
async function placesOf(host: Host, { workdir, sources }: FetchPlace, digest: string): Promise<string[]> {
  const places = [blobPath(workdir, digest)];
  for (const source of sources) {
    if (!(await host.files.stat(source))?.isDirectory) places.push(source);
    else {
      const names = (await host.files.list(source)).filter((name) => name === digest || name.endsWith('.o')).sort();
      places.push(...names.map((name) => join(source, name)));
    }
  }
  return places;
}

async function bytesAt(host: Host, path: string, maxBytes: number): Promise<Buffer | 'too large' | undefined> {
  const stat = await host.files.stat(path);
  if (!stat?.isFile) return undefined;
  return stat.size <= maxBytes ? host.files.read(path, maxBytes) : 'too large';
}

/**
 * Copies the object with the wanted digest to the output directory. Digest and ELF header are checked of the bytes that are
 * written, and nothing has the final name before.
 * @throws HostError `object_missing` where no place has it, `wrong_digest` where the store has other bytes under its
 *   name, `object_invalid` for what is not an object of BPF, `object_too_large` where it may be what was not read
 */
export async function fetchObject(
  host: Host,
  expected: Requested,
  place: FetchPlace,
): Promise<{ readonly source: string; readonly output: string }> {
  const maxBytes = maxObjectBytes(host);
  const others: string[] = [];
  const large: string[] = [];
  for (const source of await placesOf(host, place, expected.sha256)) {
    const bytes = await bytesAt(host, source, maxBytes);
    if (bytes === undefined) continue;
    if (bytes === 'too large') {
      large.push(source);
      continue;
    }
    if (sha256(bytes) !== expected.sha256) {
      others.push(source);
      continue;
    }
    const problem = checkObjectHeader(bytes);
    if (problem) throw new HostError('object_invalid', `${source}: ${problem.message}`);
    await host.files.makeDir(place.outDir);
    const output = join(place.outDir, fileNameOf(expected));
    await host.files.writeDurably(output, bytes);
    return { source, output };
  }
  if (large.length > 0)
    throw new HostError(
      'object_too_large',
      `${large[0]} has more than ${maxBytes} bytes; if it is the object, set BPFCOMPAT_MAX_OBJECT_BYTES`,
    );
  if (others.length > 0)
    throw new HostError(
      'wrong_digest',
      `${others[0]} has another digest than ${expected.sha256}; nothing was written, name the place of that object`,
    );
  throw new HostError(
    'object_missing',
    phrase`the object ${expected.sha256} is not in the store of the work directory; give its place with ${option('source')}`,
  );
}
