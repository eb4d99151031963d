import { withoutEndSlashes } from '../../../model/end-slashes.ts';
import { HostError, UsageError } from '../../../model/errors.ts';
import type { Arch } from '../../../model/kernel.ts';

/**
 * An address of a profile with its variables filled in: `$basearch` and `$arch` are the machine's architecture,
 * `$releasever` is what the profile says.
 * @throws UsageError `bad_profile` for any other variable, or for a release that no one named
 */
export function expandAddress(address: string, arch: Arch, releasever: string | undefined): string {
  const text = address.replace(/\$(?:\{([A-Za-z]+)\}|([A-Za-z]+))/g, (whole, braced, plain) => {
    const name = braced ?? plain;
    if (name === 'basearch' || name === 'arch') return arch;
    if (name === 'releasever' && releasever !== undefined) return releasever;
    const what =
      name === 'releasever'
        ? 'kernel.releasever says what it stands for'
        : 'only $basearch, $arch and $releasever are known';
    throw new UsageError('bad_profile', `kernel: ${address}: ${whole} has no value; ${what}`);
  });
  if (!/[${}]/.test(text) && URL.canParse(text)) return text;
  throw new UsageError(
    'bad_profile',
    `kernel: "${address}" is not an address; write it like https://mirror.example.org/repo`,
  );
}

/** A base address with exactly one slash at its end. */
export function asBase(address: string): string {
  return `${withoutEndSlashes(address)}/`;
}

/**
 * Where a file lies that an index names. It has to be on the host of the index and below the parent of the repository:
 * some repositories keep their packages beside the directory with the index, and Amazon's in one place for all of them.
 * @param place `wholeHost`: anywhere on the host
 * @throws HostError `bad_index` for any other place
 */
export function resolveHref(
  { base, wholeHost = false }: { readonly base: string; readonly wholeHost?: boolean },
  href: string,
  xmlBase?: string,
): string {
  const root = new URL(base);
  const parent = new URL(wholeHost ? '/' : '..', root);
  try {
    const from = xmlBase === undefined ? root : new URL(asBase(xmlBase), root);
    const found = new URL(href, from);
    const inside = found.origin === root.origin && found.pathname.startsWith(parent.pathname);
    if (inside && found.username === root.username && !/%2f|%5c|%00/i.test(found.pathname)) return found.href;
  } catch {
    // Not an address at all.
  }
  throw new HostError(
    'bad_index',
    `the index of ${base} names a file on another server (${JSON.stringify(href).slice(0, 200)}); nothing was used, choose another mirror`,
  );
}
