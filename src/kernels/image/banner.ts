/** `linux_banner` of init/version.c. */
const BANNER = /Linux version ([A-Za-z0-9][A-Za-z0-9._+~-]{0,127}) \(/;
const BANNER_BYTES = 160;

/** The release that an unpacked kernel says it is; undefined where it says none. */
export async function bannerIn(chunks: AsyncIterable<Buffer>): Promise<string | undefined> {
  let held = '';
  for await (const chunk of chunks) {
    held += chunk.toString('latin1');
    const release = BANNER.exec(held)?.[1];
    if (release !== undefined) return release;
    // It may be divided among two chunks.
    held = held.slice(-BANNER_BYTES);
  }
  return undefined;
}
