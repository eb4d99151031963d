import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import * as library from '../../src/index.ts';

const ROOT = join(import.meta.dirname, '../..');
const page = readFileSync(join(ROOT, 'docs/library.md'), 'utf8');

test('the page names every function of the library, and nothing else', () => {
  const exported = Object.entries(library).filter(([, value]) => typeof value === 'function');
  expect(exported.length).toBeGreaterThan(30);
  const named = new Set([...page.matchAll(/`([a-zA-Z]+)`/g)].map(([, name]) => name));
  expect(exported.map(([name]) => name).filter((name) => !named.has(name))).toEqual([]);
  const rows = [...page.matchAll(/^\| ((?:`[a-zA-Z]+`(?:, )?)+) \|/gm)].flatMap(([, names = '']) =>
    [...names.matchAll(/`([a-zA-Z]+)`/g)].map(([, name]) => name),
  );
  expect(rows.filter((name) => !exported.some(([known]) => known === name))).toEqual([]);
});

test('its examples compile', () => {
  const examples = [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = '']) => code);
  expect(examples.length).toBeGreaterThan(2);
  const dir = mkdtempSync(join(tmpdir(), 'bpfcompat-library-'));
  try {
    const files = examples.map((code, at) => {
      writeFileSync(join(dir, `example-${at}.mts`), code);
      return `example-${at}.mts`;
    });
    const compilerOptions = {
      noEmit: true,
      rootDir: '/',
      paths: { bpfcompat: [join(ROOT, 'src/index.ts')] },
      typeRoots: [join(ROOT, 'node_modules/@types')],
    };
    writeFileSync(
      join(dir, 'tsconfig.json'),
      JSON.stringify({ extends: join(ROOT, 'tsconfig.json'), compilerOptions, files, include: [] }),
    );
    const { output, code } = compile(dir);
    expect({ output, code }).toEqual({ output: '', code: 0 });
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}, 60_000);

function compile(dir: string): { readonly output: string; readonly code: number | null } {
  try {
    const tsc = join(ROOT, 'node_modules/.bin/tsc');
    return { output: execFileSync(tsc, ['--project', dir], { encoding: 'utf8' }), code: 0 };
  } catch (error) {
    const { stdout, status } = error as { stdout: string; status: number | null };
    return { output: stdout, code: status };
  }
}
