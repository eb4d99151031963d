import { oneLine } from './escape.ts';

const ZERO_WIDTH = '&#8203;';

/**
 * Text for HTML that GitHub renders, inside of elements and of attributes in double quotes: no markup, links, mentions,
 * issue numbers or emoji names. One line of at most `max` characters, so that no blank line can end the element.
 */
export function html(text: string, max = 400): string {
  return (
    oneLine(text, max)
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      // Before the marks are put in: they hold a # and digits themselves.
      .replace(/#(?=\d)/g, `#${ZERO_WIDTH}`)
      .replaceAll('@', `@${ZERO_WIDTH}`)
      .replace(/\bGH-(?=\d)/gi, `$&${ZERO_WIDTH}`)
      .replace(/:(?=\/\/)/g, `:${ZERO_WIDTH}`)
      .replace(/\bwww(?=\.)/gi, `$&${ZERO_WIDTH}`)
      .replace(/:(?=[a-z][\w+-]*:)/gi, `:${ZERO_WIDTH}`)
      .replaceAll('##[', '##&#91;')
      .replaceAll('$', '&#36;')
      .replaceAll('`', '&#96;')
  );
}

/** The same as code; nothing for empty text. */
export function htmlCode(text: string, max = 200): string {
  return text === '' ? '' : `<code>${html(text, max)}</code>`;
}

/** An http(s) address as it may stand in an attribute or in Markdown's parentheses; undefined for any other text. */
export function address(url: string | undefined): string | undefined {
  if (url === undefined || !/^https?:\/\/[^\s<>"'`\\^{|}]+$/.test(url)) return undefined;
  return url.replaceAll('&', '&amp;').replaceAll('(', '%28').replaceAll(')', '%29').replaceAll('*', '%2A');
}
