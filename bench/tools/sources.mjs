// A kernel as four vendors would pack it, on loopback: in a process of its own, so that serving it costs ours nothing.
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import { createHost } from '../../lib/host/create-host.js';
import { ensureKernel } from '../../lib/kernels/supply.js';
import { unpackedKernel } from './second-channel.mjs';

const PROGRAM = 'build/tools/source-server.mjs';
/** The registry of the tests gives everybody this one. */
const TOKEN = 'authorization: Bearer anonymous-token';
const FAMILY = '6.1';

async function startServer(bench, tree, release) {
  await build({
    absWorkingDir: bench.root,
    entryPoints: ['bench/tools/source-server.ts'],
    outfile: PROGRAM,
    bundle: true,
    packages: 'external',
    platform: 'node',
    target: 'node20',
    format: 'esm',
  });
  const dir = join(bench.dir, 'sources');
  mkdirSync(dir, { recursive: true });
  const child = spawn(process.execPath, [PROGRAM, dir, tree, release], { stdio: ['pipe', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: child.stdout })) return { child, ...JSON.parse(line) };
  throw new Error('the server of packages ended before it was ready');
}

/** The same for every part of one bench. */
let opened;

/** @returns blocks by source, and functions that fetch a kernel as bpfcompat does and as a person would */
export function openSources(bench, profile) {
  opened ??= open(bench, profile);
  return opened;
}

async function open(bench, profile) {
  bench.progress(`sources: ${profile} with all its modules, in packages of four vendors`);
  const { tree, release } = await unpackedKernel(bench.env, profile, join(bench.dir, 'packages'));
  const { child, blocks, byHand, mirror } = await startServer(bench, tree, release);
  process.on('exit', () => child.kill());
  const scratch = () => mkdtempSync(join(bench.dir, 'fetch-'));
  const profileOf = (id, source) => ({
    ...{ id, distro: 'lab', version: '', kernelFamily: FAMILY, arch: 'x86_64', runner: 'vm', file: `${id}.yaml` },
    ...{ memoryMb: 512, cpus: 1, expectedBtf: undefined, kernel: blocks[source] },
  });
  return {
    blocks,
    env: { PATH: bench.env.PATH, HOME: bench.dir, BPFCOMPAT_DEBIAN_MIRROR: mirror },
    /** Milliseconds until kernels of sources are verified and stored, all at a time. */
    async ours(sources) {
      const cache = scratch();
      const host = createHost({
        env: { PATH: bench.env.PATH, HOME: bench.dir, BPFCOMPAT_DEBIAN_MIRROR: mirror, BPFCOMPAT_CACHE_DIR: cache },
      });
      const started = performance.now();
      await Promise.all(sources.map((source, nth) => ensureKernel(profileOf(`lab-${nth}`, source), { host })));
      const ms = performance.now() - started;
      rmSync(cache, { recursive: true });
      return ms;
    },
    /** Milliseconds until the same bytes are downloaded and unpacked by hand, unverified. */
    byHand(source) {
      const dir = scratch();
      mkdirSync(join(dir, 'out'));
      const { files, unpack } = byHand[source];
      const downloads = files.map((url, nth) => `curl -sSf -H '${TOKEN}' -o ${nth} '${url}'`);
      const started = performance.now();
      execFileSync('sh', ['-ec', [...downloads, unpack].join('\n')], { cwd: dir, stdio: ['ignore', 'ignore', 'pipe'] });
      const ms = performance.now() - started;
      if (readdirSync(join(dir, 'out')).length === 0) throw new Error(`${source}: nothing was unpacked by hand`);
      rmSync(dir, { recursive: true });
      return ms;
    },
  };
}
