import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { median, percentile, verdict } from '../tools/numbers.mjs';
import { residentMb, serverLoad } from '../tools/server-load.mjs';
import { table } from '../tools/table.mjs';

const CALLERS = 50;
const AIMS = { idleMb: 120, pageMs: 50, growth: 1.2, runMs: 100, gridMs: 1000, gridBytes: 1_000_000 };
const PAGES = 'build/page-bench.mjs';

async function startServer({ root, dir, env, store }) {
  const cwd = mkdtempSync(join(dir, 'server-'));
  const NODE_OPTIONS = `--max-semi-space-size=4 ${env.NODE_OPTIONS ?? ''}`;
  // As `make serve` starts it.
  const open = { BPFCOMPAT_API_ALLOW_ANONYMOUS_WRITE: 'true', BPFCOMPAT_CACHE_DIR: store.shared, NODE_OPTIONS };
  const child = spawn(join(root, 'bin/bpfcompat'), ['serve', '--addr', '127.0.0.1:0', '--offline'], {
    cwd,
    env: { ...env, ...open },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  for await (const chunk of child.stderr.setEncoding('utf8')) {
    said += chunk;
    const [, url] = /"url":"([^"]+)"/.exec(said) ?? [];
    if (url) return { child, url };
  }
  throw new Error(`the server did not start:\n${said}`);
}

async function timedPages(url) {
  const times = [];
  for (let nth = 0; nth < 20; nth++) {
    const begin = performance.now();
    await (await fetch(url)).text();
    times.push(performance.now() - begin);
  }
  return times;
}

/** What the pages of large results take, without the way to a reader. */
async function largePages() {
  await build({
    ...{ entryPoints: ['bench/tools/page-bench.ts'], outfile: PAGES, bundle: true, packages: 'external' },
    ...{ platform: 'node', target: 'node20', format: 'esm' },
    logLevel: 'warning',
  });
  const { measurePages } = await import(pathToFileURL(resolve(PAGES)).href);
  return measurePages(9);
}

/** A server at rest, and with many callers at once: memory, times, and whether each job came to its end. */
export async function server(bench) {
  const { short, kernels, example, progress } = bench;
  const seconds = short ? 30 : 300;
  const { run, grid } = await largePages();
  const { child, url } = await startServer(bench);
  try {
    const pages = await timedPages(url);
    await sleep(5000);
    const idle = residentMb(child.pid);
    progress(`server: ${CALLERS} callers for ${seconds} s`);
    const bytes = readFileSync(example);
    const form = () => {
      const body = new FormData();
      body.set('artifact_file', new Blob([bytes]), basename(example));
      body.set('profiles', kernels[0]);
      return body;
    };
    const { times, statuses, errors, memory, jobs } = await serverLoad({
      ...{ url, pid: child.pid, callers: CALLERS, seconds, form },
    });
    const lost = [...jobs.values()].filter((state) => state !== 'completed').length;
    const broken = [...statuses].filter(([key]) => / 5\d\d$/.test(key));
    // It may grow with the runs that pages show, and with what the garbage collector leaves; the last third is held against the second.
    const third = Math.floor(memory.length / 3);
    const growth =
      memory.length < 3 ? 1 : Math.min(...memory.slice(2 * third)) / median(memory.slice(third, 2 * third));
    const held = [
      ['MB at rest', idle, AIMS.idleMb],
      ['first page, median ms', median(pages), AIMS.pageMs],
      ['page of a run of 30 objects on 20 kernels, median ms', median(run.times), AIMS.runMs],
      ['grid of 200 objects on 60 kernels, the slowest, ms', Math.max(...grid.times), AIMS.gridMs],
      ['the same, bytes', grid.bytes, AIMS.gridBytes],
      ['least memory of the last third, times the second', growth, AIMS.growth],
      ['jobs that did not complete', lost, 0],
      ['responses of 500 and above, and broken connections', broken.length + errors.length, 0],
    ];
    const rows = held.map(([what, value, aim]) => [
      ...[what, String(Math.round(value * 100) / 100), String(aim)],
      verdict(value <= aim),
    ]);
    const facts = [
      ['requests', times.length],
      ['median and p95 ms', `${median(times).toFixed(0)}, ${percentile(times, 0.95).toFixed(0)}`],
      ['jobs', jobs.size],
      [
        'MB in the middle of each third',
        [0, 1, 2].map((at) => Math.round(memory[at * third + (third >> 1)])).join(', '),
      ],
    ].map(([what, value]) => [what, String(value), '', '']);
    return {
      holds: held.every(([, value, aim]) => value <= aim),
      text: [table(['', 'measured', 'aim', 'reached'], [...rows, ...facts])],
    };
  } finally {
    child.kill('SIGTERM');
    if (child.exitCode === null) await once(child, 'exit');
  }
}
