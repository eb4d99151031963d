import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { runIn } from './run-in.ts';

const dir = mkdtempSync(join(tmpdir(), 'object-words-'));
afterAll(() => rmSync(dir, { recursive: true }));

test.each([
  ['an object that was named alone', ['x/*.bpf.o'], /^bpfcompat: x\/\*\.bpf\.o: no file matches this pattern/],
  ['the same of check', ['check', 'x/*.bpf.o'], /^bpfcompat: x\/\*\.bpf\.o: no file matches this pattern/],
  ['a list with commas', ['a.bpf.o,b.bpf.o'], /repeat FILE/],
  ['one behind a flag', ['check', '--artifact', 'x/*.bpf.o'], /^bpfcompat: --artifact x\/\*\.bpf\.o: no file matches/],
  [
    'one of test',
    ['test', '--artifact=x/*.bpf.o', '--quick', '--out', 'r.json'],
    /^bpfcompat: --artifact x\/\*\.bpf\.o: no file matches/,
  ],
])('an error about %s says what was typed', async (_, argv, words) => {
  const { exitCode, err } = await runIn(dir, argv);
  expect({ exitCode, last: err.trim().split('\n').at(-1) }).toEqual({
    exitCode: 1,
    last: expect.stringMatching(words),
  });
});
