import { errnoName } from '../model/errno.ts';
import type { Evidence, Shim } from '../model/evidence.ts';
import { shimsOf } from '../model/shims.ts';
import { code, md } from './escape.ts';

/** So many of the changes are listed in a text; the JSON report has them all. */
const MAX_LISTED = 20;

/** What was done to the object before the load, for the JSON report; undefined when it was loaded as it is. */
export function shimsJson(evidence: Evidence | undefined) {
  const shims = shimsOf(evidence).map(({ kind, subject, detail, errno }) => ({
    kind,
    subject,
    detail,
    errno: errno === 0 ? undefined : errnoName(errno),
  }));
  return shims.length === 0 ? undefined : shims;
}

/** What stands before the detail of shims that do not speak for themselves. */
const LABELS: Readonly<Record<string, string>> = {
  rodata: 'set to ',
  attach_target: 'attach target ',
  autoload: 'autoload ',
};

function list(shims: readonly Shim[], name: (text: string) => string, plain: (text: string) => string): string {
  const shown = shims.slice(0, MAX_LISTED).map(({ kind, subject, detail, errno }) => {
    const label = errno === 0 ? (LABELS[kind] ?? '') : '';
    const failed = errno === 0 ? '' : `, not done: ${errnoName(errno)}`;
    return `${name(subject)} (${label}${plain(detail)}${failed})`;
  });
  const rest = shims.length - shown.length;
  return `${shown.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

/** `loaded with: stacks (...), events (...)` as plain text that still has to be escaped; undefined without changes. */
export function shimsNote(evidence: Evidence | undefined): string | undefined {
  const shims = shimsOf(evidence);
  if (shims.length === 0) return undefined;
  const same = (text: string): string => text;
  return `loaded with: ${list(shims, same, same)}`;
}

/** The same as a line of Markdown. */
export function shimsMarkdown(evidence: Evidence | undefined): string | undefined {
  const shims = shimsOf(evidence);
  return shims.length === 0 ? undefined : `- Loaded with: ${list(shims, code, md)}`;
}
