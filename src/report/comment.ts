import { createHash } from 'node:crypto';
import type { GateDocument } from './gate-document.ts';
import { type StepSummaryOptions, stepSummary } from './summary/step-summary.ts';

/** GitHub takes 65 536 characters; bytes are never fewer. */
const MAX_BYTES = 65_000;

/**
 * What the comment of a suite begins with, invisible, so that the next run finds it again.
 * @param name of the suite; a job with several comments gives each a name of its own
 */
export function commentMarker(name: string): string {
  return `<!-- bpfcompat:${createHash('sha256').update(name).digest('hex').slice(0, 16)} -->`;
}

/**
 * The document as the body of a comment that is replaced by the next run. Two runs with the same answers give the same
 * text, apart from what `links` says.
 */
export function comment(
  document: GateDocument,
  options: Pick<StepSummaryOptions, 'links' | 'workspace'> & { readonly name?: string } = {},
): string {
  const { name = document.name, ...rest } = options;
  const marker = commentMarker(name);
  const text = stepSummary(document, { ...rest, times: false, maxBytes: MAX_BYTES - marker.length - 1 });
  return `${marker}\n${text}`;
}
