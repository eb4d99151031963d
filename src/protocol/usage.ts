import type { Stage } from '../model/evidence.ts';
import { HEADER_BYTES, MAX_REQUEST_BYTES, MAX_STAGE_FRAMES } from './frames.ts';
import { MAX_JSON_VALUES } from './json.ts';
import { STAGE_LIMITS } from './stage-limits.ts';

/** JSON values of all frames of one request. */
export const MAX_REQUEST_VALUES = 5 * MAX_JSON_VALUES;

/** What a guest has said since the request. Grows in place: one per request, never shared. */
export interface Usage {
  bytes: number;
  values: number;
  stageFrames: number;
  readonly kinds: Map<Stage['stage'], { frames: number; bytes: number }>;
}

export function noUsage(): Usage {
  return { bytes: 0, values: 0, stageFrames: 0, kinds: new Map() };
}

/** Counts a frame before it is parsed. @returns the words of the limit that it breaks */
export function countFrame(usage: Usage, name: string, payloadBytes: number): string | undefined {
  usage.bytes += HEADER_BYTES + payloadBytes;
  if (usage.bytes > MAX_REQUEST_BYTES) return `more than ${MAX_REQUEST_BYTES} bytes for one request`;
  if (name === 'stage' && ++usage.stageFrames > MAX_STAGE_FRAMES) {
    return `more than ${MAX_STAGE_FRAMES} stages for one request`;
  }
  return undefined;
}

/** Counts what a frame was parsed to. @returns the words of the limit that it breaks */
export function countValues(usage: Usage, values: number): string | undefined {
  usage.values += values;
  return usage.values > MAX_REQUEST_VALUES ? `more than ${MAX_REQUEST_VALUES} JSON values for one request` : undefined;
}

/** Counts a stage by its kind. @returns the words of the limit that it breaks */
export function countStage(usage: Usage, kind: Stage['stage'], payloadBytes: number): string | undefined {
  const count = usage.kinds.get(kind) ?? { frames: 0, bytes: 0 };
  usage.kinds.set(kind, count);
  const limit = STAGE_LIMITS[kind];
  count.frames++;
  count.bytes += payloadBytes;
  if (limit.frames !== undefined && count.frames > limit.frames) {
    return `more than ${limit.frames} ${kind} stages for one request`;
  }
  return count.bytes > limit.bytes ? `${kind} stages of more than ${limit.bytes} bytes for one request` : undefined;
}
