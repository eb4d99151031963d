import { insideWords } from './inside.ts';
import { IMAGE_SCHEME, imageNamed } from './oci-source.ts';

/** The name of the image in a word, and what is meant in it. */
function imageIn(word: string): { readonly image: string; readonly suffix: string } | undefined {
  for (const { file, suffix } of [{ file: word, suffix: '' }, ...insideWords(word)]) {
    const image = imageNamed(file);
    if (image !== undefined) return { image, suffix };
  }
  return undefined;
}

/**
 * The image that a word names, as paths have it: `oci://ghcr.io/owner/image:tag`, with what is meant in it behind it.
 * Undefined for a path.
 */
export function imagePath(word: string): string | undefined {
  const found = imageIn(word);
  return found && `${IMAGE_SCHEME}${found.image}${found.suffix}`;
}

/** Whether a word says that it is an image, so that it is never a path. */
export function saysImage(word: string): boolean {
  return /^(?:oci|docker):\/\//.test(word);
}

/**
 * The same for a word that no path has to be: one that says that it is an image, or one with a tag or a digest. What is meant in it
 * is neither: `v1.2/agent@0x2020` is of a program.
 */
export function plainImagePath(word: string): string | undefined {
  const image = imageIn(word)?.image ?? '';
  const isPlain = saysImage(word) || /[:@]/.test(image.slice(image.indexOf('/')));
  return isPlain ? imagePath(word) : undefined;
}
