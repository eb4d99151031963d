import type { ComponentChildren } from 'preact';
import { oneLine } from '../report/escape.ts';
import type { SiteCell } from './site.ts';
import { stateOf, titleOf } from './state.ts';

/** Paths of the pages, relative to the root of the site. */
export const cellPath = ({ id }: Pick<SiteCell, 'id'>): string => `cells/${id}.html`;
export const objectPath = ({ slug }: { readonly slug: string }): string => `objects/${slug}.html`;
export const kernelPath = ({ slug }: { readonly slug: string }): string => `kernels/${slug}.html`;

/** A run and what lies beside it, without its ending. */
export function runPath(label: string, { slug }: { readonly slug: string }): string {
  return `runs/${label}/${slug}`;
}

/** A table cell with the result of a cell, and the way to its page. */
export function ResultCell({ cell, up, older }: { cell: SiteCell | undefined; up: string; older?: boolean }) {
  const state = stateOf(cell);
  if (!cell) return <td class="a">{state.word}</td>;
  return (
    <td class={older ? `${state.mark} o` : state.mark}>
      <a
        href={up + cellPath(cell)}
        title={older ? `from an older run; ${titleOf(cell, state) ?? state.words}` : titleOf(cell, state)}
      >
        {state.word}
      </a>
    </td>
  );
}

/** The same in running text. */
export function ResultLink({ cell, up, text }: { cell: SiteCell; up: string; text: string }) {
  const state = stateOf(cell);
  return (
    <a class={`chip ${state.mark}`} href={up + cellPath(cell)} title={titleOf(cell, state)}>
      {oneLine(text, 100)}
    </a>
  );
}

/** Rows of a name and a text; rows without a text are left out. */
export function Facts({ rows }: { rows: readonly (readonly [name: string, text: ComponentChildren])[] }) {
  const shown = rows.filter(([, text]) => text !== '' && text !== undefined);
  if (shown.length === 0) return null;
  return (
    <dl>
      {shown.map(([name, text]) => (
        <div>
          <dt>{name}</dt>
          <dd>{typeof text === 'string' ? oneLine(text, 2000) : text}</dd>
        </div>
      ))}
    </dl>
  );
}

/** A heading with what is below it; nothing where that is `null`. */
export function Section({ title, children }: { title: string; children: ComponentChildren }) {
  if (children === null) return null;
  return (
    <section>
      <h2>{title}</h2>
      {children}
    </section>
  );
}

/** A moment as the report has it, shorter. */
export function timeText(time: string): string {
  if (time === '') return 'at an unknown time';
  return oneLine(time, 40)
    .replace('T', ' ')
    .replace(/:\d\d(?:\.\d+)?Z$/, ' UTC');
}

/** The same for programs, too. */
export function When({ time }: { time: string }) {
  return time === '' ? timeText(time) : <time dateTime={oneLine(time, 40)}>{timeText(time)}</time>;
}

/** What may be wider or higher than the page: it is scrolled by itself, with the keyboard too. */
export function Scroll({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: without it nothing scrolls it but a mouse.
    <section class="scroll" aria-label={label} tabIndex={0}>
      {children}
    </section>
  );
}

/** A table of facts: a row of headings, and rows that begin with a `th`. */
export function ListTable({
  label,
  heads,
  children,
}: {
  label: string;
  heads: readonly string[];
  children: ComponentChildren;
}) {
  return (
    <Scroll label={label}>
      <table class="list">
        <thead>
          <tr>
            {heads.map((word) => (
              <th scope="col">{word}</th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </Scroll>
  );
}

/** Text with its line breaks, for the keyboard too where it is higher than its box. */
export function Preformatted({ children }: { children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: without it nothing scrolls it but a mouse.
    <pre tabIndex={0}>{children}</pre>
  );
}
