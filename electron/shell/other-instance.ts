import { get } from 'node:http';
import type { Holder } from '../kept/lock.ts';

/** Whoever runs answers sooner. Milliseconds. */
const ANSWER_MS = 3_000;

/** The address of the page of whoever uses a data directory; null where it has none, or does not answer. */
export function pageOf({ url }: Pick<Holder, 'url'>): Promise<string | null> {
  return new Promise((resolve) => {
    if (url === null) return resolve(null);
    const asked = get(url, { agent: false, timeout: ANSWER_MS }, (response) => {
      response.resume();
      resolve(response.statusCode === 200 ? url : null);
    });
    asked.on('timeout', () => asked.destroy(new Error('no answer')));
    asked.on('error', () => resolve(null));
  });
}
