import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    pool: 'threads',
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
