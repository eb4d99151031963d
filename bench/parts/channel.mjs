import { requireResults, resultOf, timedRun } from '../tools/measure.mjs';
import { median, ms, ratio, sum, verdict } from '../tools/numbers.mjs';
import { spread } from '../tools/objects.mjs';
import { openBothChannels } from '../tools/second-channel.mjs';
import { table } from '../tools/table.mjs';

const KERNEL = 'debian-12-6.1';
const CHANNELS = { first: 'virtio-serial', second: 'virtio-blk' };
const OBJECTS = 6;
const MAX_RATIO = 1.3;

/** Cells of one kernel over virtio-serial, and over the disk that kernels without virtio_console have. */
export async function channel(bench) {
  const objects = [bench.example, ...spread(bench.objects.all, OBJECTS)];
  bench.progress(`channel: ${KERNEL} with all its modules`);
  const env = await openBothChannels(bench, KERNEL);
  const run = async (name, some) => {
    const place = { ...bench, store: { ...bench.store, env: env[name] } };
    const done = await timedRun(place, { objects: some, kernels: [KERNEL], slots: 1 });
    requireResults(done, 'cell');
    const other = done.cells.find(({ guest }) => guest.channel !== CHANNELS[name]);
    if (other !== undefined) throw new Error(`${other.object}: a guest over ${other.guest.channel}`);
    return done.cells;
  };
  for (const name of Object.keys(CHANNELS)) await run(name, [bench.example]);
  const walls = { first: new Map(), second: new Map() };
  const differ = new Set();
  for (let round = 1; round <= bench.rounds; round++) {
    bench.progress(`channel: round ${round} of ${bench.rounds}`);
    const both = { first: await run('first', objects), second: await run('second', objects) };
    for (const [name, cells] of Object.entries(both)) {
      for (const { object, wallMs } of cells) {
        walls[name].set(object, [...(walls[name].get(object) ?? []), wallMs]);
      }
    }
    for (const [index, cell] of both.first.entries()) {
      if (resultOf(cell) !== resultOf(both.second[index])) differ.add(cell.object);
    }
  }
  const names = [...walls.first.keys()];
  const middle = (name, object) => median(walls[name].get(object));
  const rows = names.map((object) => {
    const [first, second] = [middle('first', object), middle('second', object)];
    return [object, ms(first), ms(second), ratio(second / first)];
  });
  const [first, second] = ['first', 'second'].map((name) => sum(names.map((object) => middle(name, object))));
  const good = second / first <= MAX_RATIO && differ.size === 0;
  rows.push(['all', ms(first), ms(second), ratio(second / first)]);
  const text = [
    `Cells on ${KERNEL}, one at a time and in turns, saved guests there, medians of ${bench.rounds}: from leaving the queue to the`,
    `verdict. Other verdicts: ${differ.size === 0 ? 'none' : [...differ].join(', ')}. At most ${MAX_RATIO}: ${verdict(good)}.`,
    '',
    table(['object', CHANNELS.first, CHANNELS.second, 'ratio'], rows),
  ];
  return { holds: good, text };
}
