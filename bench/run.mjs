// Measures bpfcompat on this machine and prints Markdown tables. Usage: node bench/run.mjs [part ...] [--short]
// [--rounds N]. Progress goes to stderr. Ends with 2 when an aim is missed; figures depend on the machine.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { matrixProfiles } from '../lib/index.js';
import { action } from './parts/action.mjs';
import { arm64, arm64Kernels } from './parts/arm64.mjs';
import { boot, GENERIC } from './parts/boot.mjs';
import { channel } from './parts/channel.mjs';
import { evidence } from './parts/evidence.mjs';
import { failing } from './parts/failing.mjs';
import { growth } from './parts/growth.mjs';
import { hostile } from './parts/hostile.mjs';
import { kernelSources } from './parts/kernel-sources.mjs';
import { loaders } from './parts/loaders.mjs';
import { manyObjects } from './parts/many-objects.mjs';
import { metadata } from './parts/metadata.mjs';
import { oneObject } from './parts/one-object.mjs';
import { overhead } from './parts/overhead.mjs';
import { runtime } from './parts/runtime.mjs';
import { server } from './parts/server.mjs';
import { sideBySide } from './parts/side-by-side.mjs';
import { VIRTME_KERNEL, virtmeNg } from './parts/virtme-ng.mjs';
import { describeMachine, load } from './tools/machine.mjs';
import { requireResults, timedRun } from './tools/measure.mjs';
import { findObjects, spread } from './tools/objects.mjs';
import { openPrivateStore } from './tools/private-store.mjs';

/** By name; `kernels`: those that a part needs beside the matrix. */
const PARTS = {
  boot: { title: 'Boot', run: boot, kernels: (short) => (short ? [] : GENERIC) },
  overhead: { title: 'What a cell costs', run: overhead },
  'one-object': { title: 'One object, all kernels', run: oneObject },
  'many-objects': { title: 'Many objects, all kernels', run: manyObjects },
  channel: { title: 'Over the second channel', run: channel },
  'kernel-sources': { title: 'Fetching a kernel', run: kernelSources },
  metadata: { title: 'A huge index', run: metadata },
  loaders: { title: 'Other loaders', run: loaders },
  evidence: { title: 'What the evidence costs', run: evidence },
  failing: { title: 'Cells that fail', run: failing },
  growth: { title: 'Growth', run: growth },
  hostile: { title: 'Hostile cells', run: hostile },
  action: { title: 'Start of the Action', run: action },
  runtime: { title: 'Decisions by signed evidence', run: runtime },
  server: { title: 'A server with many callers', run: server },
  arm64: { title: 'arm64 beside x86_64', run: arm64, kernels: arm64Kernels },
  'virtme-ng': { title: 'virtme-ng beside direct', run: virtmeNg, kernels: () => [VIRTME_KERNEL] },
  'side-by-side': { title: 'Side by side', run: sideBySide },
};
const EXAMPLE = 'examples/simple-pass/simple_pass.bpf.o';
const SECOND = 'examples/ringbuf-modern/ringbuf_modern.bpf.o';
const SHORT_OBJECTS = 6;

function usage(problem) {
  console.error(
    `bench: ${problem}\nusage: npm run bench -- [${Object.keys(PARTS).join('|')}]... [--short] [--rounds N] [--base-validator PATH]`,
  );
  process.exit(1);
}

function readFlags() {
  try {
    const options = {
      short: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      'base-validator': { type: 'string' },
    };
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    const rounds = Number(values.rounds ?? (values.short ? 1 : 3));
    if (!Number.isInteger(rounds) || rounds < 1) usage(`--rounds ${values.rounds}: give a whole number from 1`);
    const unknown = positionals.find((name) => !Object.hasOwn(PARTS, name));
    if (unknown !== undefined) usage(`"${unknown}" is no part`);
    const baseValidator = values['base-validator'];
    return {
      short: values.short,
      rounds,
      baseValidator,
      parts: positionals.length > 0 ? positionals : Object.keys(PARTS),
    };
  } catch (error) {
    return usage(error.message);
  }
}

const { short, rounds, baseValidator, parts } = readFlags();
const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);
const dir = mkdtempSync(join(tmpdir(), 'bpfcompat-bench-'));
process.on('exit', () => rmSync(dir, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));
const progress = (words) => console.error(`bench: ${words}`);

const { env } = process;
const kernels = await matrixProfiles(short ? 'quick' : 'debian');
progress('kernels and objects');
const more = parts.flatMap((name) => PARTS[name].kernels?.(short) ?? []);
const store = await openPrivateStore(env, [...new Set([...kernels, ...more])]);
const found = await findObjects({ env, cacheDir: store.shared, workDir: dir });
const objects = short ? { ...found, all: spread(found.all, SHORT_OBJECTS), origins: `some: ${found.origins}` } : found;
const bench = {
  ...{ root, dir, env, store, kernels, objects, short, rounds, baseValidator, progress },
  example: EXAMPLE,
  exampleName: basename(EXAMPLE),
  /** Saves a guest of every kernel that has none, as a run of several objects does: with the names of the kernel. */
  async warm(some) {
    if (store.saved().named >= some.length) return;
    progress(`saving a guest of each of ${some.length} kernels`);
    requireResults(await timedRun(bench, { objects: [EXAMPLE, SECOND], kernels: some }), 'cell');
  },
};

const first = await timedRun(bench, { objects: [EXAMPLE], kernels: kernels.slice(0, 1), isolation: 'boot' });
requireResults(first, 'boot');
console.log(`${describeMachine(env, first.cells[0].guest.accel)}.`);
console.log(`Objects: ${found.origins}.${found.notes.map((note) => ` Missing: ${note}.`).join('')}`);

const missed = [];
for (const name of parts) {
  const { title, run } = PARTS[name];
  const before = load();
  const { holds, text } = await run(bench);
  if (!holds) missed.push(title);
  console.log(`\n### ${title}\n\n${text.join('\n')}\n\nLoad of the machine before and after: ${before}, ${load()}.`);
}
if (missed.length > 0) console.error(`bench: misses its aim: ${missed.join(', ')}`);
process.exit(missed.length > 0 ? 2 : 0);
