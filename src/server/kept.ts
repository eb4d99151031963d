/** What was read and stays in memory: at most so many, and the least recently used goes first. */
export interface Kept<T> {
  get(key: string): T | undefined;
  set(key: string, value: T): void;
}

export function createKept<T>(most: number): Kept<T> {
  const known = new Map<string, T>();
  const set = (key: string, value: T): void => {
    known.delete(key);
    known.set(key, value);
    const [oldest] = known.keys();
    if (known.size > most && oldest !== undefined) known.delete(oldest);
  };
  return {
    set,
    get(key) {
      const value = known.get(key);
      if (value !== undefined) set(key, value);
      return value;
    },
  };
}
