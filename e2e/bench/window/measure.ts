import { launchChromium } from '../../shell.ts';
import type { Measurement } from '../measurement.ts';
import { measureDomainList } from './domain-list.ts';
import { measureHistory } from './history.ts';

/**
 * What the window takes for large lists, in a real browser, with the real backend on simulated hosts. It takes a minute
 * and a half.
 * @throws Error where the window is not built, or there is no chromium
 */
export async function measureWindow(): Promise<Measurement[]> {
  const browser = await launchChromium();
  try {
    return [...(await measureDomainList(browser)), ...(await measureHistory(browser))];
  } finally {
    await browser.close();
  }
}
