import { readFileSync } from 'node:fs';
import { timedRun } from '../tools/measure.mjs';
import { median, ms, verdict } from '../tools/numbers.mjs';
import { table } from '../tools/table.mjs';

const ADDED_MS = 150;
const OBJECTS = 6;
const KERNELS = ['debian-12-6.1', 'debian-13-6.12'];
const LOADERS = ['', 'libbpf@1.1', 'ebpf-go', 'aya', 'bpftool'];
const TICKS_PER_SECOND = 100;
/** Of /proc/self/stat behind the name: user and system time of the children that ended. */
const CHILDREN = [13, 14];

/** Milliseconds of a processor that QEMU and all else this process started have used. */
function childrenMs() {
  const fields = readFileSync('/proc/self/stat', 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return (CHILDREN.reduce((sum, at) => sum + Number(fields[at]), 0) * 1000) / TICKS_PER_SECOND;
}

/** One run of all objects, one cell at a time: its cells, and the processor time of one of them. */
async function measured(bench, loader) {
  const objects = bench.objects.all.slice(0, OBJECTS);
  const before = childrenMs();
  const { cells } = await timedRun(bench, { objects, kernels: KERNELS, slots: 1, ...(loader && { loader }) });
  return { cells, cpuMs: (childrenMs() - before) / cells.length };
}

/**
 * What a cell costs where another library loads the object, against a cell of the validator's libbpf: wall time, and time of a
 * processor, which other work on the machine changes less. The loaders take turns, so that it is the same for all.
 */
export async function loaders(bench) {
  await bench.warm(KERNELS);
  const runs = new Map(LOADERS.map((loader) => [loader, []]));
  for (let round = 0; round <= bench.rounds; round++) {
    for (const loader of LOADERS) {
      bench.progress(`loaders: ${loader || 'the validator'}, round ${round}`);
      const run = await measured(bench, loader);
      // The first round makes what the others use.
      if (round > 0) runs.get(loader).push(run);
    }
  }
  let holds = true;
  const of = (loader, value) => median(runs.get(loader).flatMap(value));
  const wall = ({ cells }) => cells.map(({ wallMs }) => wallMs);
  const cpu = ({ cpuMs }) => cpuMs;
  const rows = LOADERS.map((loader) => {
    const [all, work] = [of(loader, wall), of(loader, cpu)];
    const [added, addedWork] = [all - of('', wall), work - of('', cpu)];
    const good = added <= ADDED_MS;
    holds &&= good;
    const part = (value) => ms(of(loader, ({ cells }) => cells.map(value)));
    const parts = [
      part((c) => c.startMs),
      part((c) => c.askMs - c.guestMs),
      part((c) => c.endMs),
      part((c) => c.guestMs),
    ];
    const compared = loader === '' ? ['', '', ''] : [ms(added), verdict(good), ms(addedWork)];
    return [loader || 'libbpf of the validator', ms(all), ms(work), ...compared, ...parts];
  });
  const head = ['loader', 'cell', 'processor', 'added', `at most ${ADDED_MS} ms`, 'added to the processor'];
  head.push('start a copy', 'way of the answer', 'end it', 'in the guest');
  const text = [
    `Medians over ${bench.rounds} rounds of ${OBJECTS} objects on ${KERNELS.join(' and ')}, one cell at a time.`,
    '',
    table(head, rows),
  ];
  return { holds, text };
}
