import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { watchMemory } from '../tools/memory.mjs';
import { median, megabytes, seconds, verdict } from '../tools/numbers.mjs';
import { openSources } from '../tools/sources.mjs';
import { table } from '../tools/table.mjs';

const KERNEL = 'debian-12-6.1';
const MAX_BYTES = 150e6;

/** `kernels fetch` of one profile into a new store. @throws Error where it fails */
async function fetchOnce(bench, env, cwd, id) {
  const cache = mkdtempSync(join(bench.dir, 'metadata-'));
  const args = [join(bench.root, 'bin/bpfcompat'), 'kernels', 'fetch', id, '--allow-profile-override'];
  const started = performance.now();
  const child = spawn(process.execPath, args, { cwd, env: { ...env, BPFCOMPAT_CACHE_DIR: cache } });
  const memory = watchMemory(child.pid, 50);
  let said = '';
  let indexBytes = 0;
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      said += chunk;
      // The package is named when the index has been read.
      if (indexBytes === 0 && /kernel-lab/.test(said)) indexBytes = memory.peak();
    });
  }
  const code = await new Promise((done) => child.once('close', done));
  const { peakBytes } = memory.stop();
  rmSync(cache, { recursive: true, force: true });
  if (code !== 0) throw new Error(`kernels fetch ${id} ended with ${code}: ${said}`);
  return { ms: performance.now() - started, peakBytes, indexBytes };
}

/** What a list of packages of 100 MB costs. */
export async function metadata(bench) {
  const { blocks, env } = await openSources(bench, KERNEL);
  const cwd = join(bench.dir, 'metadata-work');
  mkdirSync(join(cwd, 'matrices/profiles'), { recursive: true });
  for (const id of ['huge', 'plain']) {
    const profile = { id, distro: 'lab', kernel_family: '6.1', arch: 'x86_64', kernel: blocks[id] };
    const lines = Object.entries(profile).map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`);
    writeFileSync(join(cwd, 'matrices/profiles', `${id}.yaml`), lines.join(''));
  }
  const ends = { plain: [], huge: [] };
  for (let round = 1; round <= bench.rounds; round++) {
    bench.progress(`metadata: round ${round} of ${bench.rounds}`);
    for (const id of Object.keys(ends)) ends[id].push(await fetchOnce(bench, env, cwd, id));
  }
  const peak = (id, part) => Math.max(...ends[id].map((end) => end[part]));
  const holds = peak('huge', 'indexBytes') <= MAX_BYTES;
  const names = { plain: 'one package', huge: '100 MB' };
  const rows = Object.entries(names).map(([id, name]) => [
    name,
    seconds(median(ends[id].map((end) => end.ms))),
    megabytes(peak(id, 'indexBytes')),
    megabytes(peak(id, 'peakBytes')),
  ]);
  const text = [
    `\`bpfcompat kernels fetch\` out of an rpm repository on loopback, medians of ${bench.rounds}; memory is the highest sum of PSS over the`,
    `program and all it started, looked at every 50 ms: until the index is read (at most ${megabytes(MAX_BYTES)}: ${verdict(holds)}), and to the end.`,
    '',
    table(['list of packages', 'time', 'memory, index', 'memory, all'], rows),
  ];
  return { holds, text };
}
