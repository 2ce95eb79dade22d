import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // To start a program copies the page tables of whoever starts it: 58 ms of a process of 1 GB, as that of all threads is.
    pool: 'forks',
    // The long ones wait for libvirt and its guests more than for a processor.
    maxWorkers: Math.max(4, availableParallelism()),
    // Real daemons and programs take their time on a busy machine: no limit is meant to be reached.
    testTimeout: 60_000,
    expect: { poll: { timeout: 30_000 } },
    // The labs of other generations may have to be built first.
    hookTimeout: 300_000,
    // Sheets are read as text alone.
    css: { include: /\?raw$/ },
    projects: [
      {
        extends: true,
        test: {
          name: 'pure',
          // Nothing here keeps anything: to load the same modules for each file anew takes as long as all of the tests.
          isolate: false,
          include: ['shared/**/*.test.ts', 'renderer/**/*.test.{ts,tsx}'],
        },
      },
      {
        extends: true,
        test: {
          name: 'real',
          include: [
            'electron/**/*.test.ts',
            'e2e/{bench,lab,integration,matrix,explore,fuzz,attack,package,sizes}/**/*.test.ts',
          ],
        },
      },
    ],
  },
});
