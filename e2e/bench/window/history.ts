import type { Browser, Page } from '@playwright/test';
import type { Measurement } from '../measurement.ts';
import { serveBareList } from './bare/serve.ts';
import { openPage, openStand } from './stand.ts';
import { deepDomain, type Shape, shapes } from './worlds.ts';

const grid = '[role=treegrid]';
const shapeNames = Object.keys(shapes) as Shape[];
const openings = 3;
const turns = 3;
const presses = 30;
const frames = 120;
const stepPx = 66;
/** Frames come 60 times a second; one that is later than this was missed. */
const lateMs = 20;
/** The list of snapshots is the long one among messages. */
const listBytes = 20_000;
const letters = ['w', 'we', 'web', 'web-', 'web-1', 'web-', 'we', 'w', '', 'state:running', ''];

/** The history of a domain with many snapshots: opening, the arrows, scrolling and the filter, beside a bare list. */
export async function measureHistory(browser: Browser): Promise<Measurement[]> {
  const stand = await openStand(browser, [
    [
      ...shapeNames.map((shape, at) => deepDomain(shape, shape, 5_000, at + 1)),
      deepDomain('large', 'bush', 10_000, shapeNames.length + 1),
    ],
  ]);
  const bare = await serveBareList();
  try {
    const opened = await opening(stand.page);
    const other = await openPage(browser, bare.url);
    await other.locator(`${grid} [data-index]`).first().waitFor();
    const compared = await beside(stand.page, other);
    await other.context().close();
    return [...opened, ...compared, ...(await typing(stand.page))];
  } finally {
    await stand.close();
    await bare.close();
  }
}

async function opening(page: Page): Promise<Measurement[]> {
  const values = new Map(shapeNames.map((shape) => [shape, [] as number[]]));
  // In turn: what was open last is kept, and would be there at once.
  for (let round = 0; round < openings; round++)
    for (const [shape, took] of values) took.push(await open(page, shape, 5_000));
  return [...values].map(([shape, values]) => ({
    name: `5,000 snapshots, ${shape}: message → rows on the screen`,
    unit: 'ms',
    values,
    target: 150,
  }));
}

/** Milliseconds from the list of snapshots to its rows. */
async function open(page: Page, name: string, snapshots: number): Promise<number> {
  await page.getByRole('treeitem', { name: /This computer/ }).click();
  await page.getByRole('treegrid', { name: /^Snapshots of/ }).waitFor({ state: 'detached' });
  await page.evaluate(
    ({ row, least }) => {
      window.opened = window.probe.sinceMessage(() => document.querySelector(row), least);
    },
    // The head is a row, and so is where the domain is.
    { row: `${grid}[aria-rowcount="${snapshots + 2}"] [data-index]`, least: listBytes },
  );
  await page.getByRole('treeitem', { name }).click();
  const took = await page.evaluate(() => window.opened);
  await page.waitForTimeout(300);
  return took;
}

/** The app and a bare list in turn, so that what else the machine does is the same for both. */
async function beside(app: Page, bare: Page): Promise<Measurement[]> {
  const keys = { app: [] as number[], bare: [] as number[] };
  const late = { app: [] as number[], bare: [] as number[] };
  for (let turn = 0; turn < turns; turn++) {
    for (const [who, page] of [
      ['bare', bare],
      ['app', app],
    ] as const) {
      await toTop(page);
      keys[who].push(...(await press(page)));
      late[who].push(await lateFrames(page));
    }
  }
  const size = '5,000 rows';
  const scrolled = { name: `late frames while scrolling, ${size}`, unit: '%' };
  return [
    { name: `key → paint, a bare list of ${size}`, unit: 'ms', values: keys.bare },
    { name: `key → paint, history of ${size}`, unit: 'ms', values: keys.app, target: 2 * median(keys.bare) },
    { ...scrolled, name: `${scrolled.name} of a bare list`, values: late.bare },
    { ...scrolled, name: `${scrolled.name} of a history`, values: late.app, target: median(late.bare) + 10 },
  ];
}

async function toTop(page: Page): Promise<void> {
  await page.bringToFront();
  await page.evaluate((grid) => document.querySelector(grid)?.scrollTo(0, 0), grid);
  await page.waitForTimeout(200);
  await page.locator(`${grid} [data-index="0"]`).click();
  await page.waitForTimeout(200);
}

/** The first rows are in view, the later ones are scrolled to. */
async function press(page: Page): Promise<number[]> {
  await page.evaluate(() => window.probe.keys.splice(0));
  for (let count = 0; count < presses; count++) {
    await page.keyboard.press('ArrowDown');
    await page.waitForTimeout(20 + (count % 7));
  }
  await page.waitForTimeout(200);
  return page.evaluate(() => window.probe.keys);
}

async function lateFrames(page: Page): Promise<number> {
  const how = { grid, stepPx, frames };
  const spans = await page.evaluate((how) => window.probe.scroll(how.grid, how.stepPx, how.frames), how);
  return (100 * spans.filter((span) => span > lateMs).length) / spans.length;
}

async function typing(page: Page): Promise<Measurement[]> {
  await open(page, 'large', 10_000);
  const work: number[] = [];
  const painted: number[] = [];
  for (const text of letters) {
    const took = await page.evaluate((text) => window.probe.type('#snapshot-filter', text), text);
    work.push(took.work);
    painted.push(took.painted);
    await page.waitForTimeout(120);
  }
  return [
    { name: 'a letter in the filter of 10,000 snapshots: work', unit: 'ms', values: work, target: 16 },
    { name: 'a letter in the filter of 10,000 snapshots → paint', unit: 'ms', values: painted },
  ];
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? Number.NaN;
}

declare global {
  interface Window {
    opened: Promise<number>;
  }
}
