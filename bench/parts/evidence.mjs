import { timedRun } from '../tools/measure.mjs';
import { median, ms, percentile, verdict } from '../tools/numbers.mjs';
import { spread } from '../tools/objects.mjs';
import { table } from '../tools/table.mjs';

const MOST = 1.25;
const OBJECTS = 20;

/** What the evidence costs a passing cell: the validator's own time in the guest against that of another build of it. */
export async function evidence(bench) {
  const { kernels, baseValidator } = bench;
  if (baseValidator === undefined) {
    const words = 'Not measured: name another build of the validator with `--base-validator PATH` (an earlier one).';
    return { holds: true, text: [words] };
  }
  const objects = spread(bench.objects.all, OBJECTS);
  const runs = { base: new Map(), ours: new Map() };
  const request = async (which, env) => {
    const { cells } = await timedRun({ ...bench, store: { ...bench.store, env } }, { objects, kernels, slots: 1 });
    for (const { object, kernel, outcome, guestMs, retriedAfter } of cells) {
      if (outcome.status !== 'pass' || guestMs === undefined || retriedAfter !== undefined) continue;
      const key = `${object} ${kernel}`;
      runs[which].set(key, [...(runs[which].get(key) ?? []), guestMs]);
    }
  };
  for (let round = 0; round <= bench.rounds; round++) {
    bench.progress(`evidence: round ${round} of ${bench.rounds}${round === 0 ? ', makes the saved guests' : ''}`);
    await request('base', { ...bench.store.env, BPFCOMPAT_VALIDATOR_BIN: baseValidator });
    await request('ours', bench.store.env);
    if (round === 0) for (const seen of Object.values(runs)) seen.clear();
  }
  const both = [...runs.ours.keys()].filter((key) => runs.base.has(key));
  const times = both.map((key) => ({ base: median(runs.base.get(key)), ours: median(runs.ours.get(key)) }));
  const ratios = times.map(({ base, ours }) => ours / base);
  const middle = median(ratios);
  const rows = [
    [
      both.length,
      ms(median(times.map(({ base }) => base))),
      ms(median(times.map(({ ours }) => ours))),
      middle.toFixed(2),
      percentile(ratios, 0.95).toFixed(2),
      `${MOST}: ${verdict(middle <= MOST)}`,
    ],
  ];
  const text = [
    "The validator's own time in the guest on cells that pass with both builds, one guest at a time, medians of",
    `${bench.rounds} rounds; ${objects.length} objects on ${kernels.length} kernels. The ratio is that of each cell.`,
    '',
    table(['cells', 'other build', 'this build', 'median ratio', 'p95', 'at most'], rows),
  ];
  return { holds: middle <= MOST, text };
}
