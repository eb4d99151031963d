/** `linux_banner` of init/version.c. */
const BANNER = /Linux version ([A-Za-z0-9][A-Za-z0-9._+~-]{0,127}) \(/;
const BANNER_BYTES = 160;
/** Of an unpacked kernel; the largest ones of developers have half of it. A few megabytes can stand for hours of zeros. */
const MAX_KERNEL = 1024 * 1024 * 1024;

/** The release that an unpacked kernel says it is, within its first `maxBytes`; undefined where it says none. */
export async function bannerIn(chunks: AsyncIterable<Buffer>, maxBytes = MAX_KERNEL): Promise<string | undefined> {
  let held = '';
  let bytes = 0;
  for await (const chunk of chunks) {
    held += chunk.toString('latin1');
    const release = BANNER.exec(held)?.[1];
    if (release !== undefined) return release;
    bytes += chunk.length;
    if (bytes > maxBytes) return undefined;
    // It may be divided among two chunks.
    held = held.slice(-BANNER_BYTES);
  }
  return undefined;
}
