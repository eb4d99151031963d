import { createHash } from 'node:crypto';

const MAX_SLUG = 80;
const DIGITS = 8;

/** The first `length` hex digits of the SHA-256 of a text. */
export function shortDigest(text: string, length = DIGITS): string {
  return createHash('sha256').update(text).digest('hex').slice(0, length);
}

/**
 * A name as part of a path: letters, digits, `.`, `_` and `-`, never a hidden file or a way up, and no `--` or `..`, which
 * stand between two of them. A name that had to be changed has a digest behind it, so that two of them stay two.
 */
export function slugOf(name: string): string {
  const plain = name
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/-{2,}|\.{2,}/g, ([first = '']) => first)
    .replace(/^[.-]+/, '')
    .slice(0, MAX_SLUG);
  return plain === name && name !== '' ? name : withDigest(plain, name);
}

function withDigest(plain: string, name: string): string {
  return [plain.replace(/[.-]+$/, ''), shortDigest(name)].filter(Boolean).join('-');
}

/** Slugs of names that also differ where a file system does not distinguish upper from lower case. Same order. */
export function distinctSlugs(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    const plain = slugOf(name);
    let slug = plain;
    for (let twin = 2; taken.has(slug.toLowerCase()); twin++) slug = withDigest(plain, `${name}\0${twin}`);
    taken.add(slug.toLowerCase());
    return slug;
  });
}
