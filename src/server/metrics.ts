/** Upper bounds in seconds. */
const BUCKETS = [0.005, 0.025, 0.1, 0.5, 2.5, 10, 60, 300];

/** Routes of the runtime track whose requests are counted by how they ended. */
const COUNTED: Readonly<Record<string, string>> = {
  'runtime/fetch': 'bpfcompat_runtime_fetch_total',
  'runtime/execute': 'bpfcompat_runtime_execute_total',
};

/** How a request to one of them ended. What a load check came to is in its response: it completed, whatever that was. */
function outcomeOf(status: number): string {
  if (status < 300) return status === 202 ? 'pending' : 'completed';
  if (status === 412) return 'none';
  if ([401, 403].includes(status)) return 'denied';
  if (status === 503) return 'unavailable';
  return status < 500 ? 'invalid' : 'error';
}

interface Durations {
  readonly buckets: number[];
  sum: number;
  count: number;
}

/** Counters of the server, in the text format of Prometheus. Labels are routes and states: nothing that a caller chose. */
export interface Metrics {
  request(method: string, route: string, status: number, seconds: number): void;
  transition(state: string): void;
  /** A request to the registry came too often. */
  registryDrop(action: string): void;
  text(jobs: { readonly active: number; readonly queued: number }): string;
}

function labels(parts: Readonly<Record<string, string>>): string {
  return Object.entries(parts)
    .map(([name, value]) => `${name}="${value.replace(/[\\"\n]/g, '_')}"`)
    .join(',');
}

function head(name: string, type: string, help: string): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`];
}

function histogram(name: string, [own, { buckets, sum, count }]: readonly [string, Durations]): string[] {
  return [
    ...BUCKETS.map((bound, index) => `${name}_bucket{${own},le="${bound}"} ${buckets[index] ?? 0}`),
    `${name}_bucket{${own},le="+Inf"} ${count}`,
    `${name}_sum{${own}} ${sum}`,
    `${name}_count{${own}} ${count}`,
  ];
}

export function createMetrics(): Metrics {
  const requests = new Map<string, number>();
  const durations = new Map<string, Durations>();
  const transitions = new Map<string, number>();
  const drops = new Map<string, number>();
  const ends = new Map(Object.values(COUNTED).map((name) => [name, new Map<string, number>()]));
  const add = (map: Map<string, number>, key: string): void => void map.set(key, (map.get(key) ?? 0) + 1);
  return {
    request(method, route, status, seconds) {
      add(requests, labels({ method, route, status: String(status) }));
      const counted = method === 'POST' && ends.get(COUNTED[route.replace(/^\/api\/(?:v1\/)?/, '')] ?? '');
      if (counted) add(counted, labels({ outcome: outcomeOf(status) }));
      const key = labels({ method, route });
      const own = durations.get(key) ?? { buckets: BUCKETS.map(() => 0), sum: 0, count: 0 };
      durations.set(key, own);
      own.sum += seconds;
      own.count++;
      for (const [index, bound] of BUCKETS.entries())
        if (seconds <= bound) own.buckets[index] = (own.buckets[index] ?? 0) + 1;
    },
    transition: (state) => add(transitions, labels({ state })),
    registryDrop: (action) => add(drops, labels({ action })),
    text({ active, queued }) {
      const requestsName = 'bpfcompat_http_requests_total';
      const seconds = 'bpfcompat_http_request_duration_seconds';
      const dropped = 'bpfcompat_registry_rate_limit_drops_total';
      const states = 'bpfcompat_validate_jobs_state_transitions_total';
      return [
        ...head(requestsName, 'counter', 'completed requests'),
        ...[...requests].map(([own, value]) => `${requestsName}{${own}} ${value}`),
        ...head(seconds, 'histogram', 'time until a response was sent'),
        ...[...durations].flatMap((own) => histogram(seconds, own)),
        ...head('bpfcompat_validate_jobs_active', 'gauge', 'jobs that run'),
        `bpfcompat_validate_jobs_active ${active}`,
        ...head('bpfcompat_validate_jobs_queued', 'gauge', 'jobs that wait'),
        `bpfcompat_validate_jobs_queued ${queued}`,
        ...head(states, 'counter', 'changes of the state of a job'),
        ...[...transitions].map(([own, value]) => `${states}{${own}} ${value}`),
        ...[...ends].flatMap(([name, own]) => [
          ...head(name, 'counter', 'requests of the runtime track by how they ended (experimental)'),
          ...[...own].map(([outcome, value]) => `${name}{${outcome}} ${value}`),
        ]),
        ...head(dropped, 'counter', 'requests to the registry that came too often'),
        ...[...drops].map(([own, value]) => `${dropped}{${own}} ${value}`),
        '',
      ].join('\n');
    },
  };
}
