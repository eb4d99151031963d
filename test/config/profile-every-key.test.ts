import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readProfile } from '../../src/config/profile.ts';
import { UsageError } from '../../src/model/errors.ts';

// Every key of the schema, wrong in every way: the schema is walked, so that a new key is tested without a word here.
type Schema = Readonly<Record<string, unknown>>;
type Block = Readonly<Record<string, unknown>>;

const schema = JSON.parse(readFileSync(join(import.meta.dirname, '../../schemas/profile.json'), 'utf8')) as Schema;
const isBlock = (value: unknown): value is Block =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const propertiesOf = (node: unknown): [string, Schema][] =>
  isBlock(node) && isBlock(node['properties']) ? (Object.entries(node['properties']) as [string, Schema][]) : [];

const HEAD = { id: 'lab', distro: 'lab', kernel_family: '6.1', arch: 'x86_64' };
const DIGEST = 'a'.repeat(64);
/** A block of each source that is as short as it can be. */
const SOURCES: Readonly<Record<string, Block>> = {
  deb: { source: 'deb', archive: 'debian', suite: 'trixie', package: 'linux-image-amd64' },
  rpm: { source: 'rpm', baseurl: 'https://a.example/os', package: 'kernel', gpgkey: ['RPM-GPG-KEY-Rocky-9'] },
  file: { source: 'file', image: 'bzImage' },
  url: { source: 'url', image: 'https://a.example/bzImage', sha256: DIGEST },
  oci: { source: 'oci', image: 'ghcr.io/a/b:1' },
};

interface Key {
  /** As the document nests it. */
  readonly path: readonly string[];
  readonly node: Schema;
  readonly required: boolean;
  readonly source: string;
}

/** The source that a variant of the schema is about. */
function sourceOf(variant: Schema): string {
  const node = propertiesOf(variant).find(([name]) => name === 'source')?.[1] ?? {};
  return String(node['const'] ?? (node['enum'] as string[] | undefined)?.[0]);
}

function keysOf(node: Schema, above: readonly string[], source: string): Key[] {
  const required = (node['required'] ?? []) as string[];
  return propertiesOf(node).flatMap(([name, below]): Key[] => {
    const path = [...above, name];
    const variants = (below['oneOf'] ?? below['anyOf'] ?? []) as Schema[];
    const inner =
      name === 'kernel'
        ? variants.flatMap((variant) => keysOf(variant, path, sourceOf(variant)))
        : keysOf(below, path, source);
    return [{ path, node: below, required: required.includes(name), source }, ...inner];
  });
}

const KEYS = keysOf(schema, [], 'deb');
const named = KEYS.map((key) => [`${key.path.join('.')} (${key.source})`, key] as const);

/** A document with a key set to `text`, or without it, each key on a line of its own. */
function documentWith({ path, source }: Key, text: string | undefined, name = path.at(-1) ?? '') {
  const top: Record<string, unknown> = { ...HEAD, kernel: SOURCES[source] };
  const [first = '', second] = path;
  const lines: string[] = [];
  const put = (indent: string, key: string, value: string | undefined): void => {
    if (value !== undefined) lines.push(`${indent}${key}: ${value}`.trimEnd());
  };
  for (const [key, value] of Object.entries({ [first]: {}, ...top })) {
    const isNamed = key === first;
    if (isNamed && second === undefined) put('', name, text);
    else if (isNamed || isBlock(value)) {
      lines.push(`${key}:`);
      const block = isBlock(value) ? value : {};
      for (const [inner, one] of Object.entries({ ...block, ...(isNamed && second && { [second]: '' }) }))
        if (isNamed && inner === second) put('  ', name, text);
        else put('  ', inner, JSON.stringify(one));
    } else put('', key, JSON.stringify(value));
  }
  const line = lines.findIndex((one) => one.trimStart().startsWith(`${name}:`)) + 1;
  return { text: `${lines.join('\n')}\n`, line };
}

/** @returns the message, or undefined where the document is read */
function said(text: string): string | undefined {
  try {
    readProfile({ file: 'p.yaml', text }, { onPath: () => {} });
    return undefined;
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
}

test('the schema has keys of every source', () => {
  expect(new Set(KEYS.map(({ source }) => source))).toEqual(new Set(Object.keys(SOURCES)));
  expect(KEYS.length).toBeGreaterThan(60);
});

describe('a key that is', () => {
  test.each(named)('a map or a text where it is none: %s', (_, key) => {
    const wrong = key.node['type'] === 'object' || key.path.join('.') === 'kernel' ? 'some text' : '{x: {y: 1}}';
    const { text, line } = documentWith(key, wrong);
    expect(said(text), text).toMatch(new RegExp(`p\\.yaml:${line}:\\d+: .*${key.path.at(-1)}`));
  });

  test.each(named)('a list of lists: %s', (_, key) => {
    const { text, line } = documentWith(key, '[[x]]');
    expect(said(text), text).toMatch(new RegExp(`p\\.yaml:${line}:\\d+: .*${key.path.at(-1)}`));
  });

  test.each(named)('misspelt: %s', (_, key) => {
    const right = key.path.at(-1) ?? '';
    // One letter too many, which no short name is too short for.
    const { text, line } = documentWith(key, '1', `${right}${right.at(-1)}`);
    const message = said(text);
    expect(message, text).toContain(`p.yaml:${line}:`);
    expect(message).toMatch(new RegExp(`unknown key "${right}${right.at(-1)}".*did you mean "${right}"`));
  });

  test.each(named)('there without a value: %s', (_, key) => {
    const { text, line } = documentWith(key, '');
    const message = said(text);
    // Without a value it is not there: only what must be there is missed.
    if (message === undefined) expect(key.required, text).toBe(false);
    else expect(message, `${text}line ${line}`).toMatch(new RegExp(`p\\.yaml:\\d+:\\d+: .*${key.path[0]}`));
  });

  test.each(named.filter(([, { required }]) => required))('missing: %s', (_, key) => {
    const { text } = documentWith(key, undefined);
    expect(said(text), text).toMatch(new RegExp(`p\\.yaml:\\d+:\\d+: .*${key.path.at(-1)}`));
  });
});
