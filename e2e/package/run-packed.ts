import { join } from 'node:path';
import { _electron } from '@playwright/test';
import { expect } from 'vitest';
import { root } from '../../packaging/project.ts';
import { electronMissing } from '../shell.ts';

/** The runtime that runs what is packed on one that only looks like it. */
export const runtime = join(
  process.env.ELECTRON_OVERRIDE_DIST_PATH ?? join(root, 'node_modules/electron/dist'),
  'electron',
);

/** Says what is left out for want of it, and is true then: for `skipIf`. */
export function cannotRun(leftOut: string): boolean {
  const missing = electronMissing();
  if (missing) console.log(`Left out: ${leftOut}, since ${missing}.`);
  return missing !== undefined;
}

/**
 * Starts a packed app with a link to a domain of the demo host, sees that domain’s snapshots, and ends it.
 * @param executable what a person would start
 * @param runs the runtime’s path, as the executable sees it
 * @param home a folder for what the app keeps, as the executable sees it
 * @returns the path of what ran
 */
export async function showsDemo(executable: string, runs: string, home: string): Promise<string> {
  const link = 'snapkeel://open?host=qemu%3A%2F%2F%2Fsystem&domain=db-primary';
  const app = await _electron.launch({
    executablePath: executable,
    args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), '--demo', '--data-dir', join(home, 'data'), link],
    cwd: '/',
    env: { ...(process.env as Record<string, string>), ...runtimeEnv(), STUB_RUNS: runs, HOME: home },
  });
  try {
    const page = await app.firstWindow();
    await page.getByRole('row').filter({ hasText: 'current' }).first().waitFor();
    expect(await page.getByRole('heading', { name: 'db-primary' }).count()).toBe(1);
    return await app.evaluate(({ app: electron }) => electron.getAppPath());
  } finally {
    await app.close();
  }
}

/** `NAME=value` pairs, apart by commas: a runtime may need to be told that what it runs is a package. */
function runtimeEnv(): Record<string, string> {
  const pairs = (process.env.SNAPKEEL_PACKAGED_ENV ?? '').split(',').filter((pair) => pair.includes('='));
  return Object.fromEntries(pairs.map((pair) => pair.split('=') as [string, string]));
}
