import { timedRun } from '../tools/measure.mjs';
import { median, ms, verdict } from '../tools/numbers.mjs';
import { table } from '../tools/table.mjs';

const ADDED_MS = 150;
const OBJECTS = 6;
const KERNELS = ['debian-12-6.1', 'debian-13-6.12'];
const LOADERS = ['', 'libbpf@1.1', 'ebpf-go', 'aya', 'bpftool'];

/** One run of all objects, one cell at a time. */
async function measured(bench, loader) {
  const objects = bench.objects.all.slice(0, OBJECTS);
  const { cells } = await timedRun(bench, { objects, kernels: KERNELS, slots: 1, ...(loader && { loader }) });
  return cells;
}

/**
 * What a cell costs where another library loads the object, against a cell of the validator's libbpf. The loaders take turns, so
 * that other work on the machine is the same for all.
 */
export async function loaders(bench) {
  await bench.warm(KERNELS);
  const runs = new Map(LOADERS.map((loader) => [loader, []]));
  for (let round = 0; round <= bench.rounds; round++) {
    for (const loader of LOADERS) {
      bench.progress(`loaders: ${loader || 'the validator'}, round ${round}`);
      const cells = await measured(bench, loader);
      // The first round makes what the others use.
      if (round > 0) runs.get(loader).push(...cells);
    }
  }
  let holds = true;
  const of = (loader, value) => median(runs.get(loader).map(value));
  const wall = ({ wallMs }) => wallMs;
  const rows = LOADERS.map((loader) => {
    const added = of(loader, wall) - of('', wall);
    const good = added <= ADDED_MS;
    holds &&= good;
    const part = (value) => ms(of(loader, value));
    const parts = [
      part((c) => c.startMs),
      part((c) => c.askMs - c.guestMs),
      part((c) => c.endMs),
      part((c) => c.guestMs),
    ];
    const compared = loader === '' ? ['', ''] : [ms(added), verdict(good)];
    return [loader || 'libbpf of the validator', part(wall), ...compared, ...parts];
  });
  const head = ['loader', 'cell', 'added', `at most ${ADDED_MS} ms`];
  head.push('start a copy', 'way of the response', 'end it', 'in the guest');
  const text = [
    `Medians over ${bench.rounds} rounds of ${OBJECTS} objects on ${KERNELS.join(' and ')}, one cell at a time.`,
    '',
    table(head, rows),
  ];
  return { holds, text };
}
