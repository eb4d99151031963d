import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeEach, expect, test } from 'vitest';

// The start of the single-file program, with a small program in the place of ours: what `getAsset` gives comes from files.
const MAIN = join(import.meta.dirname, '../../scripts/executable-main.cjs');
const scratch = mkdtempSync(join(tmpdir(), 'executable-files-'));
const cache = join(scratch, 'cache');
const place = join(cache, 'program', 'the-digest');
afterAll(() => rmSync(scratch, { recursive: true }));

const FILES: readonly (readonly [string, string, number])[] = [
  ['build/start.cjs', "console.log(require('./word.cjs'))", 0o644],
  [
    'build/word.cjs',
    "let other = ''; try { other = require('optional') } catch {} module.exports = 'ours' + other",
    0o644,
  ],
  ['dist/validator', 'validator', 0o755],
];

const list = FILES.map(([name, text, mode]) => {
  return { name, mode, bytes: text.length, sha256: createHash('sha256').update(text).digest('hex') };
});
writeFileSync(join(scratch, 'list'), JSON.stringify(list));
writeFileSync(join(scratch, 'digest'), 'the-digest');
writeFileSync(join(scratch, 'files'), gzipSync(FILES.map(([, text]) => text).join('')));
writeFileSync(
  join(scratch, 'assets.cjs'),
  `const Module = require('node:module');
const { readFileSync } = require('node:fs');
const load = Module._load;
const getAsset = (name, encoding) => readFileSync(${JSON.stringify(scratch)} + '/' + name, encoding);
Module._load = (name, ...rest) => (name === 'node:sea' ? { getAsset } : load(name, ...rest));
`,
);

function start() {
  const env = { ...process.env, BPFCOMPAT_CACHE_DIR: cache };
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--require', join(scratch, 'assets.cjs'), MAIN], {
    env,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

test.each([
  ['bpfcompat', ['version'], 'cli version'],
  ['bpfcompat-agent', ['plan'], 'agent plan'],
  ['/usr/bin/bpfcompat-agent', ['plan'], 'agent plan'],
  // How the agent starts its worker; only the file beside it runs, wherever the named one is.
  ['bpfcompat', ['/elsewhere/build/agent.mjs', 'worker-execute'], 'agent worker-execute'],
])('%s %j starts %s', (argv0, args, words) => {
  const dir = mkdtempSync(join(scratch, 'start-'));
  copyFileSync(join(MAIN, '../executable-start.cjs'), join(dir, 'start.cjs'));
  for (const name of ['cli', 'agent'])
    writeFileSync(join(dir, `${name}.mjs`), `console.log('${name}', ...process.argv.slice(2))`);
  // Node.js itself is the program here: what would be its own path is the file that it runs.
  const { stdout, stderr } = spawnSync(process.execPath, [join(dir, 'start.cjs'), ...args], {
    argv0,
    encoding: 'utf8',
  });
  expect([stdout, stderr]).toEqual([`${words}\n`, '']);
});

const GOOD = { status: 0, stdout: 'ours\n', stderr: '' };

beforeEach(() => rmSync(cache, { recursive: true, force: true }));

test('its files are unpacked once, and run', () => {
  expect([start(), start()]).toEqual([GOOD, GOOD]);
  expect(readdirSync(join(cache, 'program'))).toEqual(['the-digest']);
});

test.each<[string, () => void]>([
  [
    'a file of the same length',
    () => writeFileSync(join(place, 'build/start.cjs'), "console.log('theirs') // ------------".slice(0, 34)),
  ],
  ['a shorter file', () => writeFileSync(join(place, 'build/word.cjs'), "module.exports = 'theirs'")],
  ['a file that is gone', () => rmSync(join(place, 'dist/validator'))],
  ['a program that is none any more', () => chmodSync(join(place, 'dist/validator'), 0o644)],
  ['a file that others can write to', () => chmodSync(join(place, 'build/word.cjs'), 0o666)],
  ['a directory that others can write to', () => chmodSync(join(place, 'build'), 0o777)],
  [
    'a further module',
    () => {
      mkdirSync(join(place, 'build/node_modules/optional'), { recursive: true });
      writeFileSync(join(place, 'build/node_modules/optional/index.js'), "module.exports = ' theirs'");
    },
  ],
  [
    'a link to the same bytes',
    () => {
      const path = join(place, 'build/word.cjs');
      writeFileSync(join(scratch, 'word.cjs'), readFileSync(path));
      rmSync(path);
      symlinkSync(join(scratch, 'word.cjs'), path);
    },
  ],
])('%s is not run: all is unpacked again', (_, change) => {
  start();
  change();
  const again = start();
  expect(again).toMatchObject({ status: 0, stdout: 'ours\n' });
  expect(again.stderr).toContain('is not what was unpacked there; it is unpacked again');
  expect(existsSync(join(place, 'build/node_modules'))).toBe(false);
  expect(readdirSync(join(cache, 'program'))).toEqual(['the-digest']);
  expect(start()).toEqual(GOOD);
});

test('a directory that others can write to is nothing of ours', () => {
  start();
  chmodSync(place, 0o777);
  expect(start()).toMatchObject({ status: 1, stdout: '' });
});
