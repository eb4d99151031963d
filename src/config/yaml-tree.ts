import { type Alias, isAlias, isMap, isNode, isScalar, isSeq, visit } from 'yaml';
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

type Document = NonNullable<ParsedYaml['document']>;

function build(document: Document, lines: ParsedYaml['lines']): YamlTree {
  const reader = new NodeReader(document, lines);
  const value = reader.valueOf(document.contents, []);
  const { problems, values, keys } = reader;
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

/** Turns nodes into plain values and remembers where each of them stands. */
class NodeReader {
  readonly problems: Problem[] = [];
  /** By the JSON of their path, as the keys are. */
  readonly values = new Map<string, Position>();
  readonly keys = new Map<string, Position>();
  readonly #lines: ParsedYaml['lines'];
  readonly #targets: ReadonlyMap<unknown, unknown>;
  /** Nodes whose content is being built: an alias to one of them would never end. */
  readonly #open = new Set<unknown>();
  #nodes = 0;
  #aliases = 0;

  constructor(document: Document, lines: ParsedYaml['lines']) {
    this.#lines = lines;
    this.#targets = targetsOf(document);
  }

  valueOf(node: unknown, path: YamlPath): unknown {
    if (++this.#nodes > MAX_NODES) {
      const first = this.#nodes === MAX_NODES + 1;
      return first ? this.#report(node, 'the file expands to too many values; make it smaller') : undefined;
    }
    const id = JSON.stringify(path);
    if (!this.values.has(id)) this.values.set(id, this.#positionOf(node));
    if (isAlias(node)) return this.#aliased(node, path);
    if (isScalar(node)) return node.value === null ? undefined : textOf(node);
    this.#open.add(node);
    const value = isMap(node)
      ? this.#mapOf(node, path)
      : isSeq(node)
        ? node.items.map((item, i) => this.valueOf(item, [...path, i]))
        : undefined;
    this.#open.delete(node);
    return value;
  }

  #aliased(node: Alias, path: YamlPath): unknown {
    if (++this.#aliases > MAX_ALIASES) {
      const first = this.#aliases === MAX_ALIASES + 1;
      return first ? this.#report(node, `more than ${MAX_ALIASES} aliases; write the values out`) : undefined;
    }
    const name = `alias *${printable(node.source, 40)}`;
    const target = this.#targets.get(node);
    if (!target) return this.#report(node, `${name} has no anchor before it; define the anchor first`);
    if (this.#open.has(target)) return this.#report(node, `${name} contains itself; write the value out`);
    return this.valueOf(target, path);
  }

  #mapOf(node: { items: { key: unknown; value: unknown }[] }, path: YamlPath): Record<string, unknown> {
    const map: Record<string, unknown> = {};
    const seen = new Map<string, Position>();
    const merged: unknown[] = [];
    for (const { key: keyNode, value } of node.items) {
      const key = isScalar(keyNode) ? textOf(keyNode) : '';
      const first = seen.get(key);
      if (isMergeKey(keyNode)) merged.push(value);
      else if (key === '') this.#report(keyNode ?? value, 'a key is empty; give it a name');
      else if (key === '__proto__') this.#report(keyNode, `key "__proto__" is not allowed; rename it`);
      else if (first)
        this.#report(keyNode, `duplicate key ${quoted(key)} (first in line ${first.line}); keep one of them`);
      else {
        seen.set(key, this.#positionOf(keyNode));
        const id = JSON.stringify([...path, key]);
        if (!this.keys.has(id)) this.keys.set(id, this.#positionOf(keyNode));
        map[key] = this.valueOf(value, [...path, key]);
      }
    }
    for (const source of merged) this.#merge(map, source, path);
    return map;
  }

  /** Adds what `map` does not have yet: its own keys come first, then those of the sources in their order. */
  #merge(map: Record<string, unknown>, source: unknown, path: YamlPath): void {
    if (isSeq(source)) {
      for (const item of source.items) this.#merge(map, item, path);
      return;
    }
    const target = isAlias(source) ? this.#targets.get(source) : source;
    if (target !== undefined && !isMap(target)) {
      this.#report(source, 'a merge key (<<) needs a map, an alias of one, or a list of them');
      return;
    }
    const values = this.valueOf(source, path) as Record<string, unknown> | undefined;
    for (const [key, value] of Object.entries(values ?? {})) if (!Object.hasOwn(map, key)) map[key] = value;
  }

  #report(node: unknown, message: string): undefined {
    this.problems.push({ ...this.#positionOf(node), message });
  }

  #positionOf(node: unknown): Position {
    const range = (node as { range?: readonly number[] | null } | null)?.range;
    const { line, col } = this.#lines.linePos(range?.[0] ?? 0);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  }
}

/** What each alias stands for: the node that had its anchor last. Found in one walk, since hostile files have many. */
function targetsOf(document: Document): Map<unknown, unknown> {
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
