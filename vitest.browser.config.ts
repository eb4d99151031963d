import { defineConfig } from 'vitest/config';

// Needs a browser. One file at a time: a browser takes a core for itself.
export default defineConfig({
  test: { include: ['test/browser/**/*.test.ts'], fileParallelism: false, testTimeout: 90_000 },
});
