/** A part of a list that grows at its newest end, and where the next, older one begins. */
export interface Page<T> {
  readonly records: readonly T[];
  /** Absent at the end of the list. */
  readonly next_cursor?: string;
}

/**
 * Where a part of a list lies, counted from its oldest record. A cursor counts from there too: what is added meanwhile
 * moves nothing.
 * @param cursor that of the part before; absent: the newest
 */
export function partOf(
  total: number,
  limit: number,
  cursor: string | undefined,
): { readonly from: number; readonly most: number; readonly next: Pick<Page<never>, 'next_cursor'> } {
  const older = Math.min(cursor === undefined ? total : Number(cursor), total);
  const from = Math.max(0, older - limit);
  return { from, most: older - from, next: from > 0 ? { next_cursor: String(from) } : {} };
}
