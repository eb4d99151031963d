import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { jsonSchemaText, SCHEMA_NAMES } from '../../src/config/json-schemas.ts';

interface Node {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Node>>;
  readonly items?: Node;
  readonly required?: readonly string[];
  readonly additionalProperties?: unknown;
  readonly enum?: readonly string[];
  readonly pattern?: string;
}

const schema = (name: (typeof SCHEMA_NAMES)[number]): Node => JSON.parse(jsonSchemaText(name));

test.each(SCHEMA_NAMES)('schemas/%s.json is what the reader checks; "npm run schemas" writes it anew', (name) => {
  const file = join(import.meta.dirname, '../../schemas', `${name}.json`);
  expect(readFileSync(file, 'utf8')).toBe(jsonSchemaText(name));
});

describe('what an editor learns', () => {
  test('keys of suites: which there are, which are needed, and that no others are', () => {
    const { properties, required, additionalProperties } = schema('suite');
    expect(required).toEqual(['name', 'cases']);
    expect(additionalProperties).toBe(false);
    expect(properties?.['cases']?.items?.required).toEqual(['name']);
    expect(Object.keys(properties?.['cases']?.items?.properties ?? {})).toEqual(
      expect.arrayContaining(['matrix', 'kernels', 'manifest', 'test', 'timeout', 'required']),
    );
  });

  test('values as YAML writes them, not as the texts that we read', () => {
    const target = schema('matrix').properties?.['profiles']?.items?.properties;
    expect(target?.['required']?.type).toBe('boolean');
    expect(target?.['timeout']?.type).toBe('string');
    expect(new RegExp(target?.['id']?.pattern ?? '').test('debian-12-6.1')).toBe(true);
    const suite = schema('suite').properties;
    expect(suite?.['defaults']?.properties?.['concurrency']?.type).toContain('integer');
    expect(schema('profile').properties?.['kernel_family']?.type).toContain('number');
  });

  test('words of a fixed set', () => {
    const attach = schema('manifest').properties?.['programs']?.items?.properties?.['attach'];
    expect(attach?.properties?.['kind']?.enum).toContain('kprobe');
  });

  test('profiles may have keys of others', () => {
    expect(schema('profile').additionalProperties).not.toBe(false);
  });
});
