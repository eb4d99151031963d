import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/e2e/**', 'test/browser/**', 'test/images/**', 'test/fuzz/**'],
    testTimeout: 20_000,
    expect: { poll: { timeout: 10_000 } },
    // Modules are read once per worker and not once per file: half of the time went into that. A test that changes what
    // others see (environment, timers, umask) puts it back.
    isolate: false,
  },
});
