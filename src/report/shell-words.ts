import { sanitizeText } from '../model/sanitize.ts';

/** What a log reader takes for a command of its own: `##[x]`, and `::x::` as the first word of a line. */
const COMMANDS = /##\[|(?<![^\s])::/g;

/** The bytes of a character, in octal as every shell with `$'...'` reads them. */
function octal(text: string): string {
  return [...new TextEncoder().encode(text)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
}

/** In `$'...'`: everything that a terminal, a line or a log would lose is written as its number. */
function escapedWord(word: string): string {
  const body = [...word].map((char) => {
    if (char === '\\' || char === "'") return `\\${char}`;
    if (char === '\n') return '\\n';
    if (char === '\t') return '\\t';
    return sanitizeText(char) === char && (char === ' ' || !/\s/.test(char)) ? char : octal(char);
  });
  const text = body.join('').replace(/ (?= )/g, octal(' '));
  return `$'${text.replace(COMMANDS, (mark) => `${octal(mark[0] ?? '')}${mark.slice(1)}`)}'`;
}

/** One word as a shell reads it back, in one line. */
export function shellWord(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word) && !word.startsWith('::')) return word;
  // Where lines are made safe, blanks in a row become one, and the marks are broken.
  const plain = sanitizeText(word).replace(/\s+/g, ' ') === word && word.search(COMMANDS) < 0;
  return plain ? `'${word.replaceAll("'", "'\\''")}'` : escapedWord(word);
}

/** A command line as a person would type it. */
export function shellWords(argv: readonly string[]): string {
  return argv.map(shellWord).join(' ');
}
