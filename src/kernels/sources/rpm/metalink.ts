import { asChecksum, type Checksum } from './repomd.ts';
import { readXml } from './xml.ts';

/** What a metalink says of `repomd.xml`. */
export interface Metalink {
  /** Base addresses of mirrors, best first. */
  readonly bases: readonly string[];
  /** Digests of the index as it is now and as it was shortly before: mirrors need a while. */
  readonly checksums: readonly Checksum[];
}

const INDEX = 'repodata/repomd.xml';

/** @param where address of the document, for messages. @throws HostError `bad_index` for what is not XML */
export function readMetalink(where: string, text: string): Metalink {
  const found: { base: string; preference: number }[] = [];
  const checksums: Checksum[] = [];
  let isIndex = false;
  let type: string | undefined;
  let preference = 0;
  readXml(where, text, {
    open(path, attributes) {
      const element = path.at(-1);
      if (element === 'file') isIndex = attributes['name'] === 'repomd.xml';
      if (element === 'hash') type = attributes['type'];
      if (element === 'url') preference = Number(attributes['preference'] ?? 0) || 0;
    },
    close(path, content) {
      const element = path.at(-1);
      if (!isIndex) return;
      if (element === 'hash') {
        const checksum = asChecksum(type, content);
        if (checksum !== undefined) checksums.push(checksum);
      }
      const url = content.trim();
      if (element !== 'url' || !/^https?:\/\//.test(url) || !url.endsWith(`/${INDEX}`) || !URL.canParse(url)) return;
      found.push({ base: url.slice(0, -INDEX.length), preference });
    },
  });
  const isPlain = ({ base }: { base: string }): number => (base.startsWith('https:') ? 0 : 1);
  found.sort((a, b) => isPlain(a) - isPlain(b) || b.preference - a.preference);
  return { bases: found.map(({ base }) => base), checksums };
}
