/** A server that sends a byte now and then is not silent and never done: the slowest that is waited for. */
const BYTES_PER_MS = 20;
/** What is larger than most packages is not waited for at that pace: a gigabyte would take 14 hours, an image days. */
const LARGE_BYTES = 64 * 1024 * 1024;
const LARGE_BYTES_PER_MS = 500;
/** While the size is not known, and for a line that is slow for a while. */
const SLOWEST_BYTES_PER_MS = 2;
/** Time to begin. */
const BEGIN_MS = 60_000;
const LOOK_MS = 1000;

/** Milliseconds that so many bytes may take. */
export function longest(bytes: number): number {
  const small = Math.min(bytes, LARGE_BYTES);
  return Math.ceil(small / BYTES_PER_MS + (bytes - small) / LARGE_BYTES_PER_MS);
}

/** Watches how a download comes in. */
interface Pace extends Disposable {
  /** Aborted when it is too slow. */
  readonly signal: AbortSignal;
  /** Whole seconds since it began. */
  seconds(): number;
  /** @param total bytes of the whole; 0 until the server says it */
  onBytes(bytes: number, total: number): void;
}

/**
 * @param limitMs all of it may take this long, however fast it comes; by default what the slowest line needs for `maxBytes`
 * @param beginMs time in which nothing has to come
 */
export function watchPace({
  maxBytes,
  beginMs = BEGIN_MS,
  limitMs = beginMs + longest(maxBytes),
}: {
  readonly maxBytes: number;
  readonly beginMs?: number | undefined;
  readonly limitMs?: number | undefined;
}): Pace {
  const began = performance.now();
  const late = new AbortController();
  let [bytes, total] = [0, 0];
  const look = setInterval(
    () => {
      const taken = performance.now() - began;
      const working = taken - beginMs;
      const tooLong = total > 0 && working > longest(total);
      if (taken >= limitMs || tooLong || bytes < working * SLOWEST_BYTES_PER_MS) late.abort();
    },
    Math.min(LOOK_MS, beginMs / 4, limitMs / 4),
  );
  return {
    signal: late.signal,
    seconds: () => Math.round((performance.now() - began) / 1000),
    onBytes(now, whole) {
      [bytes, total] = [now, whole];
    },
    [Symbol.dispose]: () => clearInterval(look),
  };
}
