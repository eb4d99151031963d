/** What a guest gets at most, whatever a profile says: it may come with a pull request. */
export const MAX_MEMORY_MB = 4096;
export const MAX_CPUS = 4;
