import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    pool: 'threads',
    // Real daemons and programs take their time on a busy machine.
    testTimeout: 20_000,
    // The labs of other generations may have to be built first.
    hookTimeout: 300_000,
    include: [
      'shared/**/*.test.ts',
      'electron/**/*.test.ts',
      'renderer/**/*.test.{ts,tsx}',
      'e2e/{lab,integration,matrix}/**/*.test.ts',
    ],
  },
});
