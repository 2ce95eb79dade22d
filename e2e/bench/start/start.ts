import type { Measurement } from '../measurement.ts';
import { type Paint, paintOf } from './paint.ts';
import { startBare, startServe } from './server.ts';
import { startSimulatedHost } from './simulated-host.ts';
import { measureSizes } from './sizes.ts';

const DOMAINS = 200;
/** How many rows of the list fill a window. */
const ROWS = 20;
/** How much longer than an empty window the app may take. */
const MOST_TIMES = 1.5;

/**
 * What a start takes: sizes, until the browser shell listens, and until a window with the domains of a host is painted,
 * beside an empty one. Of what is built; the two windows take turns.
 */
export async function measureStart(rounds = 15): Promise<Measurement[]> {
  return [...measureSizes(), await measureListening(rounds), ...(await measurePaint(rounds))];
}

async function measureListening(rounds: number): Promise<Measurement> {
  const values: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const server = await startServe();
    values.push(server.listeningMs);
    await server.stop();
  }
  return { name: 'the browser shell listens', unit: 'ms', values };
}

async function measurePaint(rounds: number): Promise<Measurement[]> {
  const host = await startSimulatedHost(DOMAINS);
  const app: Paint[] = [];
  const empty: Paint[] = [];
  try {
    for (let round = 0; round < rounds; round++) {
      empty.push(await paintOf(startBare, { selector: 'p', count: 1 }));
      app.push(await paintOf(() => startServe('--connect', host.uri), { selector: '[role=treeitem]', count: ROWS }));
    }
  } finally {
    await host.stop();
  }
  const times = app.map(({ startMs }, round) => startMs / (empty[round]?.startMs ?? Number.NaN));
  return [
    { name: `start to ${DOMAINS} domains painted`, unit: 'ms', values: app.map(({ startMs }) => startMs) },
    { name: 'start to an empty window painted', unit: 'ms', values: empty.map(({ startMs }) => startMs) },
    { name: 'start, times that of an empty window', unit: '×', values: times, target: MOST_TIMES },
    { name: `page opened to ${DOMAINS} domains painted`, unit: 'ms', values: app.map(({ pageMs }) => pageMs) },
    { name: 'page opened to an empty window painted', unit: 'ms', values: empty.map(({ pageMs }) => pageMs) },
  ];
}
