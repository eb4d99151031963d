// Asks guests that say about 60 MB each, and real ones beside them, and prints a line of JSON. A process of its own, so
// that nothing else is in its memory. Usage: hostile-cells.mjs DIR KIND HOSTILE INNOCENT KERNEL OBJECT, where KIND is one of
// test/fakes/qemu/floods-evidence.mjs, or `none`: then innocent cells take the place of the hostile ones.
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { createServices, environmentOf } from '../../lib/api/services.js';
import { useStore } from '../../lib/api/store-use.js';
import { findProfile } from '../../lib/config/catalogue.js';
import { createLanes } from '../../lib/guests/lanes.js';
import { detectSandbox, withoutOwnUid } from '../../lib/guests/qemu/sandbox.js';
import { questionOf } from '../../lib/run/question.js';
import { runQueue } from '../../lib/run/queue.js';
import { createCatalogue } from '../../lib/run/resolve.js';
import { loadSubject } from '../../lib/run/subject.js';

const [dir, kind, hostileCount, innocentCount, kernel, object] = process.argv.slice(2);
const FAKE = fileURLToPath(new URL('../../test/fakes/qemu/floods-evidence.mjs', import.meta.url));
/** No cell begins later than that, and progress is told so often, in milliseconds. */
const MAX_MS = 180_000;
const PROGRESS_MS = 20_000;
const FAKE_RELEASE = '6.1.0-test';
const { signal } = new AbortController();
const environment = environmentOf({ env: process.env });
const { host } = environment;
const sandbox = withoutOwnUid(await detectSandbox(host, signal));
// Held until the end: Node 20 has no `await using`.
const store = await useStore(host, signal);
const services = await createServices(environment, store, {
  ...{ isolation: 'cell', offline: true, refresh: false, signal },
  onEvent: () => {},
});
const profile = await findProfile(createCatalogue(environment), kernel);
/** The fake answers with its own release, which has to be of the family that is asked for. */
const fakeProfile = { ...profile, kernelFamily: '6.1' };

function file(name) {
  const path = join(dir, name);
  writeFileSync(path, name);
  return { path, sha256: createHash('sha256').update(name).digest('hex') };
}

/** Services whose guests are the fake. */
function hostileServices() {
  const vmlinuz = file('vmlinuz').path;
  const validator = { ...file('validator'), basename: 'validator', sizeBytes: 9 };
  const record = {
    profile: profile.id,
    arch: 'x86_64',
    release: FAKE_RELEASE,
    modules: [],
    source: '0'.repeat(64),
    vouched: { by: 'signature', file: 'bench' },
  };
  const files = { record, vmlinuz, config: undefined, modules: [] };
  const qemu = { qemu: { command: FAKE, version: '7.2.0', build: 'fake' }, accel: { accel: 'tcg', reason: 'bench' } };
  const fixed = { ...qemu, sandbox, host, validator, cacheDir: join(dir, 'cache'), isolation: 'boot', maxBytes: 0 };
  return {
    ...services,
    validator,
    createLanes: (onNote) => createLanes({ ...fixed, onNote }),
    ensureKernel: async () => ({ files, cached: true }),
  };
}

/** Asks `count` cells, one after the other, for three minutes at most. Resolves with their results and times. */
async function ask(name, count, own, path, asked = profile) {
  const subject = await loadSubject(host, { path });
  const asking = { manifest: undefined, validationMode: undefined };
  const starts = new Map();
  const times = [];
  const cases = Array.from({ length: count }, (_, index) => ({
    subject,
    question: async () => questionOf(asking, subject, []),
    needsShell: false,
    targets: [{ profile: asked, required: true, timeoutMs: 180_000 }],
    limit: 1,
    cellDir: () => join(dir, name, String(index)),
  }));
  const emit = (event) => {
    if (event.type === 'cell-start') starts.set(event.artifact, performance.now());
    if (event.type === 'cell-end') times.push(performance.now() - starts.get(event.artifact));
  };
  const logDir = join(dir, name, 'logs');
  mkdirSync(logDir, { recursive: true });
  const late = performance.now() + MAX_MS;
  let told = performance.now();
  const onCaseEnd = () => {
    const now = performance.now();
    if (now - told > PROGRESS_MS) {
      told = now;
      console.error(`bench: hostile: ${kind}: ${times.length} of ${count} ${name} cells`);
    }
    return now > late;
  };
  const reporter = { emit, note: () => {}, notes: [] };
  const ended = await runQueue(cases, own, { signal, concurrency: 1, logDir, reporter, onCaseEnd });
  return { results: ended.flatMap((results) => results ?? []), times };
}

// One of each kind before, so that both begin with everything warm.
await ask('warm', 1, services, object);
const hostileObject = join(dir, `${kind}-flood.bpf.o`);
writeFileSync(hostileObject, 'no object');
const delay = monitorEventLoopDelay({ resolution: 5 });
delay.enable();
const cpu = process.cpuUsage();
const [hostile, innocent] = await Promise.all([
  kind === 'none'
    ? ask('other', Number(hostileCount), services, object)
    : ask('hostile', Number(hostileCount), hostileServices(), hostileObject, fakeProfile),
  ask('innocent', Number(innocentCount), services, object),
]);
const used = process.cpuUsage(cpu);
const statuses = {};
let unanswered = 0;
for (const { outcome, shortened } of hostile.results) {
  const word = [outcome.status, outcome.message ?? outcome.findings?.[0]?.code, shortened && 'shortened'];
  const key = word.filter(Boolean).join(' ').slice(0, 200);
  statuses[key] = (statuses[key] ?? 0) + 1;
  if (outcome.status !== 'pass' && outcome.status !== 'fail') unanswered++;
}
const failed = innocent.results.filter(({ outcome }) => outcome.status !== 'pass').length;
console.log(
  JSON.stringify({
    peakBytes: process.resourceUsage().maxRSS * 1024,
    longestTurnMs: delay.max / 1e6,
    cpuMs: (used.user + used.system) / 1000,
    statuses,
    hostileUnanswered: unanswered,
    hostileMs: hostile.times,
    innocentMs: innocent.times,
    innocentFailed: failed,
  }),
);
await store[Symbol.asyncDispose]();
