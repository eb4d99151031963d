/** Time for one object on one kernel, boot included, where no one says another: as it is typed, and in milliseconds. */
export const DEFAULT_TIMEOUT = '180s';
export const DEFAULT_TIMEOUT_MS = 180_000;
/** Guests that run at the same time. */
export const DEFAULT_CONCURRENCY = 2;

/**
 * Programs that an object may have: each failing one is looked into, all in one result. With the steps between them no
 * result ever had room for many more.
 */
export const MAX_PROGRAMS = 2048;
