/** Time for one object on one kernel, boot included, where nobody says another: as it is typed, and in milliseconds. */
export const DEFAULT_TIMEOUT = '180s';
export const DEFAULT_TIMEOUT_MS = 180_000;
/** Guests that run at the same time. */
export const DEFAULT_CONCURRENCY = 2;
