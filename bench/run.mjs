// Two questions, asked on this machine: how long does our guest take to get ready, compared with the same kernel booted
// by hand; and how long does the quick matrix take on one object when the kernels are stored?
// Usage: node bench/run.mjs [rounds]   (default 3; hand and ours take turns, the medians are compared)
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { validate } from '../lib/index.js';
import { bootByHand, busyboxInitramfs } from './busybox-guest.mjs';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const rounds = Number(process.argv[2] ?? 3);
if (!Number.isInteger(rounds) || rounds < 1) {
  console.error(`bench: "${process.argv[2]}" is not a number of rounds; give a whole number from 1`);
  process.exit(1);
}
const MATRIX = 'quick';
const OBJECT = 'examples/simple-pass/simple_pass.bpf.o';
const MAX_RATIO = 1.5;
const MAX_SECONDS = 20;

const dir = mkdtempSync(join(tmpdir(), 'bpfcompat-bench-'));
process.on('exit', () => rmSync(dir, { recursive: true, force: true }));
process.on('SIGINT', () => process.exit(1));

const { env } = process;
const store = env.BPFCOMPAT_CACHE_DIR || join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'bpfcompat');
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const seconds = (ms) => `${(ms / 1000).toFixed(2)} s`;

/** Asks all kernels about the object. `boot`: every guest boots from nothing; `cell`: copies of saved guests. */
async function runMatrix(isolation, concurrency) {
  const started = performance.now();
  const { report, verdict } = await validate({
    artifacts: [OBJECT],
    matrix: MATRIX,
    isolation,
    workDir: join(dir, 'work'),
    env,
    ...(concurrency === undefined ? {} : { concurrency }),
  });
  if (verdict.exitCode !== 0) throw new Error(`the run ended with ${verdict.status}: ${verdict.reasons.join('; ')}`);
  return { ms: performance.now() - started, report };
}

function vmlinuzOf(profile) {
  const record = JSON.parse(readFileSync(join(store, 'kernels', `${profile}.json`), 'utf8'));
  return join(store, 'blobs', 'sha256', record.vmlinuz.sha256);
}

console.log(`bench: storing the kernels of matrix ${MATRIX} if they are not there`);
await runMatrix('boot');
const initramfs = busyboxInitramfs(dir);
const byHand = new Map();
const ours = new Map();
const add = (map, key, value) => map.set(key, [...(map.get(key) ?? []), value]);

for (let round = 1; round <= rounds; round++) {
  console.log(`bench: round ${round} of ${rounds}`);
  const { report } = await runMatrix('boot', 1);
  for (const { cell, guest, timings } of report.results) {
    const profile = report.targets[cell.target].profile.id;
    add(ours, profile, timings.bootMs);
    const machine = { accel: guest.accel, memoryMb: guest.memoryMb };
    const qemu = env.BPFCOMPAT_QEMU || 'qemu-system-x86_64';
    add(byHand, profile, await bootByHand({ qemu, vmlinuz: vmlinuzOf(profile), initramfs, ...machine }));
  }
}

console.log(`\n${'kernel'.padEnd(20)} ${'by hand'.padStart(9)} ${'ours'.padStart(9)}  ratio`);
let slow = false;
for (const [profile, times] of ours) {
  const hand = median(byHand.get(profile));
  const ratio = median(times) / hand;
  slow ||= ratio > MAX_RATIO;
  console.log(
    `${profile.padEnd(20)} ${seconds(hand).padStart(9)} ${seconds(median(times)).padStart(9)}  ${ratio.toFixed(2)}`,
  );
}

/** Median wall-clock milliseconds of the whole matrix. */
async function timeMatrix(isolation) {
  const times = [];
  for (let round = 0; round < rounds; round++) times.push((await runMatrix(isolation)).ms);
  return median(times);
}

const booted = await timeMatrix('boot');
await runMatrix('cell');
const copied = await timeMatrix('cell');
console.log('\nquick matrix, one object, kernels stored:');
console.log(`  every guest booted from nothing  ${seconds(booted)}`);
console.log(`  guests are copies of saved ones  ${seconds(copied)}`);
console.log(`asked for: ratio at most ${MAX_RATIO}, matrix under ${MAX_SECONDS} s`);
process.exit(slow || booted > MAX_SECONDS * 1000 ? 2 : 0);
