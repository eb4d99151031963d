import { setTimeout as sleep } from 'node:timers/promises';
import type { selectArtifact } from '../api/runtime-select.ts';
import { codeOf } from '../model/errors.ts';
import { writeAudit } from '../runtime/audit.ts';
import { awaitResult, type QueuedResult, type QueueTimes } from '../runtime/execute-queue.ts';
import type { Services } from './services.ts';

/** How long the agent that took a request is waited for after its caller got 202. It keeps no server from ending. */
export const LATE: QueueTimes = {
  takenMs: Number.POSITIVE_INFINITY,
  doneMs: 15 * 60_000,
  pause: () => sleep(1000, undefined, { ref: false }),
};

/** A request that an agent has, and what was decided about it. */
export interface Taken {
  readonly id: string;
  readonly queue: string;
  /** User of the agent. */
  readonly uid: number | undefined;
  readonly made: Awaited<ReturnType<typeof selectArtifact>>;
  /** What the decision is noted with. */
  readonly more: Readonly<Record<string, unknown>>;
}

/** How a request ended, for the trail: `done` with the status of the load, or a code. */
export function endOf(id: string, response: QueuedResult | string): Readonly<Record<string, string>> {
  if (typeof response === 'string') return { request_id: id, outcome: response };
  if (response.error !== undefined) return { request_id: id, outcome: response.error.code };
  const { status } = (response.result?.['execution'] ?? {}) as { status?: unknown };
  return { request_id: id, outcome: 'done', ...(typeof status === 'string' && { execution_status: status }) };
}

/** Notes how a request ended whose caller could not wait for it. Never throws. */
export async function noteLateResult(taken: Taken, { host, settings, log }: Services, times = LATE): Promise<void> {
  const { id, queue, uid, made, more } = taken;
  let response: QueuedResult | string;
  try {
    response = await awaitResult(host, queue, { id, uid, times });
    if (response === 'pending') response = 'no_result';
  } catch (error) {
    response = codeOf(error) || 'result_invalid';
  }
  const ended = endOf(id, response);
  const status = ended['outcome'] === 'done' ? 'pass' : 'error';
  const selected = { selection: made.selection, probe: made.probe };
  await writeAudit(host, settings.workdir, { source: 'api', operation: 'execute', status, ...selected, more, ended });
  log('info', 'late result of a load check', ended);
}
