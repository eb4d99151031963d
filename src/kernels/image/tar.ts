import { Readable } from 'node:stream';
import { extract } from 'tar-stream';
import { CancelledError, HostError, messageOf } from '../../model/errors.ts';

const MAX_ENTRIES = 500_000;
/** Of one archive, unpacked: what packs much better than a system does is made to fill disks or time. */
const MAX_UNPACKED = 16 * 1024 * 1024 * 1024;

const KINDS = ['file', 'link', 'symlink', 'directory'] as const;

export interface TarEntry {
  readonly path: string;
  /** `link`: a hard one. `other`: pipes, devices and what is not known here, such as files with holes. */
  readonly kind: 'file' | 'link' | 'symlink' | 'directory' | 'other';
  readonly size: number;
  /** What a link leads to; a hard one from the root of the archive. */
  readonly link: string;
  /** Once, before the next entry is requested. */
  content(): Promise<Buffer>;
}

function reject(why: string): HostError {
  return new HostError('bad_package', `it is not an archive that can be read (${why}); nothing was used`);
}

/** Errors of the library say nothing of whose they are. */
function readable(error: unknown): unknown {
  return error instanceof HostError || error instanceof CancelledError ? error : reject(messageOf(error));
}

const BLOCK = 512;

/**
 * The same bytes, to the end of a block: `umoci insert` writes no padding behind the last file, and the tools of containers
 * read such layers.
 * @param onPadded called with how many bytes of the last block were there
 */
async function* wholeBlocks(chunks: AsyncIterable<Buffer>, onPadded: (bytes: number) => void): AsyncGenerator<Buffer> {
  let total = 0;
  for await (const chunk of chunks) {
    total += chunk.length;
    if (total > MAX_UNPACKED) throw reject('it is larger than any system');
    yield chunk;
  }
  const there = total % BLOCK;
  if (there === 0) return;
  onPadded(there);
  yield Buffer.alloc(BLOCK - there);
}

/**
 * The entries of a tar archive as they come; what is not requested is passed over.
 * @throws HostError `bad_package` for what is none, or ends early; what `chunks` throws
 */
export async function* readTar(chunks: AsyncIterable<Buffer>): AsyncGenerator<TarEntry> {
  let [last, there] = [0, BLOCK];
  const source = Readable.from(
    wholeBlocks(chunks, (bytes) => {
      there = bytes;
    }),
  );
  const archive = extract();
  source.on('error', (error) => archive.destroy(error));
  source.pipe(archive);
  let count = 0;
  try {
    for await (const entry of archive) {
      if (++count > MAX_ENTRIES) throw reject('it has too many entries');
      const { name: path, type, size = 0, linkname } = entry.header;
      last = size;
      const kind = type === 'contiguous-file' ? 'file' : (KINDS.find((known) => known === type) ?? 'other');
      const content = async (): Promise<Buffer> => {
        const parts: Buffer[] = [];
        try {
          for await (const part of entry) parts.push(part as Buffer);
        } catch (error) {
          throw readable(error);
        }
        return Buffer.concat(parts);
      };
      yield { path, kind, size, link: linkname ?? '', content };
      entry.resume();
    }
    // What ended within a file was made whole by nothing but zeros.
    if (there < BLOCK && (last % BLOCK === 0 || there < last % BLOCK)) throw reject('it ends early');
  } catch (error) {
    throw readable(error);
  } finally {
    source.destroy();
    archive.destroy();
  }
}
