import { insideWords } from './inside.ts';
import { IMAGE_SCHEME, imageNamed } from './oci-source.ts';

/**
 * The image that a word names, as paths have it: `oci://ghcr.io/owner/image:tag`, with what is meant in it behind it.
 * Undefined for a path.
 */
export function imagePath(word: string): string | undefined {
  const parts = [{ file: word, suffix: '' }, ...insideWords(word)];
  for (const { file, suffix } of parts) {
    const image = imageNamed(file);
    if (image !== undefined) return `${IMAGE_SCHEME}${image}${suffix}`;
  }
  return undefined;
}

/** Whether a word says that it is an image, so that it is never a path. */
export function saysImage(word: string): boolean {
  return /^(?:oci|docker):\/\//.test(word);
}

/** The same for a word that no path has to be: one that says that it is an image, or one with a tag or a digest. */
export function plainImagePath(word: string): string | undefined {
  const isPlain = saysImage(word) || /[:@]/.test(word.slice(word.indexOf('/')));
  return isPlain ? imagePath(word) : undefined;
}
