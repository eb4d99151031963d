import { isAlias, isMap, isNode, isScalar, isSeq, visit } from 'yaml';
import { printable, quoted } from './words.ts';
import { type ParsedYaml, type Position, type Problem, parseDocument } from './yaml-document.ts';

export type YamlPath = readonly PropertyKey[];

/**
 * A YAML text as plain values. Every scalar is its text as written (`5.10` stays `5.10`), null is undefined, maps are
 * objects, lists are arrays. Merge keys (`<<: *base`) bring the keys that the map itself does not have.
 */
export interface YamlTree {
  readonly value: unknown;
  readonly problems: readonly Problem[];
  /** Where the value at `path` stands; for a path that does not exist, where its nearest parent stands. */
  at(path: YamlPath): Position;
  /** Where the key that ends `path` stands; undefined when there is no such key. */
  keyAt(path: YamlPath): Position | undefined;
}

/** A suite of a hundred cases may name its kernels by an alias in each; what they expand to is bounded by MAX_NODES. */
const MAX_ALIASES = 2000;
const MAX_NODES = 100_000;

/** Reads the first document of `text`. Never throws: whatever is wrong is in `problems`, and then `value` is unusable. */
export function readTree(text: string): YamlTree {
  const parsed = parseDocument(text);
  return parsed.document ? build(parsed.document, parsed.lines) : emptyTree(parsed.problems);
}

function emptyTree(problems: readonly Problem[]): YamlTree {
  return { value: undefined, problems, at: () => ({ line: 1, column: 1 }), keyAt: () => undefined };
}

/** Turns nodes into plain values and remembers where each of them stands. */
function build(document: NonNullable<ParsedYaml['document']>, lines: ParsedYaml['lines']): YamlTree {
  const problems: Problem[] = [];
  const values = new Map<string, Position>();
  const keys = new Map<string, Position>();
  /** Nodes whose content is being built: an alias to one of them would never end. */
  const open = new Set<unknown>();
  const targets = targetsOf(document);
  let nodes = 0;
  let aliases = 0;

  const positionOf = (node: unknown): Position => {
    const range = (node as { range?: readonly number[] | null } | null)?.range;
    const { line, col } = lines.linePos(range?.[0] ?? 0);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const report = (node: unknown, message: string): undefined => {
    problems.push({ ...positionOf(node), message });
  };

  const toValue = (node: unknown, path: YamlPath): unknown => {
    if (++nodes > MAX_NODES) {
      return nodes === MAX_NODES + 1 ? report(node, 'the file expands to too many values; make it smaller') : undefined;
    }
    const id = JSON.stringify(path);
    if (!values.has(id)) values.set(id, positionOf(node));
    if (isAlias(node)) {
      if (++aliases > MAX_ALIASES) {
        return aliases === MAX_ALIASES + 1
          ? report(node, `more than ${MAX_ALIASES} aliases; write the values out`)
          : undefined;
      }
      const target = targets.get(node);
      if (!target)
        return report(node, `alias *${printable(node.source, 40)} has no anchor before it; define the anchor first`);
      if (open.has(target))
        return report(node, `alias *${printable(node.source, 40)} contains itself; write the value out`);
      return toValue(target, path);
    }
    if (isScalar(node)) return node.value === null ? undefined : textOf(node);
    open.add(node);
    const value = isMap(node)
      ? toMap(node, path)
      : isSeq(node)
        ? node.items.map((item, i) => toValue(item, [...path, i]))
        : undefined;
    open.delete(node);
    return value;
  };

  const toMap = (node: { items: { key: unknown; value: unknown }[] }, path: YamlPath): Record<string, unknown> => {
    const map: Record<string, unknown> = {};
    const seen = new Map<string, Position>();
    const merged: unknown[] = [];
    for (const { key: keyNode, value } of node.items) {
      const key = isScalar(keyNode) ? textOf(keyNode) : '';
      const first = seen.get(key);
      if (isMergeKey(keyNode)) merged.push(value);
      else if (key === '') report(keyNode ?? value, 'a key is empty; give it a name');
      else if (key === '__proto__') report(keyNode, `key "__proto__" is not allowed; rename it`);
      else if (first) report(keyNode, `duplicate key ${quoted(key)} (first in line ${first.line}); keep one of them`);
      else {
        seen.set(key, positionOf(keyNode));
        const id = JSON.stringify([...path, key]);
        if (!keys.has(id)) keys.set(id, positionOf(keyNode));
        map[key] = toValue(value, [...path, key]);
      }
    }
    for (const source of merged) merge(map, source, path);
    return map;
  };

  /** Adds what `map` does not have yet: its own keys come first, then those of the sources in their order. */
  const merge = (map: Record<string, unknown>, source: unknown, path: YamlPath): void => {
    if (isSeq(source)) {
      for (const item of source.items) merge(map, item, path);
      return;
    }
    const target = isAlias(source) ? targets.get(source) : source;
    if (target !== undefined && !isMap(target)) {
      report(source, 'a merge key (<<) needs a map, an alias of one, or a list of them');
      return;
    }
    const values = toValue(source, path) as Record<string, unknown> | undefined;
    for (const [key, value] of Object.entries(values ?? {})) if (!Object.hasOwn(map, key)) map[key] = value;
  };

  const value = toValue(document.contents, []);
  return {
    value,
    problems,
    at(path) {
      for (let length = path.length; length > 0; length--) {
        const found = values.get(JSON.stringify(path.slice(0, length)));
        if (found) return found;
      }
      return values.get('[]') ?? { line: 1, column: 1 };
    },
    keyAt: (path) => keys.get(JSON.stringify(path)),
  };
}

/** What each alias stands for: the node that had its anchor last. Found in one walk, since hostile files have many. */
function targetsOf(document: NonNullable<ParsedYaml['document']>): Map<unknown, unknown> {
  const anchors = new Map<string, unknown>();
  const targets = new Map<unknown, unknown>();
  visit(document, (_, node) => {
    if (isAlias(node)) targets.set(node, anchors.get(node.source));
    else if (isNode(node) && 'anchor' in node && node.anchor) anchors.set(node.anchor, node);
  });
  return targets;
}

/** Quoted, `<<` is a key as any other. */
function isMergeKey(node: unknown): boolean {
  return isScalar(node) && node.type === 'PLAIN' && node.value === '<<';
}

function textOf(scalar: { value: unknown; source?: string | undefined }): string {
  return typeof scalar.value === 'string' ? scalar.value : (scalar.source ?? String(scalar.value));
}
