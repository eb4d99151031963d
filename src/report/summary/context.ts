import { type CheckDocument, isCollection } from '../document.ts';
import { code, md } from '../escape.ts';
import { address } from '../html.ts';
import { LOADED_ONLY, NOTHING_LOADED } from '../loaded-only.ts';
import { isOverrideNote } from '../override-note.ts';
import { plural } from '../style.ts';
import { durationText } from './heading.ts';
import { markdownLink } from './links.ts';
import type { Parts } from './parts.ts';
import { acceleratorText } from './sections.ts';

/** Wall time in milliseconds as the report has it, which has whole seconds for one object; 0 when it does not say. */
function shownDuration(document: CheckDocument): number {
  if (isCollection(document)) return Math.round(document.durationMs);
  const ms = Date.parse(document.finishedAt) - Date.parse(document.startedAt);
  return Number.isFinite(ms) && ms > 0 ? ms : 0;
}

/** What was run, how it ended and where more is to be found, in one line. */
export function contextLine({ document, cells, kernels, counts, options }: Parts): string {
  const { cases, name, shard } = document;
  const durationMs = shownDuration(document);
  const [only] = cases;
  const what = cases.length === 1 && only ? code(only.name, 100) : plural(cases.length, 'object');
  const { evidence, run } = options.links ?? {};
  const times = options.times ?? true;
  const some = (count: number, words: string): string => (count > 0 ? `${count} ${words}` : '');
  const details = [
    some(counts.seenFixedUp, 'with automatic fixups'),
    some(counts.attachedPartly, 'with programs that were not attached'),
  ]
    .filter((part) => part !== '')
    .join(', ');
  const reported = [
    `${counts.passed - counts.loadedOnly - counts.nothingLoaded} passed${details === '' ? '' : ` (${details})`}`,
    some(counts.loadedOnly, LOADED_ONLY),
    some(counts.nothingLoaded, NOTHING_LOADED),
    some(counts.failed, 'failed'),
    some(counts.errored, 'inconclusive'),
    some(counts.skipped, 'skipped'),
    some(counts.inferred, 'inferred'),
  ];
  return [
    `**${md(name, 100)}**`,
    shard ? `part ${shard.index} of ${shard.total}` : '',
    `${what} × ${plural(kernels.length, 'kernel')}`,
    reported.filter((part) => part !== '').join(', '),
    times && durationMs > 0 ? durationText(durationMs) : '',
    times ? acceleratorText(cells) : '',
    address(evidence) ? markdownLink('evidence', address(evidence)) : '',
    address(run) ? markdownLink('run', address(run)) : '',
  ]
    .filter((part) => part !== '')
    .join(' · ');
}

/** Kernels of the workspace in place of those that come with bpfcompat. */
export function overrideLines({ cases }: CheckDocument): string[] {
  const notes = cases.flatMap(({ reasons, report }) => [...reasons, ...(report?.summary?.notes ?? [])]);
  const lines = [...new Set(notes)].filter(isOverrideNote).map((note) => `⚠️ ${md(note, 600)}`);
  return lines.flatMap((line) => [line, '']);
}

/** What is new against the older report; nothing without one. */
export function newsLine({ cells, counts }: Parts): string[] {
  if (!cells.some(({ one }) => one.baseline)) return [];
  const { regressions, known, fixed } = counts;
  return [`Against the older report: **${regressions} new**, ${known} known, ${fixed} fixed.`, ''];
}

/** Cases that could not start or were given up. */
export function brokenLines({ cases, notRun }: CheckDocument, most: number): string[] {
  const broken = cases.filter(({ error }) => error !== '');
  const lines = broken
    .slice(0, most)
    .map(({ name, error }) => `- ⚠️ ${code(name, 100)} could not start: ${md(error, 600)}`);
  if (broken.length > lines.length) lines.push(`- and ${broken.length - lines.length} more`);
  const given = notRun.slice(0, 20).map((name) => code(name, 60));
  if (given.length > 0) {
    const rest = notRun.length > given.length ? ` and ${notRun.length - given.length} more` : '';
    lines.push(`- not run, for an earlier case did not pass: ${given.join(', ')}${rest}`);
  }
  return lines.length === 0 ? [] : [...lines, ''];
}
