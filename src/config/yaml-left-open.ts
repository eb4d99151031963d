import { type Document, visit, type YAMLError } from 'yaml';

/** A quote or bracket that is never closed: the `yaml` package blames the place where it noticed. */
export interface LeftOpen {
  /** Of the character that opens it. */
  readonly offset: number;
  readonly words: string;
}

const CLOSING: Readonly<Record<string, string>> = { '[': ']', '{': '}' };

/**
 * What was left open, where that is what an error is about.
 * @param error of the `yaml` package
 */
export function leftOpen(document: Document.Parsed, source: string, { message, pos }: YAMLError): LeftOpen | undefined {
  const quotes: (readonly [from: number, to: number])[] = [];
  const brackets: number[] = [];
  visit(document, {
    Scalar: (_key, { type, range }) => {
      if (type?.startsWith('QUOTE') && range) quotes.push([range[0], range[1]]);
    },
    Collection: (_key, { flow, range }) => {
      if (flow && range) brackets.push(range[0]);
    },
  });
  // One over several lines, with more text behind its end: that end was meant to open the next one.
  const swallowed = quotes.find(
    ([from, to]) => source.slice(from, to).includes('\n') && /[^\s,:\]}#]/.test(source[to] ?? ''),
  );
  const isQuote = /^Missing closing ['"]quote/.test(message);
  const quote = swallowed ?? (isQuote ? quotes.findLast(([from]) => from < pos[0]) : undefined);
  if (quote !== undefined) return leftOpenAt(source, quote[0], 'quote', source[quote[0]] ?? '');
  const closing = /end with an? ([\]}])$/.exec(message)?.[1];
  const bracket = brackets.findLast((at) => CLOSING[source[at] ?? ''] === closing);
  return closing && bracket !== undefined ? leftOpenAt(source, bracket, 'bracket', closing) : undefined;
}

function leftOpenAt(source: string, offset: number, what: string, closing: string): LeftOpen {
  const words = `not valid YAML: the ${what} ${source[offset]} that opens here is not closed; add the closing ${closing}`;
  return { offset, words };
}
