import type * as z from 'zod';
import { keysAt } from './schema-keys.ts';
import { didYouMean, enumerate } from './similar.ts';
import { quoted } from './words.ts';
import type { Problem } from './yaml-document.ts';
import type { YamlPath, YamlTree } from './yaml-tree.ts';

/** Keys that people write in a file and that it does not have, by their path without positions, and what to write instead. */
export type Slips = Readonly<Record<string, string>>;

/** What a schema found wrong with a file, in words and with positions. */
export function explainIssues(error: z.ZodError, schema: z.ZodType, tree: YamlTree, slips: Slips): Problem[] {
  return error.issues.flatMap((issue) => {
    if (issue.code !== 'unrecognized_keys') return [explain(issue, tree)];
    const allowed = keysAt(schema, issue.path);
    return issue.keys.map((key) => {
      const name = [...issue.path.filter((part) => typeof part === 'string'), key].join('.');
      const slip = Object.hasOwn(slips, name) ? `; ${slips[name]}` : '';
      return unknownKey(key, issue.path, allowed, slip || meantKey(key, issue.path, allowed, schema, tree), tree);
    });
  });
}

/** Where a key that does not belong here is at home: one level deeper; empty when nowhere. */
function meantKey(key: string, path: YamlPath, allowed: readonly string[], schema: z.ZodType, tree: YamlTree): string {
  const parent = allowed.find((name) => keysAt(schema, [...path, name]).includes(key));
  const value = valueAt(tree.value, [...path, key]);
  if (parent === undefined) return '';
  return `; write ${parent}: {${key}: ${typeof value === 'string' && /^[\w./-]{1,60}$/.test(value) ? value : '...'}}`;
}

function unknownKey(key: string, path: YamlPath, allowed: readonly string[], slip: string, tree: YamlTree): Problem {
  const place = path.length === 0 ? '' : ` in ${labelOf(path)}`;
  const known = allowed.length === 0 ? '' : ` (known keys: ${allowed.join(', ')})`;
  const position = tree.keyAt([...path, key]) ?? tree.at(path);
  return {
    ...position,
    message: `unknown key ${quoted(key)}${place}${slip || didYouMean(key, allowed) || '; remove it'}${known}`,
  };
}

/** The key that was meant for the one that is missing. */
function misspelt(path: YamlPath, tree: YamlTree): Problem | undefined {
  const [above, name] = [path.slice(0, -1), String(path.at(-1))];
  const parent = valueAt(tree.value, above);
  const similar = Object.keys(typeof parent === 'object' ? (parent ?? {}) : {}).find((key) => didYouMean(key, [name]));
  if (similar === undefined) return undefined;
  const position = tree.keyAt([...above, similar]) ?? tree.at(above);
  return { ...position, message: `unknown key ${quoted(similar)} in ${labelOf(above)}${didYouMean(similar, [name])}` };
}

function explain(issue: z.core.$ZodIssue, tree: YamlTree): Problem {
  const value = valueAt(tree.value, issue.path);
  const label = issue.path.length === 0 ? 'the file' : labelOf(issue.path);
  if (value === undefined) {
    if (tree.value === undefined) return { ...tree.at([]), message: `the file is empty; it needs at least ${label}` };
    const key = tree.keyAt(issue.path);
    const isItem = typeof issue.path.at(-1) === 'number';
    const own: unknown = issue.code === 'custom' && !key ? issue.params?.['missing'] : undefined;
    if (typeof own === 'string') return { ...tree.at(issue.path), message: `${label} ${own}` };
    // The key that chooses among maps: while it is missing, none of the other keys is known or unknown.
    const slip = issue.code === 'invalid_union' && !key ? misspelt(issue.path, tree) : undefined;
    if (slip !== undefined) return slip;
    const message = key || isItem ? `${label} has no value; give it one` : `${label} is missing; add it`;
    return { ...(key ?? tree.at(issue.path)), message };
  }
  return { ...tree.at(issue.path), message: `${label} ${wordsOf(issue, value, tree)}` };
}

function wordsOf(issue: z.core.$ZodIssue, value: unknown, tree: YamlTree): string {
  const shown = typeof value === 'string' ? quoted(value) : kindOf(value);
  switch (issue.code) {
    case 'custom':
      return `${issue.message}${firstUse(issue, tree)}`;
    case 'invalid_type':
      return `must be ${KINDS[issue.expected] ?? issue.expected}, not ${typeof value === 'string' && NUMBERS.has(issue.expected) ? shown : kindOf(value)}${remedy(issue.message)}`;
    case 'invalid_value':
      return choice(shown, typeof value === 'string' ? value : '', issue.values.map(String));
    case 'invalid_union':
      return choice(
        shown,
        typeof value === 'string' ? value : '',
        ((issue as { options?: unknown[] }).options ?? []).map(String),
      );
    case 'too_small':
      if (issue.origin === 'string') return 'is empty; give it a value';
      return `${shown} is too small; use ${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}`;
    case 'invalid_format':
      return `${shown} is not allowed; ${FORMATS[issue.format] ?? formatRule(issue)}`;
    default:
      return `is not allowed: ${issue.message}`;
  }
}

/** What the schema itself says to do; the library's own words begin with "Invalid". */
function remedy(message: string): string {
  return message.startsWith('Invalid') ? '' : `; ${message}`;
}

/** The rule in the schema's own words, else the pattern. */
function formatRule(issue: z.core.$ZodIssueInvalidStringFormat): string {
  return issue.message.startsWith('Invalid') ? `it must match ${issue.pattern ?? issue.format}` : `it ${issue.message}`;
}

function choice(shown: string, value: string, allowed: readonly string[]): string {
  const words = allowed.filter((word) => word !== '');
  return `${shown} is not known${didYouMean(value, words) || ';'} use ${enumerate(words, 'or')}`;
}

function firstUse(issue: z.core.$ZodIssueCustom, tree: YamlTree): string {
  const first: unknown = issue.params?.['first'];
  if (!Array.isArray(first)) return '';
  const path = [...issue.path.slice(0, issue.path.length - first.length), ...first];
  return ` (first in line ${tree.at(path).line}); keep one of them`;
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'a text or number',
  array: 'a list (lines that start with "- ")',
  object: 'a map (lines of "key: value")',
  record: 'a map (lines of "key: value")',
  number: 'a number',
  int: 'a whole number',
};
const NUMBERS = new Set(['number', 'int']);

const FORMATS: Readonly<Record<string, string>> = {
  url: 'write a full URL such as http://mirror.example/debian',
  starts_with: 'write an absolute path (it starts with "/")',
};

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'string' ? 'a text' : 'a map';
}

/** `programs[2].attach.kind` */
function labelOf(path: YamlPath): string {
  return path.reduce<string>((label, part) => {
    if (typeof part === 'number') return `${label}[${part}]`;
    return label === '' ? String(part) : `${label}.${String(part)}`;
  }, '');
}

function valueAt(value: unknown, path: YamlPath): unknown {
  return path.reduce<unknown>(
    (parent, part) =>
      typeof parent === 'object' && parent !== null ? (parent as Record<PropertyKey, unknown>)[part] : undefined,
    value,
  );
}
