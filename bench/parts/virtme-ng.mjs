import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fetchUserland } from '../../lib/index.js';
import { requireResults, timedRun } from '../tools/measure.mjs';
import { median, ratio, seconds } from '../tools/numbers.mjs';
import { spread } from '../tools/objects.mjs';
import { unpackedKernel } from '../tools/second-channel.mjs';
import { table } from '../tools/table.mjs';
import { vngVersion } from '../tools/vng.mjs';

/** All of its drivers: virtme-ng needs 9p, which cloud builds leave out. */
export const VIRTME_KERNEL = 'debian-12-6.1-generic';
const OWN = 'own-6.1';
const OBJECTS = 3;

/** The kernel as installed below a directory, and a profile that has `vng` boot it. @returns that directory */
async function installed(bench) {
  const cwd = join(bench.dir, 'virtme-ng');
  const cache = join(cwd, 'cache');
  const { tree, release } = await unpackedKernel(bench.env, VIRTME_KERNEL, cache);
  mkdirSync(join(cwd, 'vm/profiles'), { recursive: true });
  const image = join(tree, 'boot', `vmlinuz-${release}`);
  const profile = `id: ${OWN}\ndistro: debian\nkernel_family: "6.1"\narch: x86_64\nrunner: virtme-ng\n`;
  const how = `virtme_ng: {run: ${image}, extra_args: [--force-9p]}\n`;
  writeFileSync(join(cwd, `vm/profiles/${OWN}.yaml`), `${profile}${how}`);
  return cwd;
}

/** Cells of one kernel on the virtme-ng lane, beside the direct lane with and without saved guests. */
export async function virtmeNg(bench) {
  const own = join(bench.root, 'build/tools/virtme/bin/vng');
  const command = bench.env.BPFCOMPAT_VNG || (existsSync(own) ? own : 'vng');
  const version = vngVersion(command);
  if (version === undefined)
    return { holds: true, text: [`Not measured: ${command} does not run (scripts/setup.sh virtme).`] };
  bench.progress(`virtme-ng: ${VIRTME_KERNEL} as it is installed`);
  const cwd = await installed(bench);
  // Its guests have a shell from their boot.
  await fetchUserland({ env: bench.store.env });
  const objects = spread(bench.objects.all, OBJECTS);
  const direct = { objects, kernels: [VIRTME_KERNEL], slots: 1 };
  const ways = {
    'direct, copies of a saved guest': ['cell', direct],
    'direct, `--isolation boot`': ['boot', { ...direct, isolation: 'boot' }],
    '`--runner virtme-ng`': [
      'boot',
      { ...direct, kernels: [OWN], isolation: 'boot', runner: 'virtme-ng', cwd, env: { BPFCOMPAT_VNG: command } },
    ],
  };
  requireResults(await timedRun(bench, direct), 'cell');
  const walls = new Map(Object.keys(ways).map((way) => [way, []]));
  for (let round = 1; round <= bench.rounds; round++) {
    for (const [way, [isolation, run]] of Object.entries(ways)) {
      bench.progress(`virtme-ng: round ${round} of ${bench.rounds}: ${way}`);
      const done = await timedRun(bench, run);
      requireResults(done, isolation);
      walls.get(way).push(...done.cells.map(({ wallMs }) => wallMs));
    }
  }
  const [first] = walls.values();
  const booted = median(walls.get('direct, `--isolation boot`'));
  const rows = [...walls].map(([way, some]) => {
    const middle = median(some);
    return [way, seconds(middle), ratio(middle / median(first)), ratio(middle / booted)];
  });
  const text = [
    `Medians of ${bench.rounds} rounds of ${objects.length} objects on ${VIRTME_KERNEL}, in turns, one guest at a time: from leaving the queue to the verdict.`,
    `Each cell of virtme-ng (${version}) boots the kernel.`,
    '',
    table(['lane', 'cell', 'to copies', 'to boots'], rows),
  ];
  return { holds: true, text };
}
