import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const REFERENCES = /\s(?:href|src)="([^"]+)"/g;

function unescaped(text) {
  return decodeURIComponent(text.replaceAll('&amp;', '&'));
}

/**
 * Links of a site that have no target: those between its files, and those to what is also here under another address.
 * @param directory holds a site that leads nowhere else in its file system
 * @param here directories by the beginning of their address on the web
 * @returns pages relative to the directory, with the link as it is written
 */
export function brokenLinks(directory, here) {
  const files = readdirSync(directory, { recursive: true }).filter((name) => name.endsWith('.html'));
  const texts = new Map(files.map((name) => [join(directory, name), readFileSync(join(directory, name), 'utf8')]));
  const broken = [];
  for (const [file, text] of texts) {
    for (const [, link] of text.matchAll(REFERENCES)) {
      if (/^(?:[a-z]+:|\/\/)/.test(link)) {
        const [address, root] = Object.entries(here).find(([start]) => link.startsWith(start)) ?? [];
        if (root !== undefined) {
          const path = unescaped(link.slice(address.length)).replace(/#.*$/, '');
          if (!existsSync(join(root, path))) broken.push({ file: relative(directory, file), link });
        }
        continue;
      }
      const [path, anchor = ''] = unescaped(link).split('#');
      const target = path === '' ? file : join(dirname(file), path.replace(/\?.*$/, ''));
      const leads =
        existsSync(target) &&
        statSync(target).isFile() &&
        (anchor === '' || !target.endsWith('.html') || texts.get(target)?.includes(`id="${anchor}"`));
      if (!leads) broken.push({ file: relative(directory, file), link });
    }
  }
  return broken;
}
