import type { FastifyRequest } from 'fastify';
import type { ProjectName } from '../registry/places.ts';
import type { Caller } from './access.ts';
import { ApiError } from './problem.ts';
import { isInReach } from './registry-access.ts';
import type { Services } from './services.ts';

interface Window {
  readonly until: number;
  count: number;
}

interface Counted {
  readonly action: string;
  readonly on: ProjectName;
}

const MAX_WINDOWS = 10_000;

/** What is counted together. A name that is not the caller's to use begins no window of its own: there is no end of names. */
function windowOf(request: FastifyRequest, caller: Caller, { action, on }: Counted): string {
  if (caller.kind !== 'registry') return JSON.stringify([action, `address ${request.ip}`]);
  const own = [action, `token ${caller.subject}`];
  const isOwn = isInReach(caller, { tenant: on.tenant, project: on.project || undefined });
  return JSON.stringify(isOwn ? [...own, on.tenant, on.project] : own);
}

const windows = new WeakMap<Services, Map<string, Window>>();

/** Counts a request of a caller. @throws ApiError 429 for one that comes too often */
export function checkRate(request: FastifyRequest, caller: Caller, counted: Counted, services: Services): void {
  const { registryRequests: most, registryWindow: seconds } = services.settings.env;
  if (most === 0) return;
  const known = windows.get(services) ?? new Map<string, Window>();
  windows.set(services, known);
  const now = services.host.monotonicMs();
  const key = windowOf(request, caller, counted);
  const before = known.get(key);
  const own = before !== undefined && before.until > now ? before : { until: now + seconds * 1000, count: 0 };
  known.delete(key);
  known.set(key, own);
  own.count++;
  const [oldest] = known.keys();
  if (known.size > MAX_WINDOWS && oldest !== undefined) known.delete(oldest);
  if (own.count <= most) return;
  services.metrics.registryDrop(counted.action);
  const retryAfter = Math.ceil((own.until - now) / 1000);
  throw new ApiError(429, 'rate_limited', 'too many requests of this kind to the registry', { retryAfter });
}
