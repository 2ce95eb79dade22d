import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, test as base } from '@playwright/test';
import { App } from './app.ts';
import { canBuildGenerations, labAvailable } from './lab/available.ts';
import { type Lab, startLab } from './lab/lab.ts';
import { chromiumMissing, electronMissing, launchChromium, type ShellName, startShell } from './shell.ts';

interface Fixtures {
  /** Stands for the person's home directory: empty at first. */
  home: string;
  /** Starts the app in the project's shell; it is stopped after the test. */
  start: (...args: string[]) => Promise<App>;
}
interface WorkerFixtures {
  shell: ShellName;
  /** The browser that a worker's specs share, each with a window of its own; none in Electron's shell. */
  windows: Browser | undefined;
  /** The private libvirt that a worker's specs share; each makes guests of its own. */
  lab: Lab;
  /** As `lab`, of the generation whose force rules are those of virsh's guide. */
  oldLab: Lab;
}

export const test = base.extend<Fixtures, WorkerFixtures>({
  shell: ['browser', { option: true, scope: 'worker' }],
  windows: [
    async ({ shell }, use) => {
      const browser = shell === 'browser' && !chromiumMissing() ? await launchChromium() : undefined;
      await use(browser);
      await browser?.close();
    },
    { scope: 'worker' },
  ],
  lab: [
    async ({}, use) => {
      const lab = await startLab();
      await use(lab);
      await lab.stop();
    },
    { scope: 'worker', timeout: 60_000 },
  ],
  oldLab: [
    async ({}, use) => {
      const lab = await startLab({ generation: '7.0', onProgress: (line) => console.log(line) });
      await use(lab);
      await lab.stop();
    },
    { scope: 'worker', timeout: 300_000 },
  ],
  home: async ({}, use) => {
    const home = await mkdtemp(join(tmpdir(), 'snapkeel-home-'));
    await use(home);
    await rm(home, { recursive: true, force: true });
  },
  start: async ({ shell, home, windows: browser }, use, info) => {
    const missing = chromiumMissing() ?? (shell === 'electron' ? electronMissing() : undefined);
    leaveOut(info.title, missing);
    const stops: (() => Promise<void>)[] = [];
    await use(async (...args) => {
      const started = await startShell(shell, { args: ['--data-dir', join(home, 'data'), ...args], home, browser });
      stops.push(() => started.stop());
      return new App(started);
    });
    for (const stop of stops.reverse()) await stop();
  },
});
export { expect } from '@playwright/test';

/** For specs on a real libvirt: left out, and said so, where none can be started. */
export function needsLab(): void {
  test.beforeAll(({}, info) => {
    const available = labAvailable();
    leaveOut(info.title, available.ok ? undefined : available.reason);
  });
}

/** For specs on another generation of libvirt. */
export function needsGenerations(): void {
  test.beforeAll(({}, info) => {
    const available = canBuildGenerations();
    leaveOut(info.title, available.ok ? undefined : available.reason);
  });
}

/** Leaves the present test out and prints why, unless there is no reason to. */
export function leaveOut(title: string, reason: string | undefined): void {
  if (reason === undefined) return;
  console.log(`Left out: ${title}: ${reason}.`);
  test.skip(true, reason);
}
