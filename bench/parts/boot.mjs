import { bootByHand, busyboxInitramfs } from '../tools/busybox-guest.mjs';
import { qemuCommand } from '../tools/machine.mjs';
import { requireResults, timedRun } from '../tools/measure.mjs';
import { median, ratio, seconds, verdict } from '../tools/numbers.mjs';
import { table } from '../tools/table.mjs';

const CLOUD = ['debian-11-5.10', 'debian-12-6.1', 'debian-13-6.12', 'debian-13-7.3'];
/** The same with all drivers: a hundred megabytes each to fetch. */
export const GENERIC = ['debian-12-6.1-generic', 'debian-13-7.3-generic'];
const MAX_RATIO = 1.5;

/** How long a guest takes to get ready: a plain QEMU with busybox in an initramfs, and ours. Both take turns. */
export async function boot(bench) {
  const kernels = bench.short ? CLOUD : [...CLOUD, ...GENERIC];
  const initramfs = busyboxInitramfs(bench.dir);
  const byHand = new Map();
  const ours = new Map();
  const add = (map, key, value) => map.set(key, [...(map.get(key) ?? []), value]);
  for (let round = 1; round <= bench.rounds; round++) {
    bench.progress(`boot: round ${round} of ${bench.rounds}`);
    const run = await timedRun(bench, { objects: [bench.example], kernels, isolation: 'boot', slots: 1 });
    requireResults(run, 'boot');
    for (const { kernel, guest, bootMs } of run.cells) {
      add(ours, kernel, bootMs);
      const machine = { accel: guest.accel, memoryMb: guest.memoryMb, qemu: qemuCommand(bench.env) };
      add(byHand, kernel, await bootByHand({ ...machine, vmlinuz: bench.store.vmlinuzOf(kernel), initramfs }));
    }
  }
  let holds = true;
  const rows = kernels.map((kernel) => {
    const [hand, own] = [median(byHand.get(kernel)), median(ours.get(kernel))];
    const good = own / hand <= MAX_RATIO;
    holds &&= good;
    return [kernel, seconds(hand), seconds(own), ratio(own / hand), verdict(good)];
  });
  const text = [
    `From starting QEMU until the guest is ready, one at a time, medians of ${bench.rounds}. By hand: plain QEMU, busybox in`,
    'an initramfs, ready when init has said a word. Ours: ready when the validator has said hello.',
    '',
    table(['kernel', 'by hand', 'ours', 'ratio', `at most ${MAX_RATIO}`], rows),
  ];
  return { holds, text };
}
