// Runs guests that say about 60 MB each, and real ones beside them, and prints a line of JSON. A process of its own, so
// that nothing else is in its memory. Usage: hostile-cells DIR KIND HOSTILE INNOCENT KERNEL OBJECT, where KIND is one of
// test/fakes/qemu/floods-evidence.mjs, or `none`: then innocent cells take the place of the hostile ones. It is written
// against the sources, so that it does not compile when what it calls has changed; hostile.mjs bundles it.
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createServices, environmentOf } from '../../src/api/services.ts';
import { useStore } from '../../src/api/store-use.ts';
import { findProfile } from '../../src/config/catalog.ts';
import { createLanes } from '../../src/guests/lanes.ts';
import { detectSandbox, withoutOwnUid } from '../../src/guests/qemu/sandbox.ts';
import type { GuestTools } from '../../src/guests/tools.ts';
import type { CellResult } from '../../src/model/cell.ts';
import type { RunEvent } from '../../src/model/events.ts';
import type { KernelFiles, KernelRecord, Profile } from '../../src/model/kernel.ts';
import { NO_MODULE_RULES } from '../../src/model/kernel-modules.ts';
import type { RunServices } from '../../src/run/prepare-kernels.ts';
import { runQueue } from '../../src/run/queue.ts';
import { createCatalog } from '../../src/run/resolve.ts';
import { timestamp } from '../../src/run/run-id.ts';
import { loadSubject } from '../../src/run/subject.ts';
import { validationOf } from '../../src/run/validation.ts';

const [dir = '', kind = '', hostileCount, innocentCount, kernel = '', object = ''] = process.argv.slice(2);
const FAKE = resolve('test/fakes/qemu/floods-evidence.mjs');
/** No cell begins later than that, and progress is shown so often, in milliseconds. */
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
  ...{ arches: ['x86_64'], isolation: 'cell', offline: true, refresh: false, signal },
  onEvent: () => {},
});
const profile: Profile = await findProfile(createCatalog(environment), kernel);
/** The fake responds with its own release, which has to be of the family that is requested. */
const fakeProfile: Profile = { ...profile, kernelFamily: '6.1' };

function file(name: string): { path: string; sha256: string } {
  const path = join(dir, name);
  writeFileSync(path, name);
  return { path, sha256: createHash('sha256').update(name).digest('hex') };
}

/** Services whose guests are the fake. */
function hostileServices(): RunServices {
  const vmlinuz = file('vmlinuz');
  const validator = { ...file('validator'), basename: 'validator', sizeBytes: 9 };
  const record: KernelRecord = {
    schema: 'bpfcompat_kernel.v3',
    profile: profile.id,
    arch: 'x86_64',
    release: FAKE_RELEASE,
    package: { name: 'bench', version: '1', archive: 'bench', suite: 'bench', files: [] },
    vmlinuz: { sha256: vmlinuz.sha256, size: 0 },
    config: null,
    modules: [],
    fetchedAt: timestamp(host.now()),
    source: '0'.repeat(64),
    vouched: { by: 'signature', file: 'bench' },
  };
  const files: KernelFiles = { record, vmlinuz: vmlinuz.path, config: undefined, modules: [] };
  const tools: GuestTools = {
    qemu: { command: FAKE, version: '7.2.0', build: 'fake' },
    accel: { accel: 'tcg', reason: 'bench' },
    sandbox,
    validator,
  };
  const cacheDir = join(dir, 'cache');
  return {
    ...services,
    validator,
    createLanes: (onNote) =>
      createLanes({ tools: { x86_64: tools }, host, cacheDir, isolation: 'boot', maxBytes: 0, onNote }),
    ensureKernel: async () => ({ files, cached: true }),
  };
}

/** Runs `count` cells, one after the other, for three minutes at most. Resolves with their results and times. */
async function run(
  name: string,
  count: number,
  own: RunServices,
  path: string,
  on: Profile = profile,
): Promise<{ results: CellResult[]; times: number[] }> {
  const subject = await loadSubject(host, { path });
  const request = { manifest: undefined, validationMode: undefined };
  const starts = new Map<number, number>();
  const times: number[] = [];
  const cases = Array.from({ length: count }, (_, index) => ({
    subject,
    validation: async () => validationOf(request, subject, []),
    needsShell: false,
    files: [],
    modules: NO_MODULE_RULES,
    targets: [{ profile: on, required: true, timeoutMs: 180_000 }],
    cells: [{ artifact: index, target: 0 }],
    limit: 1,
    cellDir: () => join(dir, name, String(index)),
  }));
  const emit = (event: RunEvent): void => {
    if (event.type === 'cell-start') starts.set(event.artifact, performance.now());
    if (event.type === 'cell-end') times.push(performance.now() - (starts.get(event.artifact) ?? 0));
  };
  const logDir = join(dir, name, 'logs');
  mkdirSync(logDir, { recursive: true });
  const late = performance.now() + MAX_MS;
  let shown = performance.now();
  const onCaseEnd = (): boolean => {
    const now = performance.now();
    if (now - shown > PROGRESS_MS) {
      shown = now;
      console.error(`bench: hostile: ${kind}: ${times.length} of ${count} ${name} cells`);
    }
    return now > late;
  };
  const reporter = { emit, note: () => {}, notes: [] };
  const ended = await runQueue(cases, own, { signal, concurrency: 1, logDir, reporter, onCaseEnd });
  return { results: ended.flatMap((results) => results ?? []), times };
}

// One of each kind before, so that both begin with everything warm.
await run('warm', 1, services, object);
const hostileObject = join(dir, `${kind}-flood.bpf.o`);
writeFileSync(hostileObject, 'no object');
const delay = monitorEventLoopDelay({ resolution: 5 });
delay.enable();
const cpu = process.cpuUsage();
const [hostile, innocent] = await Promise.all([
  kind === 'none'
    ? run('other', Number(hostileCount), services, object)
    : run('hostile', Number(hostileCount), hostileServices(), hostileObject, fakeProfile),
  run('innocent', Number(innocentCount), services, object),
]);
const used = process.cpuUsage(cpu);
const statuses: Record<string, number> = {};
let untested = 0;
for (const { outcome, shortened } of hostile.results) {
  const cause = 'message' in outcome ? outcome.message : 'findings' in outcome && outcome.findings[0]?.code;
  const words = [outcome.status, cause, shortened && 'shortened'];
  const key = words.filter(Boolean).join(' ').slice(0, 200);
  statuses[key] = (statuses[key] ?? 0) + 1;
  if (outcome.status !== 'pass' && outcome.status !== 'fail') untested++;
}
const failed = innocent.results.filter(({ outcome }) => outcome.status !== 'pass').length;
console.log(
  JSON.stringify({
    peakBytes: process.resourceUsage().maxRSS * 1024,
    longestTurnMs: delay.max / 1e6,
    cpuMs: (used.user + used.system) / 1000,
    statuses,
    hostileUntested: untested,
    hostileMs: hostile.times,
    innocentMs: innocent.times,
    innocentFailed: failed,
  }),
);
await store[Symbol.asyncDispose]();
