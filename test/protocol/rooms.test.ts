import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const src = join(ROOT, 'validator-c/src');
const page = readFileSync(join(ROOT, 'docs/validator.md'), 'utf8');

const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((name) => /\.[ch]$/.test(name));
const rooms = [...new Set(files.map((name) => dirname(name)).filter((room) => room !== '.'))].sort();

function includesOf(name: string): string[] {
  return [...readFileSync(join(src, name), 'utf8').matchAll(/^#include "([^"]+)"/gm)].map(([, path = '']) => path);
}

describe('the rooms of the validator', () => {
  test('are those of its page', () => {
    const rows = [...page.matchAll(/^\| `([a-z]+)\/`/gm)].map(([, room = '']) => room);
    expect(rows.toSorted()).toEqual(rooms);
  });

  test('are named in every include', () => {
    const unknown = files.flatMap((name) => includesOf(name).filter((path) => !files.includes(path)));
    expect(unknown).toEqual([]);
  });

  test('lib knows no other', () => {
    const above = files
      .filter((name) => name.startsWith('lib/'))
      .flatMap((name) => includesOf(name).filter((path) => !path.startsWith('lib/')));
    expect(above).toEqual([]);
  });

  test('have no file for what was left over', () => {
    expect(files.filter((name) => /(^|-)(more|other|misc|parts|util)(-|\.)/.test(basename(name)))).toEqual([]);
  });

  test('the functions of libbpf that the linker sends here are those of the page', () => {
    const makefile = readFileSync(join(ROOT, 'validator-c/Makefile'), 'utf8');
    const wrapped = (/^WRAPPED := (.+)$/m.exec(makefile)?.[1] ?? '').split(' ');
    const [, table = ''] = page.split('## libbpf internals that are wrapped');
    const reported = [...table.matchAll(/^\|([^|]+)\|/gm)].flatMap(([, cell = '']) =>
      [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name),
    );
    expect(reported.toSorted()).toEqual(wrapped.toSorted());
  });
});
