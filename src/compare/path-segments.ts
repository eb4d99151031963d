import { insideWords } from '../model/inside.ts';
import { IMAGE_SCHEME } from '../model/oci-source.ts';

/** What stands between the slashes of a path. */
export function segmentsOf(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '');
}

/**
 * The same of an object in another file, without what changes from one version of that file to the next: an image has no tag and no
 * digest, and the place in a file is apart from its name (`agent_1.2.deb`, `[conn.bpf.o]`). None of an object that is a file of its
 * own, and of one that only its offset names.
 */
export function lastingSegments(path: string): string[] {
  const segments = segmentsOf(path);
  const last = segments.pop() ?? '';
  const isImage = path.startsWith(IMAGE_SCHEME);
  const place = insideWords(last).find(({ suffix }) => suffix.startsWith('['));
  if (place === undefined && !isImage) return [];
  const file = place?.file ?? last;
  return [...segments, isImage ? file.replace(/[:@].*$/, '') : file, ...(place === undefined ? [] : [place.suffix])];
}
