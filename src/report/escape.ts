import { sanitizeText, wellFormed } from '../model/sanitize.ts';

/**
 * Everything a guest or a file name may bring along is hostile to terminals, Markdown and log readers. Whatever a
 * reporter prints goes through one of these functions.
 */

const ZERO_WIDTH = '&#8203;';

/** At most `max` characters; what was cut is marked. */
export function clip(text: string, max: number): string {
  return text.length <= max ? text : `${wellFormed(text.slice(0, Math.max(0, max - 1)))}…`;
}

/** One clean line of at most `max` characters. */
export function oneLine(text: string, max = 400): string {
  return clip(sanitizeText(text).replace(/\s+/g, ' ').trim(), max);
}

/**
 * A line of somebody untrusted for a terminal or a log. Runners of workflows read commands from any output (`::x::` as the
 * first word of a line, `##[x]` anywhere), so both are broken; any word may become the first one when lines are wrapped.
 */
export function terminal(text: string, max = 400): string {
  return noCommands(oneLine(text, max));
}

function noCommands(text: string): string {
  return text.replaceAll('##[', '## [').replace(/(?<!\S)::/g, ': :');
}

/**
 * Inline Markdown that renders as the plain text it was: no markup, HTML, links, images, mentions, issue numbers or emoji
 * names.
 */
export function md(text: string, max = 400): string {
  return (
    oneLine(text, max)
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      // Before any other mark is put in: the marks themselves hold a # and digits.
      .replace(/#(?=\d)/g, `#${ZERO_WIDTH}`)
      .replace(/[\\`*[\]|~$]/g, '\\$&')
      .replace(/(?<![A-Za-z0-9_])_+|_+(?![A-Za-z0-9_])/g, (run) => '\\_'.repeat(run.length))
      .replace(/^(?:[-+=#]|\d+(?=[.)](?:\s|$)))/, (start) => (/^\d/.test(start) ? `${start}\\` : `\\${start}`))
      .replaceAll('@', `@${ZERO_WIDTH}`)
      .replace(/\bGH-(?=\d)/gi, `$&${ZERO_WIDTH}`)
      .replace(/:(?=\/\/)/g, `:${ZERO_WIDTH}`)
      .replace(/\bwww(?=\.)/gi, `$&${ZERO_WIDTH}`)
      .replace(/:(?=[a-z][\w+-]*:)/gi, `:${ZERO_WIDTH}`)
  );
}

/** Inline code outside of tables. */
export function code(text: string, max = 200): string {
  const line = oneLine(text, max).replaceAll('##[', '## [');
  if (line === '') return '';
  const ticks = '`'.repeat(longestRun(line) + 1);
  const pad = line.startsWith('`') || line.endsWith('`') ? ' ' : '';
  return `${ticks}${pad}${line}${pad}${ticks}`;
}

/** Inline code in a table cell, where a `|` would end the cell even inside of code. */
export function codeCell(text: string, max = 200): string {
  return code(text, max).replaceAll('|', '\\|');
}

/** JSON that is printed: the same value, and no command of the runner of a workflow in it. */
export function printedJson(value: unknown): string {
  return `${noJsonCommands(JSON.stringify(value, null, 2))}\n`;
}

/** The text of a JSON document that goes to standard output. */
export function noJsonCommands(json: string): string {
  return json.replaceAll('##[', '##\\u005b');
}

/** A fenced block that its content cannot close, and that gives no commands where it is printed in a workflow. */
export function fence(text: string, max = 8192): string {
  const body = noCommands(sanitizeText(text).trimEnd());
  const kept = body.length <= max ? body : `[... ${body.length - max} characters left out ...]\n${body.slice(-max)}`;
  const ticks = '`'.repeat(Math.max(3, longestRun(kept) + 1));
  return `${ticks}text\n${wellFormed(kept)}\n${ticks}`;
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
}
