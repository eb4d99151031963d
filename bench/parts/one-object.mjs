import { requireResults, timedRun } from '../tools/measure.mjs';
import { median, ratio, seconds, sum, verdict } from '../tools/numbers.mjs';
import { table } from '../tools/table.mjs';

const SLOTS = 2;
/** To save the guests may cost that much of booting them. */
const MAX_COLD = 1.05;
const MAX_WARM = 1.3;

/** One object on all kernels: without any saved guest, with them, and with every guest booted. */
export async function oneObject(bench) {
  const { kernels } = bench;
  const rounds = [];
  const run = async (isolation) => {
    const done = await timedRun(bench, { objects: [bench.example], kernels, isolation, slots: SLOTS });
    requireResults(done, isolation);
    return done;
  };
  for (let round = 1; round <= bench.rounds; round++) {
    bench.progress(`one object: round ${round} of ${bench.rounds}`);
    const booted = await run('boot');
    bench.store.forgetGuests();
    const cold = await run('cell');
    const warm = await run('cell');
    rounds.push({
      booted: booted.ms,
      boots: sum(booted.cells.map(({ bootMs }) => bootMs)) / SLOTS,
      cold: cold.ms,
      warm: warm.ms,
      inGuest: sum(warm.cells.map(({ guestMs, askMs }) => Math.min(guestMs, askMs))) / SLOTS,
    });
  }
  const middle = (of) => median(rounds.map(of));
  const cold = middle((one) => one.cold / one.booted);
  const warm = middle((one) => one.warm / one.inGuest);
  const saved = bench.store.saved();
  const rows = [
    [
      'cold: no saved guests',
      seconds(middle((one) => one.cold)),
      'every guest booted',
      seconds(middle((one) => one.booted)),
    ],
    [
      'warm: saved guests there',
      seconds(middle((one) => one.warm)),
      'in the guest',
      seconds(middle((one) => one.inGuest)),
    ],
    ['every guest booted', seconds(middle((one) => one.booted)), 'boots', seconds(middle((one) => one.boots))],
  ];
  rows[0].push(ratio(cold), `${MAX_COLD}: ${verdict(cold <= MAX_COLD)}`);
  rows[1].push(ratio(warm), `${MAX_WARM}: ${verdict(warm <= MAX_WARM)}`);
  rows[2].push(ratio(middle((one) => one.booted / one.boots)), '');
  const text = [
    `${bench.exampleName} on ${kernels.length} kernels, kernels stored, ${SLOTS} guests at a time, medians of ${bench.rounds}. What it has to`,
    `be: the sum over the cells, divided by ${SLOTS}. The ${saved.count} saved guests take ${(saved.bytes / 1e9).toFixed(1)} GB on disk.`,
    '',
    table(['run', 'wall time', 'compared with', 'which are', 'ratio', 'at most'], rows),
  ];
  return { holds: cold <= MAX_COLD && warm <= MAX_WARM, text };
}
