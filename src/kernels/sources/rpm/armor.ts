/** One armored block of public keys. What stands around it (names, notes of the vendor) is not part of it. */
const BLOCK = /-----BEGIN PGP PUBLIC KEY BLOCK-----\r?\n([\s\S]*?)-----END PGP PUBLIC KEY BLOCK-----/g;

/** Keys as gpgv takes them: the packets of all armored blocks of a file, or the file itself where it is not armored. */
export function binaryKeys(file: Uint8Array): Uint8Array {
  const text = Buffer.from(file).toString('latin1');
  const blocks = [...text.matchAll(BLOCK)].map(([, block = '']) => {
    // Headers end with an empty line; a block may have none, not even the line.
    const body = block.replace(/^(?:[A-Za-z]+: .*\r?\n)*[ \t]*\r?\n/, '').replace(/^[A-Za-z]+: .*\r?\n/gm, '');
    // The last line that begins with "=" is a checksum.
    return Buffer.from(body.replace(/^=[A-Za-z0-9+/]{4}\s*$/m, '').replace(/\s+/g, ''), 'base64');
  });
  return blocks.length === 0 ? file : Buffer.concat(blocks);
}
