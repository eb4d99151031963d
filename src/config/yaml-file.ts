import type * as z from 'zod';
import { UsageError } from '../model/errors.ts';
import type { Problem } from './yaml-document.ts';
import { explainIssues } from './yaml-issues.ts';
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
 * Reads a YAML file with a schema made of the blocks of yaml-schema.ts. Only the first document counts; an empty file
 * is an empty map.
 * @param code error code, for example `matrix_invalid`
 * @throws UsageError with one line `file:line:column: what is wrong; what to do` per problem, at most ten
 */
export function readYaml<S extends z.ZodType>(source: SourceFile, schema: S, code: string): YamlFile<z.output<S>> {
  const tree = readTree(source.text);
  if (tree.problems.length > 0) throw fileError(source.file, code, tree.problems);
  const result = schema.safeParse(tree.value ?? {});
  if (!result.success) throw fileError(source.file, code, explainIssues(result.error, schema, tree));
  return {
    value: result.data,
    at(path) {
      const { line, column } = tree.at(path);
      return `${source.file}:${line}:${column}`;
    },
  };
}

function fileError(file: string, code: string, problems: readonly Problem[]): UsageError {
  const sorted = [...problems].sort((a, b) => a.line - b.line || a.column - b.column);
  const lines = [...new Set(sorted.map(({ line, column, message }) => `${file}:${line}:${column}: ${message}`))];
  const rest = lines.length - MAX_PROBLEMS;
  const shown = lines.slice(0, MAX_PROBLEMS);
  return new UsageError(code, (rest > 0 ? [...shown, `${file}: and ${rest} more`] : shown).join('\n'));
}
