import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { globSync } from 'tinyglobby';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ourLines, parseViews } from './compare-libbpf.ts';
import { buildView, compile } from './libbpf-view.ts';

const root = join(import.meta.dirname, '../..');
/** Directories with more objects to compare, separated by colons. */
const more = (process.env['BPFCOMPAT_TEST_OBJECTS'] ?? '').split(':').filter((dir) => dir !== '');
let dir = '';

beforeAll(() => {
  dir = buildView();
}, 300_000);

afterAll(() => rmSync(dir, { recursive: true, force: true }));

function views(paths: readonly string[]) {
  const output = execFileSync(join(dir, 'view'), paths, { encoding: 'utf8', maxBuffer: 1 << 28 });
  return parseViews(output);
}

test('programs, final instructions, lines and maps are those that libbpf hands to the kernel', () => {
  const found = [
    ...globSync(['examples/*/*.bpf.o', 'test/fixtures/bpf/*.bpf.o'], { cwd: root, absolute: true }),
    ...more.flatMap((each) => globSync('*.o', { cwd: each, absolute: true })),
    compile('layout', dir),
    compile('layout', dir, 'v1'),
    compile('kinds', dir),
  ];
  const compared = views(found.sort()).filter(({ failed }) => failed === 'no');
  expect(compared.length).toBeGreaterThan(1);
  for (const view of compared) expect(ourLines(view.path), view.path).toEqual(view.lines);
});
