import type { CheckDocument } from '../document.ts';
import { type Detail, partsOf, type StepSummaryOptions, type SummaryList } from './parts.ts';
import { render } from './render.ts';

export type { StepSummaryOptions } from './parts.ts';

const DEFAULT_MAX_BYTES = 1_000_000;
const LOG_LINES = 40;
const SHORT_LOG_LINES = 10;
const MANY = 1000;

function bytes(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** From everything to next to nothing. */
function* details(list: SummaryList): Generator<Detail> {
  const failed = list === 'all' ? 'failed' : list;
  yield { list, logLines: LOG_LINES, extras: true, most: MANY };
  yield { list: failed, logLines: LOG_LINES, extras: false, most: MANY };
  yield { list: failed, logLines: SHORT_LOG_LINES, extras: false, most: MANY };
  for (let most = MANY; most >= 1; most = Math.floor(most / 2)) {
    yield { list: failed, logLines: 0, extras: false, most };
  }
  yield { list: 'none', logLines: 0, extras: false, most: 0 };
}

/**
 * The document for the summary page of a workflow job: the verdict in the heading, objects by kernels, a folded block
 * for each cell that did not pass. Where it would be too large, less is shown in steps (failures only, then shorter logs,
 * then fewer of them), and it says so. Whatever comes from a guest or a file name is shown as text.
 */
export function stepSummary(document: CheckDocument, options: StepSummaryOptions = {}): string {
  const parts = partsOf(document, options);
  const max = options.maxBytes ?? DEFAULT_MAX_BYTES;
  let text = '';
  let shortened = false;
  for (const detail of details(options.list ?? 'all')) {
    text = render(parts, detail, shortened);
    if (bytes(text) <= max) return text;
    shortened = true;
  }
  // Not even the heading and a line fit: so small a limit is unlikely, and a cut is still better than nothing.
  return `${text.slice(0, Math.max(0, Math.floor(max / 4)))}\n`;
}
