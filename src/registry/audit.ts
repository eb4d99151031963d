import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import type { Host } from '../host/host.ts';
import { registryPlace } from './places.ts';

const FILE = 'events.jsonl';
const MAX_READ = 1024 * 1024 * 1024;

const optional = z.string().optional();

/** A line of the audit trail, `cloud_registry_audit_event.v0.1`. */
export const AuditEvent = z.object({
  schema_version: z.literal('cloud_registry_audit_event.v0.1'),
  event_id: z.string(),
  created_at: z.string(),
  action: z.string(),
  actor: optional,
  tenant: optional,
  project: optional,
  artifact_name: optional,
  artifact_version: optional,
  status: z.string(),
  message: optional,
  metadata: z.record(z.string(), z.string()).optional(),
});
export type AuditEvent = z.infer<typeof AuditEvent>;

/** When the trail begins a new file: so many bytes, 0 = never; and how many older ones are kept. */
export interface AuditLimits {
  readonly maxBytes: number;
  readonly maxFiles: number;
}

/** `.1` is the newest of the older files. */
async function rotate(host: Host, path: string, { maxBytes, maxFiles }: AuditLimits): Promise<void> {
  if (maxBytes === 0 || ((await host.files.stat(path))?.size ?? 0) < maxBytes) return;
  if (maxFiles === 0) return host.files.remove(path);
  const nth = (n: number): string => (n === 0 ? path : `${path}.${n}`);
  await host.files.remove(nth(maxFiles));
  for (let n = maxFiles - 1; n >= 0; n--)
    if ((await host.files.stat(nth(n))) !== undefined) await host.files.rename(nth(n), nth(n + 1));
}

/** Writes down what somebody did, or was not let do. @throws what cannot be written: an action without a trace is none */
export async function addAuditEvent(
  host: Host,
  workdir: string,
  event: Omit<AuditEvent, 'schema_version' | 'event_id' | 'created_at'>,
  limits: AuditLimits,
): Promise<void> {
  const dir = await registryPlace(host, workdir, 'audit');
  const path = await registryPlace(host, workdir, 'audit', FILE);
  await host.files.makeDir(dir, 0o700);
  await using _lock = await host.files.lock(`${path}.lock`);
  await rotate(host, path, limits);
  const row: AuditEvent = {
    schema_version: 'cloud_registry_audit_event.v0.1',
    event_id: `evt_${randomBytes(12).toString('hex')}`,
    created_at: host.now().toISOString(),
    ...event,
  };
  await host.files.append(path, `${JSON.stringify(row)}\n`);
}

function eventOf(line: string): AuditEvent[] {
  try {
    return [AuditEvent.parse(JSON.parse(line))];
  } catch {
    return [];
  }
}

/** Which events: all of a tenant or project, the newest `limit` of them (0 = all). */
export interface AuditQuery {
  readonly tenant?: string | undefined;
  readonly project?: string | undefined;
  readonly limit: number;
}

/** The newest events of a file, the newest first. Lines of others, of which there may be millions, are not parsed. */
function newestIn(text: string, { tenant = '', project = '', limit }: AuditQuery): AuditEvent[] {
  const mark = tenant === '' ? '' : JSON.stringify(tenant);
  const found: AuditEvent[] = [];
  for (const line of text.split('\n').reverse()) {
    if (limit > 0 && found.length >= limit) break;
    const events = line.includes(mark) ? eventOf(line) : [];
    found.push(...events.filter((one) => (!tenant || one.tenant === tenant) && (!project || one.project === project)));
  }
  return found;
}

/** Events of the trail, its older files too, in the order in which they happened. */
export async function readAuditEvents(host: Host, workdir: string, query: AuditQuery): Promise<AuditEvent[]> {
  const { limit } = query;
  const dir = await registryPlace(host, workdir, 'audit');
  const names = (await host.files.stat(dir)) === undefined ? [] : await host.files.list(dir);
  const nth = (name: string): number => Number(name.slice(FILE.length + 1) || 0);
  const files = names.filter((name) => /^events\.jsonl(?:\.\d{1,6})?$/.test(name)).sort((a, b) => nth(a) - nth(b));
  const found: AuditEvent[][] = [];
  for (const name of files) {
    const left = limit - found.reduce((sum, { length }) => sum + length, 0);
    if (limit > 0 && left === 0) break;
    const path = await registryPlace(host, workdir, 'audit', name);
    const text = (await host.files.read(path, MAX_READ)).toString('utf8');
    found.push(newestIn(text, { ...query, limit: limit > 0 ? left : 0 }));
  }
  return found.flat().reverse();
}
