import { randomBytes } from 'node:crypto';

/** `YYYYMMDDTHHMMSSZ-` and six hex digits. */
function makeRunId(now: Date, random: Uint8Array): string {
  const stamp = now
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replace(/[-:]/g, '');
  return `${stamp}-${Buffer.from(random.subarray(0, 3)).toString('hex')}`;
}

/** Run ids that differ although the runs begin in the same second. */
export function distinctRunIds(count: number, startedAt: Date): string[] {
  const ids = new Set<string>();
  while (ids.size < count) ids.add(makeRunId(startedAt, randomBytes(3)));
  return [...ids];
}

/** RFC 3339 in UTC with whole seconds. */
export function timestamp(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, 'Z');
}
