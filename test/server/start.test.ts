import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseArgs } from '../../src/config/parse-args.ts';
import { startServer } from '../../src/server/start.ts';

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'bpfcompat-start-'));
  mkdirSync(join(cwd, 'outside'));
  writeFileSync(join(cwd, 'outside/mine'), '');
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

test.each([
  ['registry/runtime_decisions.jsonl', 'mine'],
  ['runtime-audit', '.'],
  ['runtime-selected', '.'],
  ['jobs', '.'],
])('a server does not start in a work directory whose %s is a link', async (place, to) => {
  const link = join(cwd, 'work', place);
  mkdirSync(dirname(link), { recursive: true });
  symlinkSync(join(cwd, 'outside', to), link);
  const parsed = parseArgs(['serve', '--offline', '--addr', '127.0.0.1:0', '--workdir', 'work']);
  if (parsed.command !== 'serve') throw new Error('it is another command');
  const env = { PATH: process.env['PATH'], HOME: cwd, BPFCOMPAT_CACHE_DIR: join(cwd, 'cache') };
  await expect(startServer(parsed.options, { env, cwd, err: () => {} })).rejects.toMatchObject({
    code: 'link_in_workdir',
    message: expect.stringContaining(place),
  });
  expect(readdirSync(join(cwd, 'outside'))).toEqual(['mine']);
});
