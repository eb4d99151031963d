import { defineConfig } from 'vitest/config';

// Needs schemathesis, which scripts/setup.sh installs. Against a server of its own, in a bounded time.
export default defineConfig({
  test: { include: ['test/fuzz/**/*.test.ts'], fileParallelism: false, testTimeout: 180_000 },
});
