import type { Page } from '@playwright/test';

/** When all pictures are taken: what is told of times is then the same in each of them. */
const pictured = Date.parse('2026-11-26T12:14:00Z');
/** How much later it is in the window: what the demo host says has happened before then. Milliseconds. */
const LATER_MS = 30_000;

/** Has this process, in which the demo host runs, go on from that time. @returns ends it */
export function shiftClock(): () => void {
  const now = Date.now;
  const shift = pictured - now();
  Date.now = () => now() + shift;
  return () => {
    Date.now = now;
  };
}

/** Has the page stand still at that time; its timers go on. To be called before it is opened, or it is opened again. */
export async function stopClock(page: Page): Promise<void> {
  await page.clock.setFixedTime(pictured + LATER_MS);
}
