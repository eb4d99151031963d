// Callers of a server, all at once: what each of them does, how long it takes, and whether every job came to an end.
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Resident memory of a process in MB. */
export function residentMb(pid) {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;
}

const ENDED = new Set(['completed', 'failed']);

/** One caller: reads pages and lists, compares, and now and then starts a job and follows it to its end. */
function createCaller({ url, form, until, note, jobs }) {
  const get = async (path, init) => {
    const begin = performance.now();
    const response = await fetch(`${url}${path}`, { ...init, signal: AbortSignal.timeout(60_000) });
    const text = await response.text();
    note(init?.method ?? 'GET', path, response.status, performance.now() - begin);
    return { status: response.status, text };
  };
  const follow = async (id) => {
    while (performance.now() < until.jobs) {
      const { status, text } = await get(`/api/v1/validate/status?job_id=${id}`);
      if (status !== 200) return jobs.set(id, `status ${status}`);
      const { state } = JSON.parse(text);
      jobs.set(id, state);
      if (ENDED.has(state)) return undefined;
      await sleep(500);
    }
    return undefined;
  };
  const start = async () => {
    const { status, text } = await get('/api/v1/validate/start', { method: 'POST', body: form() });
    if (status === 202) {
      const { job_id: id } = JSON.parse(text);
      jobs.set(id, 'started');
      await follow(id);
    } else if (status === 429) await sleep(1000);
  };
  const compare = async () => {
    const { text } = await get('/api/v1/history/runs?limit=20');
    const runs = [...new Set(JSON.parse(text).records.map(({ run_id: id }) => id))];
    if (runs.length < 2) return;
    const body = JSON.stringify({ base_run: runs[1], head_run: runs[0] });
    await get('/api/v1/compare', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  };
  const ways = [
    () => get('/'),
    () => get('/results/index.html'),
    () => get('/api/v1/profiles'),
    () => get('/api/v1/history/runs'),
    () => get('/readyz'),
    compare,
    start,
  ];
  return async (own) => {
    for (let nth = own; performance.now() < until.calls; nth++) {
      await ways[nth % ways.length]();
      await sleep(100);
    }
  };
}

/**
 * @param {{ url: string, pid: number, callers: number, seconds: number, form: () => FormData, every?: (facts: object) => void }} options
 *   `form`: a form that starts a job; `every`: hears of the memory each ten seconds
 * @returns statuses by method, times in ms, memory samples in MB, and how each job ended
 */
export async function serverLoad({ url, pid, callers, seconds, form, every = () => {} }) {
  const times = [];
  const statuses = new Map();
  const errors = [];
  const memory = [];
  const jobs = new Map();
  const now = performance.now();
  const until = { calls: now + seconds * 1000, jobs: now + (seconds + 300) * 1000 };
  const note = (method, _path, status, ms) => {
    times.push(ms);
    const key = `${method} ${status}`;
    statuses.set(key, (statuses.get(key) ?? 0) + 1);
  };
  const timer = setInterval(() => {
    memory.push(residentMb(pid));
    every({ memory: memory.at(-1), requests: times.length, jobs: jobs.size });
  }, 10_000);
  const one = createCaller({ url, form, until, note, jobs });
  const own = async (nth) => {
    while (performance.now() < until.calls) await one(nth).catch((error) => errors.push(String(error.cause ?? error)));
  };
  await Promise.all(Array.from({ length: callers }, (_, nth) => own(nth)));
  clearInterval(timer);
  return { times, statuses, errors, memory, jobs };
}
