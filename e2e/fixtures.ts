import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, test as base } from '@playwright/test';
import { type DemoPace, demoPace } from '../electron/backend.ts';
import { App } from './app.ts';
import { type Availability, canBuildGenerations, labAvailable } from './lab/available.ts';
import type { Lab } from './lab/lab.ts';
import { Labs } from './labs.ts';
import { chromiumMissing, electronMissing, launchHeadless, type ShellName, startShell } from './shell.ts';

export type Pace = { -readonly [key in keyof DemoPace]: DemoPace[key] };

interface Fixtures {
  /** Stands for the person's home directory: empty at first. */
  home: string;
  /** Starts the app in the project's shell; it is stopped after the test. */
  start: (...args: string[]) => Promise<App>;
  /** The one of this machine's libvirt; the test is left out where there is none. */
  lab: Lab;
  /** As `lab`, of the generation whose force rules are those of virsh's guide. */
  oldLab: Lab;
  /**
   * How long things take on the demo host, for a test to change at any time: what is to be cancelled goes on until it is.
   * In the browser shell alone. Milliseconds.
   */
  pace: Pace;
  /** Nothing that a test made in a lab is left for the next one. */
  nothingLeft: undefined;
}
interface WorkerFixtures {
  shell: ShellName;
  /** The browser that a worker's specs share, each with a window of its own; none in Electron's shell. */
  windows: Browser | undefined;
  /** The private libvirts that a worker's specs share, by generation. */
  labs: Labs;
}

export const test = base.extend<Fixtures, WorkerFixtures>({
  shell: ['browser', { option: true, scope: 'worker' }],
  windows: [
    async ({ shell }, use) => {
      const browser = shell === 'browser' && !chromiumMissing() ? await launchHeadless() : undefined;
      await use(browser);
      await browser?.close();
    },
    { scope: 'worker' },
  ],
  labs: [
    async ({}, use) => {
      const labs = new Labs();
      await use(labs);
      await labs.stop();
    },
    { scope: 'worker', timeout: 60_000 },
  ],
  lab: async ({ labs }, use, info) => {
    leaveOut(info.title, labAvailable());
    await use(await labs.get());
  },
  oldLab: [
    async ({ labs }, use, info) => {
      leaveOut(info.title, canBuildGenerations());
      await use(await labs.get('7.0'));
    },
    { timeout: 300_000 },
  ],
  nothingLeft: [
    async ({ labs }, use) => {
      await use(undefined);
      await labs.clear();
    },
    { auto: true },
  ],
  home: async ({}, use) => {
    const home = await mkdtemp(join(tmpdir(), 'snapkeel-home-'));
    await use(home);
    await rm(home, { recursive: true, force: true });
  },
  pace: async ({}, use) => use({ ...demoPace }),
  start: async ({ shell, home, pace, windows: browser, nothingLeft: _ }, use, info) => {
    const missing = chromiumMissing() ?? (shell === 'electron' ? electronMissing() : undefined);
    leaveOut(info.title, missing);
    const stops: (() => Promise<void>)[] = [];
    await use(async (...args) => {
      const started = await startShell(shell, {
        args: [...args, '--data-dir', join(home, 'data')],
        home,
        pace,
        browser,
      });
      stops.push(() => started.stop());
      return new App(started);
    });
    for (const stop of stops.reverse()) await stop();
  },
});
export { expect } from '@playwright/test';

/** Longer than any test, for `pace`. */
export const forEver = 3_600_000;

/** Runs in both shells: see playwright.config.ts. */
export const both = { tag: '@both' } as const;

/** For specs on a real libvirt: left out, and said so, where none can be started. */
export function needsLab(): void {
  test.beforeAll(({}, info) => {
    leaveOut(info.title, labAvailable());
  });
}

/** For specs on another generation of libvirt. */
export function needsGenerations(): void {
  test.beforeAll(({}, info) => {
    leaveOut(info.title, canBuildGenerations());
  });
}

/** Leaves the present test out and prints why, unless it can be run or there is no reason not to. */
export function leaveOut(title: string, problem: Availability | string | undefined): void {
  const reason = typeof problem === 'object' ? (problem.ok ? undefined : problem.reason) : problem;
  if (reason === undefined) return;
  console.log(`Left out: ${title}: ${reason}.`);
  test.skip(true, reason);
}
