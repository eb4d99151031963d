import { defineConfig } from 'vitest/config';

// Real guests: one file at a time, because the two cores belong to QEMU.
export default defineConfig({
  test: {
    include: ['test/e2e/**/*.test.ts'],
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 600_000,
  },
});
