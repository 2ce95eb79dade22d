import { defineConfig } from '@playwright/test';

/** Every spec runs in both shells: the `shell` option says which. */
export default defineConfig<{ shell: 'browser' | 'electron' }>({
  testDir: 'e2e',
  testMatch: '*.spec.ts',
  outputDir: 'test-results',
  fullyParallel: false,
  workers: 2,
  timeout: 120_000,
  expect: { timeout: 10_000 },
  use: { actionTimeout: 30_000 },
  forbidOnly: true,
  reporter: [['list'], ['json', { outputFile: process.env.PLAYWRIGHT_JSON ?? 'test-results/results.json' }]],
  projects: [
    { name: 'browser', use: { shell: 'browser' }, testIgnore: 'electron.spec.ts' },
    // The Electron shell listens on no port.
    { name: 'electron', use: { shell: 'electron' }, grepInvert: /@browser/ },
  ],
});
