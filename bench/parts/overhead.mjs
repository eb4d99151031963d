import { resultOf, timedRun } from '../tools/measure.mjs';
import { median, ms, percentile, verdict } from '../tools/numbers.mjs';
import { table } from '../tools/table.mjs';

const MEDIAN_MS = 60;
const P95_MS = 120;
const WORST = 3;

/** What a warm cell costs beyond the validator's own time in the guest. */
export async function overhead(bench) {
  const { kernels } = bench;
  const objects = bench.objects.all;
  await bench.warm(kernels);
  const rows = [];
  const notes = [];
  let holds = true;
  for (const slots of [1, 2]) {
    bench.progress(`overhead: ${objects.length} objects on ${kernels.length} kernels, ${slots} at a time`);
    const { cells } = await timedRun(bench, { objects, kernels, slots });
    // A guest that never completed, or ran twice, has no time to subtract, nor one whose clock ran ahead of ours.
    const clean = cells.filter(({ guest, askMs, guestMs, retriedAfter }) => {
      return guest?.isolation === 'cell' && guestMs <= askMs && retriedAfter === undefined;
    });
    const over = clean.map(({ wallMs, guestMs }) => wallMs - guestMs);
    const [middle, high] = [median(over), percentile(over, 0.95)];
    const good = middle <= MEDIAN_MS && high <= P95_MS;
    holds &&= good && clean.length === cells.length;
    const part = (of) => ms(median(clean.map(of)));
    rows.push([
      `${slots} at a time`,
      cells.length,
      ms(middle),
      ms(high),
      verdict(good),
      part(({ startMs }) => startMs),
      part(({ askMs, guestMs }) => askMs - guestMs),
      part(({ endMs }) => endMs),
      part(({ guestMs }) => guestMs),
    ]);
    for (const cell of cells.filter((one) => !clean.includes(one))) {
      const times = `${ms(cell.guestMs ?? Number.NaN)} in the guest, ${ms(cell.askMs)} here`;
      notes.push(`${cell.object} on ${cell.kernel}: ${cell.retriedAfter ?? resultOf(cell)} (${times})`);
    }
    const worst = [...clean].sort((a, b) => b.wallMs - b.guestMs - (a.wallMs - a.guestMs)).slice(0, WORST);
    for (const { object, kernel, wallMs, guestMs, startMs, askMs, endMs } of worst) {
      const parts = `start ${ms(startMs)}, way ${ms(askMs - guestMs)}, end ${ms(endMs)}`;
      bench.progress(`  highest: ${ms(wallMs - guestMs)} ${object} on ${kernel} (${parts})`);
    }
  }
  const head = ['guests', 'cells', 'median', 'p95', `${MEDIAN_MS} / ${P95_MS} ms`];
  head.push('start a copy', 'way of the response', 'end it', 'validator');
  const text = [
    `Every cell of ${objects.length} objects (${bench.objects.origins}) on ${kernels.length} kernels, saved guests there:`,
    "wall time from leaving the queue to the verdict, minus the validator's own time in the guest. The right columns are",
    'medians: three parts of it, and the time that was subtracted.',
    '',
    table(head, rows),
    ...notes.map((note) => `\nLeft out: ${note}`),
  ];
  return { holds, text };
}
