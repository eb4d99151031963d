import { join } from 'node:path';
import type { Host } from '../host/host.ts';
import { messageOf } from '../model/errors.ts';
import { addEvent, rotateStream, streamOf, tracesDir } from './audit-stream.ts';
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
    await rotateStream(host, workdir);
    await addEvent(host, stream, { ...row, ...denial });
  } catch {
    // Nothing was done that would have to be known.
  }
}

/**
 * Writes a decision down: a trace with everything it was made of, and a line in the stream. Denials too. Times are here and
 * not in the decision.
 */
export async function writeAudit(host: Host, workdir: string, entry: AuditEntry): Promise<Audit> {
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
    await rotateStream(host, workdir);
    await host.files.writeAtomic(trace, `${JSON.stringify({ ...document, ...more, ...ended }, null, 2)}\n`);
    await addEvent(host, stream, event);
  } catch (error) {
    return { audit_error: messageOf(error) };
  }
  return { audit: { decision_id: id, trace_path: trace, event_stream_path: stream, event } };
}
