import { cliRun } from '../tools/cli-run.mjs';
import { median, megabytes, seconds } from '../tools/numbers.mjs';
import { spread } from '../tools/objects.mjs';
import { table } from '../tools/table.mjs';

/** How time and memory grow with kernels and objects: the program as a user starts it. */
export async function growth(bench) {
  const { kernels } = bench;
  await bench.warm(kernels);
  const sizes = bench.short
    ? [
        [1, 1],
        [1, 4],
        [5, 1],
      ]
    : [
        [1, 1],
        [1, 2],
        [1, 5],
        [1, 12],
        [10, 1],
        [50, 1],
        [10, 2],
        [50, 2],
      ];
  const rows = [];
  for (const [objectCount, kernelCount] of sizes) {
    const objects = objectCount === 1 ? [bench.example] : spread(bench.objects.all, objectCount);
    const some = spread(kernels, kernelCount);
    bench.progress(`growth: ${objects.length} objects, ${some.length} kernels`);
    const runs = [];
    for (let round = 0; round < bench.rounds; round++) runs.push(await cliRun(bench, { objects, kernels: some }));
    const cells = objects.length * some.length;
    const time = median(runs.map((run) => run.ms));
    const peak = Math.max(...runs.map(({ peakBytes }) => peakBytes));
    rows.push([objects.length, some.length, cells, seconds(time), seconds(time / cells), megabytes(peak)]);
  }
  const text = [
    `\`bpfcompat test\`, saved guests there, 2 guests at a time. Time: from start to end of the program, medians of`,
    `${bench.rounds}. Memory: highest sum of PSS (pages that several processes map count once) over bpfcompat and everything`,
    'it started, QEMU and so the memory of the guests included; looked at every 200 ms.',
    '',
    table(['objects', 'kernels', 'cells', 'time', 'per cell', 'peak memory'], rows),
  ];
  return { holds: true, text };
}
