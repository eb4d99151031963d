/** Files that are written at the same time: each takes several calls of the file system, and most of them only wait. */
export const WRITES_AT_ONCE = 8;

/**
 * Does work for each item, for some at the same time. What was begun is done when it ends; nothing new begins after an error.
 * @param count at least 1
 * @returns the results in the order of the items
 * @throws the first error
 */
export async function atOnce<T, R>(
  count: number,
  items: readonly T[],
  work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const errors: unknown[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length && errors.length === 0) {
      const index = next++;
      try {
        results[index] = await work(items[index] as T, index);
      } catch (error) {
        errors.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(count, items.length) }, worker));
  if (errors.length > 0) throw errors[0];
  return results;
}
