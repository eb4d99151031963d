import type { Format } from '../model/formats.ts';
import { badge } from './badge.ts';
import type { CheckDocument } from './document.ts';
import { gcc } from './gcc.ts';
import { junit } from './junit.ts';
import { sarif } from './sarif/sarif.ts';
import { SUMMARY_BEGINNING } from './summary/heading.ts';
import { stepSummary } from './summary/step-summary.ts';

/** What a document is made for. */
export interface FormatPlace {
  /** Absolute; files below it are named relative to it. */
  readonly workspace: string;
  /** Of this program. */
  readonly version: string;
}

/** How each format is written. A format of the list that nothing writes does not compile. */
export const FORMAT_WRITERS: Readonly<Record<Format, (document: CheckDocument, place: FormatPlace) => string>> = {
  junit: (document) => junit(document),
  sarif: (document, place) => sarif(document, place),
  badge: (document) => badge(document),
  summary: (document, { workspace }) => stepSummary(document, { workspace }),
  gcc,
};

/** How a document of ours begins, or what is in it: a file that looks otherwise is somebody's own. */
export const FORMAT_BEGINNINGS: Readonly<Record<Format, RegExp>> = {
  junit: /^<\?xml[^>]*>\s*<testsuites\b[\s\S]*bpfcompat/,
  sarif: /^\s*\{[\s\S]{0,4096}"driver"\s*:\s*\{\s*"name"\s*:\s*"bpfcompat"/,
  badge: /^\s*\{\s*"schemaVersion"\s*:\s*1,\s*"label"\s*:\s*"compat"/,
  summary: SUMMARY_BEGINNING,
  // Within the bounds of such a line: a file that is none may be one line without end.
  gcc: /^[^\n]{1,1100}:\d{1,10}:\d{1,10}: (?:error|warning): [^\n]{0,1100} \[bpfcompat: [A-Z0-9_]{1,80}\]\n/,
};
