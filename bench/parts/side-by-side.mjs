import { join } from 'node:path';
import { requireResults, timedRun } from '../tools/measure.mjs';
import { ratio, seconds } from '../tools/numbers.mjs';
import { spread } from '../tools/objects.mjs';
import { table } from '../tools/table.mjs';
import { bootsWithoutModules, prepareVng, runVng, vngVersion } from '../tools/vng.mjs';

const SLOTS = 2;
const OBJECTS = 3;

/** Runs the jobs, some at a time, and resolves with the milliseconds that all of them took. */
async function timed(jobs) {
  const queue = [...jobs];
  const started = performance.now();
  const worker = async () => {
    for (let job = queue.shift(); job !== undefined; job = queue.shift()) await job();
  };
  await Promise.all(Array.from({ length: SLOTS }, worker));
  return performance.now() - started;
}

/** Milliseconds with virtme-ng: a guest per cell, and a guest per kernel that tests all objects in turn. */
async function timeVng(bench, objects, kernels, guest) {
  const vmlinuz = kernels.map((id) => ({ id, vmlinuz: bench.store.vmlinuzOf(id) }));
  const place = prepareVng(join(bench.store.root, 'vng'), objects, vmlinuz);
  const machine = { accel: guest.accel, memoryMb: guest.memoryMb };
  bench.progress('side by side: virtme-ng, first try');
  await runVng(place, { ...machine, vmlinuz: place.kernels[0], objects: place.objects.slice(0, 1) });
  bench.progress('side by side: virtme-ng, a guest per cell');
  const perCell = await timed(
    place.kernels.flatMap((kernel) =>
      place.objects.map((object) => {
        return () => runVng(place, { ...machine, vmlinuz: kernel, objects: [object] });
      }),
    ),
  );
  bench.progress('side by side: virtme-ng, a guest per kernel');
  const perKernel = await timed(
    place.kernels.map((kernel) => {
      return () => runVng(place, { ...machine, vmlinuz: kernel, objects: place.objects });
    }),
  );
  return { perCell, perKernel };
}

/** The same objects on the same kernels with bpfcompat in both modes, and with virtme-ng where it runs. */
export async function sideBySide(bench) {
  const objects = spread(bench.objects.all, OBJECTS);
  const kernels = bench.kernels.filter((id) => bootsWithoutModules(bench.store.configOf(id)));
  const cells = objects.length * kernels.length;
  await bench.warm(bench.kernels);
  const run = async (isolation) => {
    bench.progress(`side by side: ${objects.length} objects on ${kernels.length} kernels, ${isolation}`);
    const done = await timedRun(bench, { objects, kernels, isolation, slots: SLOTS });
    requireResults(done, isolation);
    return done;
  };
  const copied = await run('cell');
  const booted = await run('boot');
  const row = (how, fresh, ms) => [how, fresh, seconds(ms), seconds(ms / cells), ratio(ms / copied.ms)];
  const rows = [
    row('bpfcompat, copies of saved guests', 'yes', copied.ms),
    row('bpfcompat --isolation boot', 'yes', booted.ms),
  ];
  const version = vngVersion();
  let note = `With virtme-ng: the same validator runs on the object in its guest (${version}).`;
  if (version === undefined) note = 'virtme-ng is not available here: no vng in PATH.';
  else {
    try {
      const { perCell, perKernel } = await timeVng(bench, objects, kernels, copied.cells[0].guest);
      rows.push(row('virtme-ng, a guest per cell', 'yes', perCell));
      rows.push(row('virtme-ng, a guest per kernel', 'no', perKernel));
    } catch (error) {
      note = `virtme-ng (${version}) does not work here: ${error.message.split('\n').at(-1)}`;
    }
  }
  const text = [
    `${objects.length} objects on the ${kernels.length} kernels that virtme-ng could boot too (virtio-fs built in), ${SLOTS} guests at a time,`,
    'saved guests there.',
    '',
    table(['with', 'fresh guest per cell', 'wall time', 'per cell', 'ratio'], rows),
    '',
    note,
  ];
  return { holds: true, text };
}
