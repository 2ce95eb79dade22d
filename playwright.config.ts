import { defineConfig } from '@playwright/test';

/**
 * What a window shows is the same markup in both shells, so that most specs run in one: the browser. `@both` marks a smoke
 * of each main job, and what stands on the shell itself: files handed over, ciphers, the page's policy, programs that are
 * started, the end of the process. `@electron` marks what only that shell has.
 */
export default defineConfig<{ shell: 'browser' | 'electron' }>({
  testDir: 'e2e',
  testMatch: '*.spec.ts',
  outputDir: 'test-results',
  fullyParallel: false,
  workers: 4,
  // No limit is meant to be reached, on a busy machine either.
  timeout: 240_000,
  // Fonts are not drawn alike by all versions of a browser; what is moved, missing or of another colour is more than that.
  expect: { timeout: 30_000, toHaveScreenshot: { maxDiffPixelRatio: 0.01, threshold: 0.25, animations: 'disabled' } },
  snapshotPathTemplate: '{testDir}/pictures/{arg}{ext}',
  use: { actionTimeout: 60_000 },
  forbidOnly: true,
  reporter: [['list'], ['json', { outputFile: process.env.PLAYWRIGHT_JSON ?? 'test-results/results.json' }]],
  projects: [
    { name: 'browser', use: { shell: 'browser' }, grepInvert: /@electron/ },
    { name: 'electron', use: { shell: 'electron' }, grep: /@electron|@both/ },
  ],
});
