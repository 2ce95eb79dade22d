import type { Browser } from '@playwright/test';
import { launchChromium } from '../../shell.ts';
import type { StartedServer } from './server.ts';

/** What is there to be seen before a page is of use. */
export interface Useful {
  readonly selector: string;
  readonly count: number;
}
export interface Paint {
  /** From the start of both the server and the browser, one after the other, milliseconds. */
  readonly startMs: number;
  /** From opening the page alone, milliseconds. */
  readonly pageMs: number;
}

const size = { width: 1320, height: 840 };

/** Starts a server, then a browser with its page, until what is of use has been painted; then ends both. */
export async function paintOf(start: () => Promise<StartedServer>, useful: Useful): Promise<Paint> {
  const began = Date.now();
  const server = await start();
  const browser = await launchChromium();
  try {
    const { openedAt, paintedAt } = await openUntilPainted(browser, server.url, useful);
    return { startMs: paintedAt - began, pageMs: paintedAt - openedAt };
  } finally {
    await browser.close();
    await server.stop();
  }
}

async function openUntilPainted(browser: Browser, url: string, useful: Useful) {
  const window = await browser.newContext({ viewport: size });
  const page = await window.newPage();
  await page.addInitScript({ content: watching(useful) });
  const openedAt = Date.now();
  await page.goto(url, { waitUntil: 'commit' });
  const paintedAt = await page.evaluate(() => (globalThis as unknown as { painted: Promise<number> }).painted);
  return { openedAt, paintedAt };
}

/** For the page, as text: the time of the frame after the one in which everything of use was first there. */
const watching = ({ selector, count }: Useful) => `
  globalThis.painted = new Promise((resolve) => {
    const observer = new MutationObserver(look);
    function look() {
      if (document.querySelectorAll(${JSON.stringify(selector)}).length < ${count}) return;
      observer.disconnect();
      requestAnimationFrame(() => requestAnimationFrame(() => resolve(Date.now())));
    }
    observer.observe(document, { subtree: true, childList: true });
    look();
  });`;
