import { median, ms, ratio, verdict } from '../tools/numbers.mjs';
import { openSources } from '../tools/sources.mjs';
import { table } from '../tools/table.mjs';

const KERNEL = 'debian-12-6.1';
const SOURCES = ['deb', 'rpm', 'oci', 'url'];
const MAX_RATIO = 1.5;

/** One kernel out of each source: fetched, verified and stored; downloaded and unpacked by hand. Then all four at a time. */
export async function kernelSources(bench) {
  const sources = await openSources(bench, KERNEL);
  const times = new Map();
  const add = (key, value) => times.set(key, [...(times.get(key) ?? []), value]);
  for (let round = 1; round <= bench.rounds; round++) {
    bench.progress(`kernel-sources: round ${round} of ${bench.rounds}`);
    for (const source of SOURCES) {
      add(`${source} by hand`, sources.byHand(source));
      add(`${source} ours`, await sources.ours([source]));
    }
    const started = performance.now();
    for (const source of SOURCES) await sources.ours([source]);
    add('one after another', performance.now() - started);
    add('at a time', await sources.ours(SOURCES));
  }
  const middle = (key) => median(times.get(key));
  let holds = true;
  const rows = SOURCES.map((source) => {
    const [hand, own] = [middle(`${source} by hand`), middle(`${source} ours`)];
    const good = own / hand <= MAX_RATIO;
    holds &&= good;
    return [source, ms(hand), ms(own), ratio(own / hand), verdict(good)];
  });
  const [apart, together] = [middle('one after another'), middle('at a time')];
  const text = [
    `${KERNEL} with all its modules, from loopback, medians of ${bench.rounds}. By hand: curl, and what unpacks it (dpkg-deb, rpm2cpio,`,
    'tar); nothing is verified and no index read. Ours: index, signatures and digests checked, image, configuration and modules stored.',
    '',
    table(['source', 'by hand', 'ours', 'ratio', `at most ${MAX_RATIO}`], rows),
    '',
    `Four kernels, one after another: ${ms(apart)}; at a time: ${ms(together)}, ratio ${ratio(together / apart)}.`,
  ];
  return { holds, text };
}
