import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { globSync } from 'tinyglobby';
import { defineConfig } from 'vitest/config';

const tests = globSync([
  '{shared,renderer,electron}/**/*.test.{ts,tsx}',
  'e2e/{bench,lab,integration,matrix,explore,fuzz,attack,package,sizes}/**/*.test.ts',
]);
/** Have some modules replaced, for whoever shares them. */
const replacing = tests.filter((file) => readFileSync(file, 'utf8').includes('vi.mock('));

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
          name: 'shared',
          // To load the same modules for each file anew takes as long as many of the tests.
          isolate: false,
          include: tests.filter((file) => !replacing.includes(file)),
        },
      },
      { extends: true, test: { name: 'replacing', include: replacing } },
    ],
  },
});
