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

const order = [...page.matchAll(/^\| `([a-z]+)\/`/gm)].map(([, room = '']) => room);

/** What lies in no room, such as main, is below all of them. */
function placeOf(name: string): number {
  const place = order.indexOf(dirname(name));
  return place < 0 ? order.length : place;
}

const nounOf = (name: string): string => name.replace(/\.[ch]$/, '');

/** What each noun, a .c with its .h, includes of others, also by way of a header that has no .c. */
function needs(): Map<string, string[]> {
  const nouns = new Set(files.filter((name) => name.endsWith('.c')).map(nounOf));
  const reached = (name: string): string[] =>
    includesOf(name).flatMap((path) => (nouns.has(nounOf(path)) ? [nounOf(path)] : reached(path)));
  const graph = new Map([...nouns].map((noun): [string, string[]] => [noun, []]));
  for (const name of files) {
    const noun = nounOf(name);
    graph.get(noun)?.push(...reached(name).filter((other) => other !== noun));
  }
  return graph;
}

/** What is left when whatever includes nothing that is left, or is included by nothing that is left, goes. */
function circles(graph: Map<string, string[]>): string[] {
  const left = new Map(graph);
  for (let before = -1; before !== left.size; ) {
    before = left.size;
    const included = new Set([...left.values()].flat());
    for (const [noun, others] of left)
      if (!included.has(noun) || !others.some((other) => left.has(other))) left.delete(noun);
  }
  return [...left.keys()];
}

describe('the rooms of the validator', () => {
  test('are those of its page', () => {
    expect(order.toSorted()).toEqual(rooms);
  });

  test('are named in every include', () => {
    const unknown = files.flatMap((name) => includesOf(name).filter((path) => !files.includes(path)));
    expect(unknown).toEqual([]);
  });

  test('include nothing of a room that stands below them in the table of the page', () => {
    const below = files.flatMap((name) =>
      includesOf(name)
        .filter((path) => placeOf(path) > placeOf(name))
        .map((path) => `${name}: ${path}`),
    );
    expect(below).toEqual([]);
  });

  test('have no files that need each other', () => {
    expect(circles(needs())).toEqual([]);
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
