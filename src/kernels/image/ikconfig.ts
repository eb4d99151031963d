import { gunzipSync } from 'node:zlib';
import type { Host } from '../../host/host.ts';
import { HostError } from '../../model/errors.ts';
import type { KernelImage } from './kernel-image.ts';
import { unpackedKernel } from './payload.ts';

const BEGIN = Buffer.from('IKCFG_ST');
const END = Buffer.from('IKCFG_ED');
const MAX_CONFIG = 4 * 1024 * 1024;
/** A configuration, packed, has some fifty kilobytes. */
const MAX_PACKED = 1024 * 1024;
/** Of an unpacked kernel; the largest ones of developers have half of it. */
const MAX_KERNEL = 1024 * 1024 * 1024;

/** The part between the two marks, packed; undefined where there is none. */
async function markedPart(chunks: AsyncIterable<Buffer>): Promise<Buffer | undefined> {
  let held: Buffer = Buffer.alloc(0);
  let found = false;
  let total = 0;
  for await (const chunk of chunks) {
    total += chunk.length;
    if (total > MAX_KERNEL) return undefined;
    held = Buffer.concat([held, chunk]);
    if (!found) {
      const at = held.indexOf(BEGIN);
      found = at >= 0;
      // A mark may be divided among two chunks.
      held = Buffer.from(found ? held.subarray(at + BEGIN.length) : held.subarray(-BEGIN.length));
    }
    const end = found ? held.indexOf(END) : -1;
    if (end >= 0) return held.subarray(0, end);
    if (found && held.length > MAX_PACKED) return undefined;
  }
  return undefined;
}

/**
 * The configuration that a kernel has in itself (CONFIG_IKCONFIG=y); undefined where it has none, or is packed in a way
 * that cannot be unpacked here.
 */
export async function readIkconfig(
  host: Host,
  path: string,
  image: KernelImage,
  signal: AbortSignal | undefined,
): Promise<Buffer | undefined> {
  const chunks = await unpackedKernel(host, path, image, signal);
  if (chunks === undefined) return undefined;
  try {
    const part = await markedPart(chunks);
    return part && gunzipSync(part, { maxOutputLength: MAX_CONFIG });
  } catch (error) {
    // Behind the packed kernel comes more, which no packer knows; the marks come before it.
    if (error instanceof HostError || (error as NodeJS.ErrnoException).code?.startsWith('Z_')) return undefined;
    throw error;
  }
}
