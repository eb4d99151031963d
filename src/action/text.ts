/** A character of no width: what is printed looks the same, and copies the same to a reader's eye. */
const BREAK = '\u200b';

/**
 * Text from a guest, a file or a tool, such that no line of it is a workflow command: the runner takes `::name::` at the
 * beginning of a line and `##[name]` anywhere. It ends lines at carriage returns too, hence every place counts.
 */
export function harmless(text: string): string {
  return text
    .replaceAll('##[', `#${BREAK}#[`)
    .replace(/:(?=:)/g, `:${BREAK}`)
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001a\u001c-\u001f\u007f]/g, '\ufffd');
}

/**
 * Passes text on in whole lines, each made harmless: a command that arrives in two pieces is none either.
 * `end` passes on what is left of the last line.
 */
export function lineWriter(write: (text: string) => void): { write(text: string): void; end(): void } {
  let rest = '';
  return {
    write(text) {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      if (lines.length > 0) write(harmless(`${lines.join('\n')}\n`));
    },
    end() {
      if (rest !== '') write(harmless(`${rest}\n`));
      rest = '';
    },
  };
}
