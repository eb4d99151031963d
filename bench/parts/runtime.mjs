import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { median, percentile, verdict } from '../tools/numbers.mjs';
import { table } from '../tools/table.mjs';

const CANDIDATES = 1000;
const AIMS = { verify: 5, select: 200 };
const PROGRAM = 'build/runtime-bench.mjs';

/** How long it takes to verify a bundle, and to select among a thousand. */
export async function runtime({ rounds, progress }) {
  progress(`runtime: ${CANDIDATES} bundles`);
  await build({
    entryPoints: ['bench/tools/runtime-bench.ts'],
    outfile: PROGRAM,
    bundle: true,
    packages: 'external',
    platform: 'node',
    target: 'node20',
    format: 'esm',
    logLevel: 'warning',
  });
  const { measureRuntime } = await import(pathToFileURL(resolve(PROGRAM)).href);
  const times = await measureRuntime(CANDIDATES, 3 * rounds);
  if (times.accepted !== CANDIDATES / 2)
    throw new Error(`${times.accepted} candidates were accepted, not ${CANDIDATES / 2}`);
  const fixed = (value) => `${value.toFixed(2)} ms`;
  const row = (what, values, aim) => {
    const middle = median(values);
    const cells = [fixed(middle), fixed(percentile(values, 0.95))];
    return [what, ...cells, aim === undefined ? '' : `${aim} ms`, aim === undefined ? '' : verdict(middle < aim)];
  };
  const rows = [
    row('verify one bundle (Ed25519)', times.verify, AIMS.verify),
    row(`select among ${CANDIDATES} verified candidates`, times.select, AIMS.select),
    row(`verify ${CANDIDATES} bundles`, times.examine),
  ];
  const holds = median(times.verify) < AIMS.verify && median(times.select) < AIMS.select;
  return { holds, text: [table(['', 'median', 'p95', 'aim', 'reached'], rows)] };
}
