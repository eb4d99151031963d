const notes = new WeakMap<object, string[]>();

/** Adds a sentence about what happened as well when `error` was thrown; nothing for a thrown value that is no object. */
export function addNote(error: unknown, note: string): void {
  if (typeof error !== 'object' || error === null) return;
  notes.set(error, [...(notes.get(error) ?? []), note]);
}

/** The sentences of an error and of those that caused it, without an end of line. */
export function notesOf(error: unknown): string[] {
  if (typeof error !== 'object' || error === null) return [];
  const { cause } = error as { cause?: unknown };
  return [...new Set([...(cause === error ? [] : notesOf(cause)), ...(notes.get(error) ?? [])])];
}
