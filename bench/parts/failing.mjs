import { resultOf, timedRun } from '../tools/measure.mjs';
import { median, ms, verdict } from '../tools/numbers.mjs';
import { table } from '../tools/table.mjs';

const MOST = 1.5;
const KERNELS = ['debian-11-5.10', 'debian-12-6.1', 'debian-13-6.12', 'debian-13-7.3'];
const DIR = 'test/confusion/objects';
/** Each fails, or has a finding, on all of these kernels. */
const FAILING = [
  'attach_kprobe_missing',
  'attach_fentry_missing',
  'attach_tracepoint_missing',
  'attach_raw_tp_missing',
  'attach_lsm_unknown_hook',
  'extern_ksym_missing',
  'core_type_missing',
  'core_field_missing',
  'map_flag_foreign',
  'helper_unknown_number',
];

/** What a cell that fails costs against one that passes, by code: wall time of one cell at a time, in one run. */
export async function failing(bench) {
  await bench.warm(KERNELS);
  const objects = [bench.example, ...FAILING.map((name) => `${DIR}/${name}.bpf.o`)];
  const costs = new Map();
  for (let round = 1; round <= bench.rounds; round++) {
    bench.progress(`failing: round ${round} of ${bench.rounds}`);
    const { cells } = await timedRun(bench, { objects, kernels: KERNELS, slots: 1 });
    for (const cell of cells) {
      const key = `${cell.object} ${cell.kernel}`;
      const seen = costs.get(key) ?? { cell, walls: [], guests: [] };
      seen.walls.push(cell.wallMs);
      seen.guests.push(cell.guestMs);
      costs.set(key, seen);
    }
  }
  const passing = (kernel) => costs.get(`${bench.exampleName} ${kernel}`);
  const rows = [];
  let holds = true;
  for (const name of FAILING) {
    const own = KERNELS.map((kernel) => costs.get(`${name}.bpf.o ${kernel}`));
    const ratios = own.map(({ cell, walls }) => median(walls) / median(passing(cell.kernel).walls));
    const good = median(ratios) <= MOST;
    holds &&= good;
    rows.push([
      name,
      [...new Set(own.map(({ cell }) => resultOf(cell)))].join(', '),
      ms(median(own.flatMap(({ guests }) => guests))),
      ms(median(own.flatMap(({ walls }) => walls))),
      median(ratios).toFixed(2),
      Math.max(...ratios).toFixed(2),
      verdict(good),
    ]);
  }
  const base = KERNELS.map(passing);
  const text = [
    `Objects that fail against ${bench.exampleName}, which passes, on ${KERNELS.length} kernels with saved guests, one at a time:`,
    `medians of ${bench.rounds} rounds. A passing cell takes ${ms(median(base.flatMap(({ walls }) => walls)))}, of which the`,
    `validator ${ms(median(base.flatMap(({ guests }) => guests)))}. The ratio is that of the whole cells.`,
    '',
    table(['object', 'result', 'validator', 'cell', 'ratio', 'highest', `at most ${MOST}`], rows),
  ];
  return { holds, text };
}
