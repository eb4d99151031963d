import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { jsonSchemaText } from '../../src/config/json-schemas.ts';
import { readManifest } from '../../src/config/manifest.ts';
import { readMatrix } from '../../src/config/matrix.ts';
import { readProfile } from '../../src/config/profile.ts';

/** A part of a JSON schema. */
interface Node {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Node>>;
  readonly required?: readonly string[];
  readonly items?: Node;
  readonly anyOf?: readonly Node[];
  readonly oneOf?: readonly Node[];
  readonly enum?: readonly string[];
  readonly const?: string;
}

interface Field {
  readonly required: boolean;
  /** What the type must be called; undefined for texts, of which there are many kinds. */
  readonly type: string | undefined;
  readonly words: readonly string[];
}

interface Row {
  readonly type: string;
  readonly default: string;
  readonly example: string;
  readonly meaning: string;
}

/** Words that are so many that another page lists them. */
const MANY = 20;

function typeOf({ type, enum: words, const: only, anyOf, oneOf }: Node): string | undefined {
  if (type === 'boolean') return 'boolean';
  if (type === 'array') return 'list';
  if (type === 'object' || anyOf || oneOf) return 'map';
  if (words || only !== undefined) return 'word';
  return type === 'integer' || (Array.isArray(type) && type.includes('integer')) ? 'number' : undefined;
}

/** Every key that a file may have, `a.b` for a key of a map and `a[].b` for one of the entries of a list. */
function fieldsOf(node: Node, path = ''): Map<string, Field> {
  const fields = new Map<string, Field>();
  for (const one of [...(node.anyOf ?? []), ...(node.oneOf ?? [])]) {
    for (const [name, field] of fieldsOf(one, path)) {
      const same = fields.get(name);
      const required = field.required && (same?.required ?? true);
      fields.set(name, { ...field, required, words: [...(same?.words ?? []), ...field.words] });
    }
  }
  for (const [key, value] of Object.entries(node.properties ?? {})) {
    const name = path === '' ? key : `${path}.${key}`;
    const words = [...(value.enum ?? []), ...(value.const === undefined ? [] : [value.const])].filter(Boolean);
    fields.set(name, {
      required: node.required?.includes(key) ?? false,
      type: typeOf(value),
      words: words.length > MANY ? [] : words,
    });
    for (const [inner, field] of [...fieldsOf(value, name), ...fieldsOf(value.items ?? {}, `${name}[]`)]) {
      fields.set(inner, field);
    }
  }
  return fields;
}

const pageOf = (page: string): string => readFileSync(join(import.meta.dirname, '../../docs', page), 'utf8');

/** The rows `key | type | default | example | meaning` below a heading, by their key. */
function rowsOf(text: string): Map<string, Row> {
  const rows = new Map<string, Row>();
  for (const [, key = '', rest = ''] of text.matchAll(/^\| `([^`]+)` \| (.*) \|$/gm)) {
    const [type = '', byDefault = '', example = '', ...meaning] = rest.split(' | ');
    if (meaning.length === 0) continue;
    expect(rows.has(key), `${key} stands twice`).toBe(false);
    rows.set(key, { type, default: byDefault, example, meaning: meaning.join(' | ') });
  }
  return rows;
}

const matrixPage = pageOf('matrix.md');
const [, matrixPart = '', profilePart = ''] = /(^## Matrix$[\s\S]*)(^## Profile$[\s\S]*)/m.exec(matrixPage) ?? [];

/** Keys that the page about kernels has in the first column of a table. */
const ofRpm = [...pageOf('kernels.md').matchAll(/^\| (`[^|]+`) \|/gm)].flatMap(([, column = '']) =>
  [...column.matchAll(/`([^`]+)`/g)].map(([, key = '']) => `kernel.${key}`),
);

describe.each([
  ['manifest', pageOf('manifest.md'), (text: string) => readManifest({ file: 'docs.yaml', text })],
  ['matrix', matrixPart, (text: string) => readMatrix({ file: 'docs.yaml', text })],
  ['profile', profilePart, (text: string) => readProfile({ file: 'docs.yaml', text })],
] as const)('the page about the %s', (name, text, read) => {
  const fields = fieldsOf(JSON.parse(jsonSchemaText(name)) as Node);
  const rows = rowsOf(text);

  test('has a row for every key that is read, and no other', () => {
    const outside = name === 'profile' ? ofRpm : [];
    expect([...fields.keys()].filter((key) => !rows.has(key) && !outside.includes(key))).toEqual([]);
    expect([...rows.keys()].filter((key) => !fields.has(key))).toEqual([]);
  });

  test.each([...fields].filter(([key]) => rows.has(key)))(
    '%s is reported as it is read',
    (key, { required, type, words }) => {
      const row = rows.get(key);
      expect(row?.default === 'required', 'the column default says what is required').toBe(required);
      if (type !== undefined) expect(row?.type).toBe(type);
      for (const column of [row?.type, row?.default, row?.example, row?.meaning]) expect(column?.trim()).not.toBe('');
      for (const word of words) expect(row?.meaning).toContain(`\`${word}\``);
    },
  );

  test('shows a file that can be read', () => {
    const [, example = ''] = /```yaml\n([\s\S]*?)```/.exec(text) ?? [];
    expect(example).not.toBe('');
    expect(() => read(example)).not.toThrow();
  });
});
