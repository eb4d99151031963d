import { Stage } from '../model/evidence.ts';
import { sanitizeStrings, sanitizeText } from '../model/sanitize.ts';
import type { Frame } from './frames.ts';
import { parseGuestJson } from './json.ts';

/** Names of frames that hold JSON of a result. */
export type ResultName = 'stage' | 'document';

/**
 * What a frame of a result holds, or why it must not be used. No other frame and no session decides about it, so that
 * another thread can read it; `session.ts` says whether it is legal now. A document has no stage.
 */
export type ReadFrame =
  | { readonly ok: true; readonly values: number; readonly stage: Stage | undefined }
  | { readonly ok: false; readonly reason: string };

/** Reads one frame. Never throws. */
export function readFrame(name: ResultName, payload: Frame['payload'] | Uint8Array): ReadFrame {
  const parsed = parseGuestJson(payload);
  if (!parsed.ok) return { ok: false, reason: `${name} is ${parsed.reason}` };
  if (name === 'document') return { ok: true, values: parsed.values, stage: undefined };
  const checked = Stage.safeParse(parsed.value);
  if (!checked.success) return { ok: false, reason: `stage does not fit its schema (${issue(checked.error)})` };
  return { ok: true, values: parsed.values, stage: sanitizeStrings(checked.data) };
}

/** The first complaint of a schema, without the guest's own words beyond a short path. */
export function issue(error: {
  readonly issues: readonly { readonly path: PropertyKey[]; readonly message: string }[];
}): string {
  const first = error.issues[0];
  if (first === undefined) return 'unknown';
  const path = first.path.map(String).join('.').slice(0, 80);
  return sanitizeText(`${path === '' ? 'value' : path}: ${first.message}`).slice(0, 200);
}
