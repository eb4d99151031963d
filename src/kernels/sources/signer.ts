/** A key whose signature was found good. */
export interface Signer {
  /** Fingerprint of the primary key. */
  readonly key: string;
  /** User id of the key, as it says itself; empty where there is none. */
  readonly owner: string;
}

/** User ids are escaped like addresses, and are whatever the owner wrote. */
function readable(text: string): string {
  const bytes = text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1')
    .toString('utf8')
    .replace(/[\u0000-\u001f\u007f\u2028\u2029]/g, ' ')
    .slice(0, 200);
}

/** The first good signature in what gpgv wrote to its status descriptor, of a key that is neither expired nor revoked. */
export function readSigner(status: string): Signer | undefined {
  let owner: string | undefined;
  for (const line of status.split('\n')) {
    const [, word, rest = ''] = /^\[GNUPG:\] (\S+) ?(.*)$/.exec(line) ?? [];
    if (word === 'NEWSIG') owner = undefined;
    if (word === 'GOODSIG') owner = readable(rest.replace(/^\S+ ?/, ''));
    const primary = word === 'VALIDSIG' ? /^(?:\S+ ){9}([0-9A-F]{40,64})$/.exec(rest)?.[1] : undefined;
    if (primary !== undefined && owner !== undefined) return { key: primary, owner };
  }
  return undefined;
}
