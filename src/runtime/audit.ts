import { join } from 'node:path';
import type { Host } from '../host/host.ts';
import { messageOf } from '../model/errors.ts';
import type { Selection } from './decision.ts';
import type { Probe } from './probe.ts';

export interface AuditEntry {
  /** Who decided; default `cli`. */
  readonly source?: 'cli' | 'api';
  readonly operation: 'select' | 'fetch' | 'execute';
  readonly status: 'pass' | 'none' | 'error';
  readonly selection: Selection;
  readonly probe: Probe;
  /** What else became of it: in the trace. */
  readonly more?: Readonly<Record<string, unknown>>;
  /** Which request it was for, and how that ended: in the stream, too. */
  readonly ended?: Readonly<Record<string, string>>;
}

/** Where a decision was written down, or why it could not be. */
export type Audit =
  | {
      readonly audit: {
        readonly decision_id: string;
        readonly trace_path: string;
        readonly event_stream_path: string;
        readonly event: Readonly<Record<string, unknown>>;
      };
    }
  | { readonly audit_error: string };

/** A stream of more bytes becomes the older one, whose predecessor goes: so the trail ends somewhere on a busy host. */
const MAX_STREAM = 16 * 1024 * 1024;

/** Names of the traces that a stream speaks of. */
async function tracesOf(host: Host, stream: string): Promise<Set<string>> {
  if ((await host.files.stat(stream)) === undefined) return new Set();
  const text = (await host.files.read(stream, 2 * MAX_STREAM)).toString('utf8');
  return new Set([...text.matchAll(/"trace_path":"[^"]*?([^/"]+)"/g)].map(([, name = '']) => name));
}

/** Starts a new stream where this one is long, and removes the traces that none of the two speaks of. */
async function rotate(host: Host, stream: string, traces: string, maxBytes: number): Promise<void> {
  if (((await host.files.stat(stream))?.size ?? 0) < maxBytes) return;
  const older = stream.replace(/\.jsonl$/, '.1.jsonl');
  await host.files.rename(stream, older);
  const kept = await tracesOf(host, older);
  if ((await host.files.stat(traces)) === undefined) return;
  for (const name of await host.files.list(traces))
    if (/^dec_[0-9a-f]{64}-[a-z]+\.json$/.test(name) && !kept.has(name)) await host.files.remove(join(traces, name));
}

function streamOf(workdir: string): string {
  return join(workdir, 'registry', 'runtime_decisions.jsonl');
}

function tracesDir(workdir: string): string {
  return join(workdir, 'runtime-audit', 'decisions');
}

/** Writes down that something was denied before there was a decision. Never throws: the denial stands anyway. */
export async function noteDenial(
  host: Host,
  workdir: string,
  denial: { readonly source: 'cli' | 'api'; readonly operation: 'execute'; readonly code: string },
): Promise<void> {
  const stream = streamOf(workdir);
  const row = { schema_version: 'runtime_decision_event.v0.1', created_at: host.now().toISOString(), status: 'denied' };
  try {
    await host.files.makeDir(join(workdir, 'registry'));
    await using _lock = await host.files.lock(`${stream}.lock`);
    await rotate(host, stream, tracesDir(workdir), MAX_STREAM);
    await host.files.append(stream, `${JSON.stringify({ ...row, ...denial })}\n`);
  } catch {
    // Nothing was done that would have to be known.
  }
}

/**
 * Writes a decision down: a trace with everything it was made of, and a line in the stream. Denials too. Times are here and
 * not in the decision.
 */
export async function writeAudit(
  host: Host,
  workdir: string,
  entry: AuditEntry,
  maxStream = MAX_STREAM,
): Promise<Audit> {
  const { operation, status, selection, probe, source = 'cli', more = {}, ended = {} } = entry;
  const { decision_id: id, artifact_name: name, selected } = selection;
  const created = host.now().toISOString();
  const common = { decision_id: id, created_at: created, source, operation, status, artifact_name: name };
  const dir = tracesDir(workdir);
  const trace = join(dir, `${id}-${operation}.json`);
  const stream = streamOf(workdir);
  const version = selected === undefined ? {} : { selected_version: selected.artifact_version };
  const event = { schema_version: 'runtime_decision_event.v0.1', ...common, ...version, ...ended, trace_path: trace };
  const document = { schema_version: 'runtime_decision_trace.v0.1', ...common, workdir, host_probe: probe, selection };
  try {
    await host.files.makeDir(dir, 0o700);
    await host.files.makeDir(join(workdir, 'registry'));
    await using _lock = await host.files.lock(`${stream}.lock`);
    await rotate(host, stream, dir, maxStream);
    await host.files.writeAtomic(trace, `${JSON.stringify({ ...document, ...more, ...ended }, null, 2)}\n`);
    await host.files.append(stream, `${JSON.stringify(event)}\n`);
  } catch (error) {
    return { audit_error: messageOf(error) };
  }
  return { audit: { decision_id: id, trace_path: trace, event_stream_path: stream, event } };
}
