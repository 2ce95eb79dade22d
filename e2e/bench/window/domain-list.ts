import type { Browser } from '@playwright/test';
import type { Measurement } from '../measurement.ts';
import { openStand, type Stand } from './stand.ts';
import { manyDomains } from './worlds.ts';

const rounds = 15;
const letters = ['w', 'we', 'web', 'web-', 'web-1', 'web-12', 'web-1', 'web-', 'we', 'w', ''];

/** The list of domains, of one large host and of many: from an event to the pixel, and typing in its filter. */
export async function measureDomainList(browser: Browser): Promise<Measurement[]> {
  const large = await openStand(browser, [manyDomains(10_000, 1)]);
  try {
    const events = await eventToPixel(large, '10,000 domains on one host');
    return [...events, ...(await typing(large)), ...(await ofManyHosts(browser))];
  } finally {
    await large.close();
  }
}

async function ofManyHosts(browser: Browser): Promise<Measurement[]> {
  const worlds = Array.from({ length: 200 }, (_, host) => manyDomains(50, host + 1));
  const many = await openStand(browser, worlds);
  try {
    return await eventToPixel(many, '200 hosts of 50 domains');
  } finally {
    await many.close();
  }
}

/** A domain in view is paused, and goes on. */
async function eventToPixel({ page, hosts: [host] }: Stand, of: string): Promise<Measurement[]> {
  const running = page.getByRole('treeitem').filter({ hasText: 'running, 0 snapshots' });
  const name = await running.nth(3).locator('bdi').innerText();
  const fromMessage: number[] = [];
  const fromEvent: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const [change, word] = round % 2 === 0 ? (['suspend', 'paused'] as const) : (['resume', 'running'] as const);
    await page.evaluate(watchFor, { name, word });
    const begun = performance.timeOrigin + performance.now();
    host?.hands[change](name);
    const { took, at } = await page.evaluate(() => window.seen);
    fromMessage.push(took);
    fromEvent.push(at - begun);
    // Frames come every 16 ms: each round begins at another moment of one.
    await page.waitForTimeout(60 + 7 * round);
  }
  return [
    { name: `libvirt’s event → pixel, ${of}`, unit: 'ms', values: fromEvent, target: 50 },
    { name: `message in the window → pixel, ${of}`, unit: 'ms', values: fromMessage, target: 50 },
  ];
}

/** In the page. */
function watchFor({ name, word }: { name: string; word: string }): void {
  const rows = [...document.querySelectorAll('[role=treeitem]')];
  const row = rows.find((each) => each.querySelector('bdi')?.textContent === name);
  window.seen = window.probe
    .sinceMessage(() => row?.textContent?.includes(`${word},`))
    .then((took) => ({ took, at: performance.timeOrigin + performance.now() }));
}

async function typing({ page }: Stand): Promise<Measurement[]> {
  const work: number[] = [];
  const painted: number[] = [];
  for (const text of letters) {
    const took = await page.evaluate((text) => window.probe.type('#domain-filter', text), text);
    work.push(took.work);
    painted.push(took.painted);
    await page.waitForTimeout(80);
  }
  return [
    { name: 'a letter in the filter of 10,000 domains: work', unit: 'ms', values: work, target: 16 },
    { name: 'a letter in the filter of 10,000 domains → paint', unit: 'ms', values: painted },
  ];
}

declare global {
  interface Window {
    seen: Promise<{ took: number; at: number }>;
  }
}
