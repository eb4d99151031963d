/** A part of a list that grows at its newest end, and where the next, older one begins. */
export interface Page<T> {
  readonly records: readonly T[];
  /** Absent at the end of the list. */
  readonly next_cursor?: string;
}

/**
 * Cuts a part out of a list, the newest first. A cursor counts from the oldest record: what is added meanwhile moves
 * nothing.
 * @param cursor that of the part before; absent: the newest
 */
export function pageOf<T>(newestFirst: readonly T[], limit: number, cursor: string | undefined): Page<T> {
  const older = Math.min(cursor === undefined ? newestFirst.length : Number(cursor), newestFirst.length);
  const from = newestFirst.length - older;
  const left = Math.max(0, older - limit);
  return { records: newestFirst.slice(from, from + limit), ...(left > 0 && { next_cursor: String(left) }) };
}
