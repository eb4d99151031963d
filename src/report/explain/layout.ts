import { sanitizeText } from '../../model/sanitize.ts';
import { table } from '../../text/table.ts';
import { head, padEnd, widthOf } from '../../text/width.ts';
import { wrap } from '../../text/wrap.ts';
import { terminal } from '../escape.ts';
import { type Style, style } from '../style.ts';

export interface ExplainOptions {
  /** Columns; at least 40 are used. */
  readonly width: number;
  readonly color: boolean;
}

/** Where the parts of a story are laid out. */
export interface Page {
  readonly width: number;
  readonly paint: Style;
}

export function pageOf({ width, color }: ExplainOptions): Page {
  return { width: Math.max(40, width), paint: style(color) };
}

/** The lines as text: no blanks at line ends, never two empty lines, one line feed at the end. */
export function textOf(lines: readonly string[]): string {
  const kept = lines.map((line) => line.trimEnd()).filter((line, index, all) => line !== '' || all[index - 1] !== '');
  return `${kept.join('\n').trim()}\n`;
}

/** A heading with its lines under it; nothing when there are none. */
export function section(page: Page, title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', page.paint.bold(title), ...lines];
}

/** Text of somebody untrusted, wrapped; its first line stands behind `lead`, the others as far in. */
export function paragraph(page: Page, text: string, lead = '  '): string[] {
  return wrap(terminal(text, 2000), page.width - lead.length).map(
    (line, index) => `${index === 0 ? lead : ' '.repeat(lead.length)}${line}`,
  );
}

/** Rows of a name and a text beside it; rows without text are left out. */
export function fields(page: Page, rows: readonly (readonly [name: string, text: string])[]): string[] {
  const reported = rows.filter(([, text]) => text !== '');
  const left = Math.max(0, ...reported.map(([name]) => widthOf(name)));
  return reported.flatMap(([name, text]) => paragraph(page, text, `  ${padEnd(name, left)}  `));
}

/** Rows of a name and a path beside it, which is never broken: it is there to be copied. */
export function paths(rows: readonly (readonly [name: string, path: string])[]): string[] {
  return grid(rows.filter(([, path]) => path !== '').map(([name, path]) => [name, terminal(path, 1000)]));
}

/** Untrusted lines as they came, each behind a bar, cut at the width: none of them can pass for one of ours. */
export function quotedLines(page: Page, text: string, max: number): string[] {
  const all = sanitizeText(text).replaceAll('\t', '    ').trimEnd().split('\n');
  const last = all.slice(-max);
  const dropped = all.length - last.length;
  return [
    ...(dropped > 0 ? [page.paint.dim(`    | [${dropped} lines before these]`)] : []),
    ...last.map((line) => page.paint.dim(`    | ${cut(line, page.width - 6)}`)),
  ];
}

function cut(line: string, room: number): string {
  const safe = line.trimEnd().replaceAll('##[', '## [');
  return widthOf(safe) <= room ? safe : `${sanitizeText(head(safe, room - 1))}…`;
}

/** A table of plain texts, indented. */
export function grid(rows: readonly (readonly string[])[]): string[] {
  return table(rows).map((line) => `  ${line}`);
}
