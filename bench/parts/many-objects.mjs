import { resultOf, timedRun } from '../tools/measure.mjs';
import { ratio, seconds, verdict } from '../tools/numbers.mjs';
import { spread } from '../tools/objects.mjs';
import { table } from '../tools/table.mjs';

const OBJECTS = 20;
const MIN_FACTOR = 5;

/** Cells whose results differ between two runs of the same work, in words. */
function differences(first, second) {
  return first.flatMap((cell, index) => {
    const [one, other] = [resultOf(cell), resultOf(second[index])];
    return one === other ? [] : [`${cell.object} on ${cell.kernel}: copy says "${one}", booted guest "${other}"`];
  });
}

/** Many objects on all kernels, with copies of saved guests and with every guest booted: how much faster, and the same? */
export async function manyObjects(bench) {
  const kernels = bench.kernels;
  const objects = spread(bench.objects.all, bench.short ? 5 : OBJECTS);
  await bench.warm(kernels);
  bench.progress(`many objects: ${objects.length} on ${kernels.length} kernels, copies`);
  const copied = await timedRun(bench, { objects, kernels, isolation: 'cell' });
  bench.progress(`many objects: the same, every guest booted (was ${seconds(copied.ms)})`);
  const booted = await timedRun(bench, { objects, kernels, isolation: 'boot' });
  const factor = booted.ms / copied.ms;
  const differing = differences(copied.cells, booted.cells);
  const cells = copied.cells.length;
  const row = (name, { ms }) => [name, cells, seconds(ms), seconds(ms / cells)];
  const tally = {};
  for (const { outcome } of copied.cells) tally[outcome.status] = (tally[outcome.status] ?? 0) + 1;
  const words = Object.entries(tally).map(([status, count]) => `${count} ${status}`);
  const text = [
    `${objects.length} objects on ${kernels.length} kernels, 2 guests at a time, saved guests there (${words.join(', ')}).`,
    '',
    table(
      ['guests', 'cells', 'wall time', 'per cell'],
      [row('copies of saved guests', copied), row('booted, each', booted)],
    ),
    '',
    `Copies are ${ratio(factor)} times faster (at least ${MIN_FACTOR}: ${verdict(factor >= MIN_FACTOR)}).`,
    `Verdicts that differ (status, stage, codes): ${differing.length === 0 ? 'none' : differing.length}.`,
    ...differing.map((line) => `- ${line}`),
  ];
  return { holds: factor >= MIN_FACTOR && differing.length === 0, text };
}
