import { withoutEndSlashes } from '../../model/end-slashes.ts';
import type { DocumentPlace } from '../document-place.ts';
import { address } from '../html.ts';

/** Addresses that a summary may point to; whatever is not a http(s) address is left out. */
export interface SummaryLinks {
  /** The evidence of the run, for instance an uploaded artifact. */
  readonly evidence?: string | undefined;
  /** The run of the workflow. */
  readonly run?: string | undefined;
  /** Where the source can be looked at: `https://github.com/o/r/blob/<sha>`. */
  readonly source?: string | undefined;
}

/** A line of the source; undefined where no address is known. */
export function sourceLink({ source }: SummaryLinks, { file, line }: DocumentPlace): string | undefined {
  if (!source) return undefined;
  const path = file.split('/').map(encodeURIComponent).join('/');
  return address(`${withoutEndSlashes(source)}/${path}#L${line}`);
}

/** `[words](address)`, or the words alone. Both must be escaped. */
export function markdownLink(words: string, url: string | undefined): string {
  return url === undefined ? words : `[${words}](${url})`;
}
