import { requireResults, resultOf, timedRun } from '../tools/measure.mjs';
import { median, ms, ratio, seconds, verdict } from '../tools/numbers.mjs';
import { spread } from '../tools/objects.mjs';
import { table } from '../tools/table.mjs';

const PAIRS = [
  ['debian-12-6.1', 'debian-12-6.1-arm64'],
  ['debian-13-7.3', 'debian-13-7.3-arm64'],
];
const OBJECTS = 6;
const MAX_RATIO = 2;

const pairsOf = (short) => (short ? PAIRS.slice(0, 1) : PAIRS);
export const arm64Kernels = (short) => pairsOf(short).flat();

/** A boot, and a cell in a copied guest, of the same kernel on both architectures. They take turns, one guest at a time. */
export async function arm64(bench) {
  const pairs = pairsOf(bench.short);
  const kernels = arm64Kernels(bench.short);
  const objects = [bench.example, ...spread(bench.objects.all, OBJECTS)];
  bench.progress(`arm64: saving a guest of each of ${kernels.length} kernels`);
  requireResults(await timedRun(bench, { objects: objects.slice(0, 2), kernels, slots: 1 }), 'cell');
  const times = { boot: new Map(), cell: new Map() };
  const results = new Map();
  const accels = new Set();
  for (let round = 1; round <= bench.rounds; round++) {
    bench.progress(`arm64: round ${round} of ${bench.rounds}`);
    const booted = await timedRun(bench, { objects: [bench.example], kernels, isolation: 'boot', slots: 1 });
    requireResults(booted, 'boot');
    const copied = await timedRun(bench, { objects, kernels, slots: 1 });
    requireResults(copied, 'cell');
    const add = (map, { kernel }, value) => map.set(kernel, [...(map.get(kernel) ?? []), value]);
    for (const cell of booted.cells) add(times.boot, cell, cell.bootMs);
    for (const cell of copied.cells) {
      add(times.cell, cell, cell.wallMs);
      accels.add(cell.guest.accel);
      results.set(`${cell.object} ${cell.kernel}`, resultOf(cell));
    }
  }
  // With KVM for one of them the other is no measure.
  const comparable = accels.size === 1;
  let holds = true;
  const rows = pairs.flatMap(([x86, arm]) =>
    [
      ['boot', seconds],
      ['cell', ms],
    ].map(([what, unit]) => {
      const [one, other] = [x86, arm].map((kernel) => median(times[what].get(kernel)));
      const good = other / one <= MAX_RATIO;
      holds &&= good || !comparable;
      return [
        `${what}, ${x86}`,
        unit(one),
        unit(other),
        ratio(other / one),
        comparable ? verdict(good) : 'not compared',
      ];
    }),
  );
  const differ = new Set();
  for (const [x86, arm] of pairs) {
    for (const [key, result] of results) {
      const object = key.split(' ')[0];
      if (key === `${object} ${x86}` && result !== results.get(`${object} ${arm}`)) differ.add(object);
    }
  }
  const text = [
    `Medians of ${bench.rounds} rounds in turns, one guest at a time. A boot: from starting QEMU until the validator says hello. A cell: one of`,
    `${objects.length} objects, saved guests there, from leaving the queue to the verdict. Other verdicts on arm64: ${[...differ].join(', ') || 'none'}.`,
    '',
    table(['what', 'x86_64', 'arm64', 'ratio', `at most ${MAX_RATIO}`], rows),
  ];
  return { holds, text };
}
