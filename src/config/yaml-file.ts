import type * as z from 'zod';
import { UsageError } from '../model/errors.ts';
import { keysAt } from './schema-keys.ts';
import { didYouMean } from './similar.ts';
import type { Problem } from './yaml-document.ts';
import { explainIssues, type Slips } from './yaml-issues.ts';
import { readTree, type YamlPath } from './yaml-tree.ts';

/** A text and the file name that messages use for it. */
export interface SourceFile {
  readonly file: string;
  readonly text: string;
}

export interface YamlFile<T> {
  readonly value: T;
  /** `file:line:column` of the value at `path`. */
  at(path: YamlPath): string;
}

/** Problems of one file that are listed in one message. */
const MAX_PROBLEMS = 10;

/**
 * Reads a YAML file with a schema made of the blocks of yaml-schema.ts. A second document in it is a problem; an empty
 * file is an empty map.
 * @param code error code, for example `matrix_invalid`
 * @param slips keys that people write here by mistake, with what to write instead
 * @throws UsageError with one line `file:line:column: what is wrong; what to do` per problem, at most ten
 */
export function readYaml<S extends z.ZodType>(
  source: SourceFile,
  schema: S,
  code: string,
  slips: Slips = {},
): YamlFile<z.output<S>> {
  const tree = readTree(source.text);
  // Of these nothing is quoted: what is rejected unread, and what is not a map or an empty one.
  const isPlain = source.text.includes('\0') || (tree.problems.length === 0 && !hasKeys(tree.value));
  const known = [...keysAt(schema, []), ...Object.keys(slips).filter((name) => !name.includes('.'))];
  if (!isPlain && !isOurs(source.text, known)) {
    const open = BEGINS_AS_MAP.test(source.text) && tree.problems.find(({ quotesNothing }) => quotesNothing);
    throw open ? fileError(source.file, code, [open]) : foreign(source.file, code, tree.problems[0], schema);
  }
  if (tree.problems.length > 0) throw fileError(source.file, code, tree.problems);
  const result = schema.safeParse(tree.value ?? {});
  if (!result.success) throw fileError(source.file, code, explainIssues(result.error, schema, tree, slips));
  return {
    value: result.data,
    at(path) {
      const { line, column } = tree.at(path);
      return `${source.file}:${line}:${column}`;
    },
  };
}

/** The first line that is not a comment is a key: what is left open in such a file is worth reporting, in C code it is not. */
const BEGINS_AS_MAP = /^\ufeff?(?:[ \t]*(?:#.*)?\r?\n|---[ \t]*\r?\n)*["']?[A-Za-z][\w-]{0,63}["']?[ \t]*:(?=\s)/;

function hasKeys(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0;
}

/**
 * Messages quote keys and lines, so a file must look like one of ours first: it has a key at its left edge that the
 * schema knows, or nearly. What else a path may lead to, such as a file with secrets, is not quoted.
 */
function isOurs(text: string, known: readonly string[]): boolean {
  if (known.length === 0) return true;
  // Behind a key in quotes, as JSON has them, no blank is needed.
  const keys = text.matchAll(
    /^\ufeff?[ \t]*(?:- +)?\{?[ \t]*(?:(["'])([A-Za-z][\w-]{0,63})\1[ \t]*:|([A-Za-z][\w-]{0,63})[ \t]*:(?=\s|$))/gm,
  );
  for (const [, , quotedKey, key = quotedKey ?? ''] of keys)
    if (known.includes(key) || didYouMean(key, known) !== '') return true;
  return false;
}

function foreign(file: string, code: string, problem: Problem | undefined, schema: z.ZodType): UsageError {
  const { line, column } = problem ?? { line: 1, column: 1 };
  const what = code.replace(/_invalid$/, '');
  const keys = keysAt(schema, []).slice(0, 8).join(', ');
  const message = `this is not a ${what}: it has none of the keys of one (${keys}); name another file, or write them`;
  return new UsageError(code, `${file}:${line}:${column}: ${message}`);
}

function fileError(file: string, code: string, problems: readonly Problem[]): UsageError {
  const sorted = [...problems].sort((a, b) => a.line - b.line || a.column - b.column);
  const lines = [...new Set(sorted.map(({ line, column, message }) => `${file}:${line}:${column}: ${message}`))];
  const rest = lines.length - MAX_PROBLEMS;
  const shown = lines.slice(0, MAX_PROBLEMS);
  return new UsageError(code, (rest > 0 ? [...shown, `${file}: and ${rest} more`] : shown).join('\n'));
}
