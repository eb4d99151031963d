import { spawn } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { median, megabytes, ms, ratio, verdict } from '../tools/numbers.mjs';
import { table } from '../tools/table.mjs';

const MAX_BYTES = 400e6;
const MAX_SLOWDOWN = 1.5;
/** Kinds of test/fakes/qemu/floods-evidence.mjs. */
const KINDS = ['logs', 'wide', 'frames', 'values'];

/** One run of hostile-cells.mjs. Resolves with what it measured. @throws Error when it could not */
function cells(bench, kind, hostile, innocent) {
  const dir = join(bench.dir, 'hostile');
  mkdirSync(dir, { recursive: true });
  const words = [dir, kind, String(hostile), String(innocent), bench.kernels[0], resolve(bench.example)];
  return new Promise((done, reject) => {
    const child = spawn(process.execPath, ['bench/tools/hostile-cells.mjs', ...words], {
      cwd: bench.root,
      env: bench.store.env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    child.stdout.on('data', (chunk) => {
      said += chunk;
    });
    child.on('error', reject);
    child.on('close', (code) => {
      rmSync(dir, { recursive: true, force: true });
      if (code === 0) done(JSON.parse(said));
      else reject(new Error(`hostile-cells.mjs ended with ${code}`));
    });
  });
}

/** What guests that say as much as they may do to the program and to the guests beside them. */
export async function hostile(bench) {
  const [many, few, innocent] = bench.short ? [20, 5, 10] : [100, 20, 30];
  const beside = [];
  for (let round = 0; round < bench.rounds; round++) {
    bench.progress(`hostile: round ${round + 1}, innocent cells only`);
    beside.push(...(await cells(bench, 'none', innocent, innocent)).innocentMs);
  }
  const usual = median(beside);
  const rows = [];
  let holds = true;
  for (const kind of KINDS) {
    const count = kind === 'logs' ? many : few;
    const runs = [];
    for (let round = 0; round < bench.rounds; round++) {
      bench.progress(`hostile: ${kind}, round ${round + 1}, ${count} cells`);
      runs.push(await cells(bench, kind, count, innocent));
    }
    const peak = Math.max(...runs.map(({ peakBytes }) => peakBytes));
    const slowdown = median(runs.flatMap(({ innocentMs }) => innocentMs)) / usual;
    const kept =
      peak <= MAX_BYTES && slowdown <= MAX_SLOWDOWN && runs.every(({ innocentFailed }) => innocentFailed === 0);
    holds &&= kept;
    const turn = ms(median(runs.map(({ longestTurnMs }) => longestTurnMs)));
    rows.push([kind, count, megabytes(peak), turn, ratio(slowdown), verdict(kept)]);
  }
  const text = [
    `Guests that say about 60 MB, one after the other, beside ${innocent} real guests, one after the other. Memory: highest`,
    `resident set of the program alone; aim: at most ${megabytes(MAX_BYTES)}. Slower: median time of a real cell beside hostile`,
    `ones against one beside other real ones (${ms(usual)}); aim: at most ${MAX_SLOWDOWN}. Longest turn: of the event loop.`,
    '',
    table(['what they say', 'hostile cells', 'memory', 'longest turn', 'slower', 'holds'], rows),
  ];
  return { holds, text };
}
