import { spawn } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { median, megabytes, ms, ratio, verdict } from '../tools/numbers.mjs';
import { table } from '../tools/table.mjs';

const MAX_BYTES = 400e6;
const MAX_SLOWDOWN = 1.5;
/** No further round begins later than that. */
const MAX_MINUTES = 10;
/** Kinds of test/fakes/qemu/floods-evidence.mjs. */
const KINDS = ['logs', 'wide', 'frames', 'values', 'small'];

/** hostile-cells.ts as a program, in the one directory below which the package finds itself. */
const PROGRAM = 'build/hostile-cells.mjs';

async function bundle(root) {
  await build({
    absWorkingDir: root,
    entryPoints: { 'hostile-cells': 'bench/tools/hostile-cells.ts', 'frame-thread': 'src/guests/frame-thread.mts' },
    outdir: 'build',
    outExtension: { '.js': '.mjs' },
    bundle: true,
    packages: 'external',
    platform: 'node',
    target: 'node20',
    format: 'esm',
  });
}

/** One run of hostile-cells.ts. Resolves with what it measured. @throws Error when it could not */
function cells(bench, kind, hostile, innocent) {
  const dir = join(bench.dir, 'hostile');
  mkdirSync(dir, { recursive: true });
  const words = [dir, kind, String(hostile), String(innocent), bench.kernels[0], resolve(bench.example)];
  return new Promise((done, reject) => {
    const child = spawn(process.execPath, [PROGRAM, ...words], {
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
      if (code !== 0) return reject(new Error(`hostile-cells ended with ${code}`));
      const measured = JSON.parse(said);
      // A cell whose result was given up says nothing about what a result costs.
      if (measured.hostileUntested === 0) return done(measured);
      reject(
        new Error(`${kind}: ${measured.hostileUntested} cells were not answered: ${Object.keys(measured.statuses)}`),
      );
    });
  });
}

/** What guests that say as much as they may do to the program and to the guests beside them. */
export async function hostile(bench) {
  await bundle(bench.root);
  const [many, few, innocent] = bench.short ? [20, 5, 10] : [100, 20, 30];
  const countOf = (kind) => (kind === 'logs' ? many : few);
  const runs = new Map(KINDS.map((kind) => [kind, { usual: [], hostile: [] }]));
  // Each kind has real guests alone right before it: what else the machine does then weighs on both sides of a ratio.
  const late = performance.now() + MAX_MINUTES * 60_000;
  for (let round = 1; round <= bench.rounds && (round === 1 || performance.now() < late); round++) {
    for (const kind of KINDS) {
      bench.progress(`hostile: ${kind}, round ${round}, ${countOf(kind)} cells`);
      runs.get(kind).usual.push(await cells(bench, 'none', innocent, innocent));
      runs.get(kind).hostile.push(await cells(bench, kind, countOf(kind), innocent));
    }
  }
  const timesOf = (some) => some.flatMap(({ innocentMs }) => innocentMs);
  const rows = [];
  let holds = true;
  for (const [kind, { usual, hostile: own }] of runs) {
    const peak = Math.max(...own.map(({ peakBytes }) => peakBytes));
    const alone = median(timesOf(usual));
    const slowdown = median(timesOf(own)) / alone;
    const kept =
      peak <= MAX_BYTES && slowdown <= MAX_SLOWDOWN && own.every(({ innocentFailed }) => innocentFailed === 0);
    holds &&= kept;
    const turn = ms(median(own.map(({ longestTurnMs }) => longestTurnMs)));
    const requested = Math.min(...own.map(({ hostileMs }) => hostileMs.length));
    rows.push([
      kind,
      `${requested} of ${countOf(kind)}`,
      megabytes(peak),
      turn,
      ms(alone),
      ratio(slowdown),
      verdict(kept),
    ]);
  }
  const text = [
    `Guests that say about 60 MB (\`small\`: 10,000 frames of next to nothing), one after the other, beside ${innocent} real`,
    `guests, one after the other. Memory: highest resident set of the program alone; aim: at most ${megabytes(MAX_BYTES)}. Slower:`,
    `median time of a real cell beside hostile ones against one beside other real ones; aim: at most ${MAX_SLOWDOWN}. Longest`,
    `turn: of the event loop. No cell begins after three minutes, and no round after ${MAX_MINUTES}.`,
    '',
    table(
      ['what they say', 'hostile cells', 'memory', 'longest turn', 'cell beside real ones', 'slower', 'holds'],
      rows,
    ),
  ];
  return { holds, text };
}
