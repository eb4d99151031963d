// The objects that are tested: real ones of Debian's packages, and our examples.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { objectsOfPackage } from './fetch-objects.mjs';

const ARCH_DIR = '/usr/lib/x86_64-linux-gnu/bpf';

function filesIn(dir, ending) {
  if (!existsSync(dir)) return [];
  return readdirSync(dir, { recursive: true })
    .filter((name) => name.endsWith(ending))
    .map((name) => join(dir, name))
    .sort();
}

/**
 * All objects, by origin. What this machine lacks is a note, not an error.
 * @returns `{ all, origins, notes }`: paths, words such as "15 of libxdp1 and xdp-tools", sentences
 */
export async function findObjects({ env, cacheDir, workDir }) {
  const notes = [];
  const installed = filesIn(ARCH_DIR, '.o');
  if (installed.length === 0) notes.push(`no objects in ${ARCH_DIR}: install libxdp1 and xdp-tools to have theirs`);
  const place = { env, name: 'udev-hid-bpf', suite: 'testing', cacheDir, workDir };
  const fetched = await objectsOfPackage(place).catch((error) => {
    notes.push(`no objects of udev-hid-bpf: ${error.message}`);
    return [];
  });
  const examples = filesIn('examples', '.bpf.o');
  const groups = [
    { what: 'libxdp1 and xdp-tools', paths: installed },
    { what: 'udev-hid-bpf', paths: fetched },
    { what: 'our examples', paths: examples },
  ].filter(({ paths }) => paths.length > 0);
  return {
    all: groups.flatMap(({ paths }) => paths),
    origins: groups.map(({ what, paths }) => `${paths.length} of ${what}`).join(', '),
    notes,
  };
}

/** `count` objects from all over the list, always the same ones; fewer when there are fewer. */
export function spread(objects, count) {
  if (count >= objects.length) return objects;
  return Array.from({ length: count }, (_, index) => objects[Math.floor((index * objects.length) / count)]);
}
