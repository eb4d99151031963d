import { posix } from 'node:path';
import * as z from 'zod';
import { quoted } from './words.ts';
import { line, list } from './yaml-schema.ts';

/** A file or directory that guests get, as a manifest or suite names it. */
export interface AssetRef {
  /** As written: absolute, or relative to the directory of the file that names it. */
  readonly path: string;
  /** Where it goes below the remote root of the guest. */
  readonly to: string;
  /** `file:line:column` of the entry. */
  readonly origin: string;
}

const MAX_ASSETS = 100;
const ENTRY = line({ required: true, maxBytes: 2048 });

/** `path`, or `path:target` for another place in the guest. */
function split(entry: string): { path: string; to: string } {
  const colon = entry.lastIndexOf(':');
  const path = posix.normalize(colon < 0 ? entry : entry.slice(0, colon)).replace(/(.)\/+$/, '$1');
  const own = path.startsWith('/') ? posix.basename(path) : path.replace(/^(?:\.\.\/)+/, '');
  const to = colon < 0 ? own : posix.normalize(entry.slice(colon + 1)).replace(/(.)\/+$/, '$1');
  return { path, to };
}

function leaves(path: string): boolean {
  return path === '..' || path.startsWith('../');
}

const asset = ENTRY.transform((entry, context) => {
  const { path, to } = split(entry);
  if (leaves(to) || to.startsWith('/') || to === '' || (to === '.' && path !== '.')) {
    const message = `${quoted(entry)}: the place in the guest must be a path below its work directory, such as scripts/run.sh`;
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  }
  return { path, to };
});

/** The key `assets` of manifests and suites. */
export const assetList = list(asset, { max: MAX_ASSETS });

/** Entries of a list with their places in the file. @param at `file:line:column` of an entry by its position */
export function assetRefs(
  entries: readonly { readonly path: string; readonly to: string }[],
  at: (index: number) => string,
): AssetRef[] {
  return entries.map((entry, index) => ({ ...entry, origin: at(index) }));
}
