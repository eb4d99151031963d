import { defineConfig } from 'vitest/config';

// Whole systems from disk images that are made here when they are missing: minutes where guests are emulated.
export default defineConfig({
  test: {
    include: ['test/images/**/*.test.ts'],
    globalSetup: ['test/images/setup.ts'],
    fileParallelism: false,
    testTimeout: 70 * 60_000,
    hookTimeout: 30 * 60_000,
  },
});
