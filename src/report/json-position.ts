/** A place in a text, both counted from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Line and column of a character. */
export function positionAt(text: string, offset: number): Position {
  const before = text.slice(0, offset);
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') };
}

const BLANK = /[ \t\n\r]*/y;
const SCALAR = /[^\s,:[\]{}"]+/y;

function match(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? '';
}

/** Behind the string at `at`, which begins with a quote. */
function skipString(text: string, at: number): number {
  for (let i = at + 1; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === '"') return i + 1;
  }
  return text.length;
}

function skipBlank(text: string, at: number): number {
  return at + match(BLANK, text, at).length;
}

/** Behind the value at `at`; nesting is counted, never followed. */
function skipValue(text: string, at: number): number {
  let depth = 0;
  for (let i = at; i < text.length; ) {
    const character = text[i] ?? '';
    if (character === '"') i = skipString(text, i);
    else if (character === '{' || character === '[') {
      depth++;
      i++;
    } else if (character === '}' || character === ']') {
      depth--;
      i++;
    } else i += match(SCALAR, text, i).length || 1;
    if (depth <= 0) return i;
    i = skipBlank(text, i);
  }
  return text.length;
}

/**
 * Where the value at `path` begins in a JSON text; where the path ends early, the last value on the way. The text must
 * be one that JSON.parse takes.
 */
export function jsonPosition(text: string, path: readonly PropertyKey[]): Position {
  let at = skipBlank(text, 0);
  for (const key of path) {
    const next =
      text[at] === '{' ? member(text, at, String(key)) : text[at] === '[' ? element(text, at, Number(key)) : at;
    if (next === undefined) break;
    at = next;
  }
  return positionAt(text, at);
}

/** The last member of that name, as JSON.parse sees it. */
function member(text: string, start: number, expected: string): number | undefined {
  let found: number | undefined;
  let at = skipBlank(text, start + 1);
  while (at < text.length && text[at] !== '}') {
    const nameEnd = skipString(text, at);
    const value = skipBlank(text, skipBlank(text, nameEnd) + 1);
    if (JSON.parse(text.slice(at, nameEnd)) === expected) found = value;
    at = skipBlank(text, skipValue(text, value));
    if (text[at] === ',') at = skipBlank(text, at + 1);
  }
  return found;
}

function element(text: string, start: number, index: number): number | undefined {
  let at = skipBlank(text, start + 1);
  for (let i = 0; at < text.length && text[at] !== ']'; i++) {
    if (i === index) return at;
    at = skipBlank(text, skipValue(text, at));
    if (text[at] === ',') at = skipBlank(text, at + 1);
  }
  return undefined;
}
