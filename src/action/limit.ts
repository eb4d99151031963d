/** What a service did not do in time. */
export class TooSlow extends Error {}

/**
 * The work, or TooSlow after `ms`. The work itself goes on where it cannot be stopped; what comes of it then is no one's
 * concern, and the end of the process ends it.
 */
export async function within<T>(ms: number, what: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TooSlow(`${what} timed out after ${Math.round(ms / 1000)} s`)), ms);
  });
  work.catch(() => {});
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
