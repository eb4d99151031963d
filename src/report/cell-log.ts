import { sanitizeText } from '../model/sanitize.ts';
import { clip, oneLine } from './escape.ts';
import type { SavedTarget } from './saved-report.ts';

/** The end of something that a guest wrote. */
export interface LogTail {
  /** `verifier log of on_exec`, plain text. */
  readonly title: string;
  /** Sanitised lines; never empty. */
  readonly text: string;
}

/** One line of a verifier log is long at times, and no reader needs all of it. */
const MAX_LINE = 300;

/** The last `max` lines of a guest's text, without what terminals would act upon. */
function lastLines(text: string, max: number): string {
  const lines = sanitizeText(text)
    .trimEnd()
    .split('\n')
    .map((line) => clip(line.trimEnd(), MAX_LINE));
  const left = lines.length - max;
  return left > 0 ? [`[... ${left} lines left out ...]`, ...lines.slice(-max)].join('\n') : lines.join('\n');
}

/**
 * What the kernel and the functional tests wrote about a cell that did not pass.
 * @param maxLines of all of them together
 */
export function logTails({ programs, functional }: SavedTarget, maxLines: number): LogTail[] {
  const sources = [
    ...programs
      .filter(({ load_status: load }) => load === 'fail')
      .map(({ name, log_tail: text }) => ({ title: `verifier log of ${name}`, text })),
    ...(functional?.tests ?? [])
      .filter(({ status }) => status === 'fail')
      .flatMap((test) => [
        { title: `standard output of ${test.name}`, text: test.stdout_tail },
        { title: `standard error of ${test.name}`, text: test.stderr_tail },
      ]),
  ].filter(({ text }) => sanitizeText(text).trim() !== '');
  if (maxLines <= 0 || sources.length === 0) return [];
  const shown = sources.slice(0, maxLines);
  const each = Math.max(1, Math.floor(maxLines / shown.length));
  return shown.map(({ title, text }) => ({ title: oneLine(title, 120), text: lastLines(text, each) }));
}
