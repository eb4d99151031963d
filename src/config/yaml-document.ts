import { Composer, type Document, LineCounter, Parser } from 'yaml';
import { printable } from './words.ts';
import { leftOpen } from './yaml-left-open.ts';
import { nestingOf } from './yaml-nesting.ts';

/** Line and column, both from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface Problem extends Position {
  readonly message: string;
  /** The message shows nothing of what the file holds, but a bracket or a quote. */
  readonly quotesNothing?: true;
}

/** The syntax tree of a text. `document` is undefined when there is nothing to read, because of `problems` or emptiness. */
export interface ParsedYaml {
  readonly document: Document.Parsed | undefined;
  readonly lines: LineCounter;
  readonly problems: readonly Problem[];
}

const MAX_BYTES = 256 * 1024;
const MAX_NESTING = 64;

/** Parses `text`, which holds one document. Never throws. */
export function parseDocument(text: string): ParsedYaml {
  const lines = new LineCounter();
  const failure = (message: string): ParsedYaml => ({
    document: undefined,
    lines,
    problems: [{ line: 1, column: 1, message }],
  });
  if (text.length > MAX_BYTES || new TextEncoder().encode(text).length > MAX_BYTES) {
    return failure(
      `the file is larger than ${MAX_BYTES / 1024} KiB; such files are small, check that it is the right one`,
    );
  }
  // Half of the bytes of English in UTF-16 are zero; its byte order mark is not UTF-8.
  if (/^\ufffd\ufffd/.test(text) || /^(?:[^\0]\0){4}|^(?:\0[^\0]){4}/.test(text)) {
    return failure('the file is UTF-16; save it as UTF-8');
  }
  if (text.includes('\0')) return failure('the file holds binary data; check that it is the right one');
  const source = text.replace(/^\ufeff/, '');
  const { tokens, second } = readTokens(new Parser(lines.addNewLine), source);
  if (second !== undefined) {
    const { line, col: column } = lines.linePos(second);
    const message = 'a second YAML document begins here, and only one is read; put everything into one document';
    return { document: undefined, lines, problems: [{ line, column, message }] };
  }
  if (tokens.some((token) => nestingOf(token) > MAX_NESTING)) {
    return failure(`lists and maps are nested more than ${MAX_NESTING} deep; flatten the file`);
  }
  const document = compose(tokens, source.length);
  const problems = document ? syntaxProblems(document, lines, source) : [];
  return { document: problems.length > 0 ? undefined : document, lines, problems };
}

function compose(tokens: ReturnType<typeof readTokens>['tokens'], length: number): Document.Parsed | undefined {
  const composer = new Composer({
    schema: 'core',
    stringKeys: true,
    // Found by yaml-tree.ts, which knows the place of the first one and does not compare each key with each.
    uniqueKeys: false,
    prettyErrors: false,
    resolveKnownTags: false,
    logLevel: 'silent',
  });
  return composer.compose(tokens, true, length).next().value ?? undefined;
}

/** The tokens of the first document, and where a second one begins that has anything in it. */
function readTokens(parser: Parser, source: string) {
  const tokens = [];
  let documents = 0;
  let ended = false;
  for (const token of parser.parse(source)) {
    if (token.type === 'document' && documents++ > 0) {
      if (token.value !== undefined) return { tokens, second: token.offset };
      continue;
    }
    if (token.type === 'doc-end' && documents > 0) ended = true;
    if (!ended && documents < 2) tokens.push(token);
  }
  return { tokens, second: undefined };
}

/** Messages of the `yaml` package that need other words. */
const SYNTAX_WORDS: Readonly<Record<string, (message: string) => string>> = {
  TAG_RESOLVE_FAILED: (message) =>
    `${message.replace('Unresolved tag:', 'unknown tag')}; remove it, only plain YAML is read`,
  NON_STRING_KEY: () => 'a key is a list or a map; write it as plain text',
};

/** One problem per line: further ones are mostly echoes of the first. */
function syntaxProblems(document: Document.Parsed, lines: LineCounter, source: string): Problem[] {
  const errors = [...document.errors, ...document.warnings];
  const found = new Map<number, Problem>();
  for (const error of errors) {
    const { code, message, pos } = error;
    const open = leftOpen(document, source, error);
    const { line, col } = lines.linePos(open?.offset ?? pos[0]);
    if (found.has(line)) continue;
    const shown = printable(message, 160);
    const words = open?.words ?? SYNTAX_WORDS[code]?.(shown) ?? `not valid YAML: ${shown}`;
    found.set(line, { line, column: col, message: words, ...(open && { quotesNothing: true }) });
    // All that follows was read as text, or the other way around.
    if (open !== undefined) return [...found.values()];
  }
  return [...found.values()];
}
