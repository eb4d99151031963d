import { Readable } from 'node:stream';
import { extract } from 'tar-stream';
import { CancelledError, HostError, messageOf } from '../../model/errors.ts';

const MAX_ENTRIES = 500_000;
/** Of one archive, unpacked: what packs much better than a system does is made to fill disks or time. */
const MAX_UNPACKED = 16 * 1024 * 1024 * 1024;

interface TarEntry {
  readonly path: string;
  readonly kind: 'file' | 'link' | 'other';
  readonly size: number;
  /** What a hard link leads to. */
  readonly link: string;
  /** Once, before the next entry is asked for. */
  content(): Promise<Buffer>;
}

function refuse(why: string): HostError {
  return new HostError('bad_package', `it is no archive that can be read (${why}); nothing was used`);
}

async function* bounded(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let total = 0;
  for await (const chunk of chunks) {
    total += chunk.length;
    if (total > MAX_UNPACKED) throw refuse('it is larger than any system');
    yield chunk;
  }
}

/**
 * The entries of a tar archive as they come; what is not asked for is passed over.
 * @throws HostError `bad_package` for what is none, or ends early; what `chunks` throws
 */
export async function* readTar(chunks: AsyncIterable<Buffer>): AsyncGenerator<TarEntry> {
  const source = Readable.from(bounded(chunks));
  const archive = extract();
  source.on('error', (error) => archive.destroy(error));
  source.pipe(archive);
  let count = 0;
  try {
    for await (const entry of archive) {
      if (++count > MAX_ENTRIES) throw refuse('it has too many entries');
      const { name: path, type, size = 0, linkname } = entry.header;
      const kind = type === 'file' || type === 'contiguous-file' ? 'file' : type === 'link' ? 'link' : 'other';
      const content = async (): Promise<Buffer> => {
        const parts: Buffer[] = [];
        for await (const part of entry) parts.push(part as Buffer);
        return Buffer.concat(parts);
      };
      yield { path, kind, size, link: linkname ?? '', content };
      entry.resume();
    }
  } catch (error) {
    if (error instanceof HostError || error instanceof CancelledError) throw error;
    throw refuse(messageOf(error));
  } finally {
    source.destroy();
    archive.destroy();
  }
}
