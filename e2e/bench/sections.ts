import { chromiumMissing } from '../shell.ts';
import type { Measurement } from './measurement.ts';
import { LeftOut, type Section } from './section.ts';
import { measureBasics } from './sections/basics.ts';
import { measureGrowth } from './sections/growth.ts';
import { measureHeadOfLine } from './sections/head-of-line.ts';
import { measureIdle } from './sections/idle.ts';
import { measureInventory } from './sections/inventory.ts';
import { measureMemory } from './sections/memory.ts';
import { measureReverts } from './sections/revert.ts';
import { measureScale } from './sections/scale.ts';
import { measureSizes } from './sections/sizes.ts';
import { measureStart } from './start/start.ts';
import { measureWindow } from './window/measure.ts';

/** What `npm run bench` measures, in this order. */
export const sections: readonly Section[] = [
  { name: 'basics', title: 'The small things', share: 15, measure: measureBasics },
  { name: 'inventory', title: 'Reading snapshots', share: 140, measure: measureInventory },
  { name: 'revert', title: 'Reverting', share: 50, measure: measureReverts },
  { name: 'head-of-line', title: 'While a long read goes on', share: 40, measure: measureHeadOfLine },
  { name: 'sizes', title: 'Sizes that libvirt does not tell', share: 30, measure: measureSizes },
  { name: 'growth', title: 'What grows with what', share: 35, measure: measureGrowth },
  { name: 'idle', title: 'While nobody does anything', share: 65, measure: measureIdle },
  { name: 'memory', title: 'Memory', share: 40, measure: measureMemory },
  { name: 'scale', title: 'Many hosts', share: 45, measure: measureScale },
  { name: 'window', title: 'The window', share: 85, measure: () => inChromium(measureWindow) },
  { name: 'start', title: 'The start', share: 35, measure: () => inChromium(() => measureStart(9)) },
];

async function* inChromium(measure: () => Promise<readonly Measurement[]>): AsyncGenerator<Measurement> {
  const missing = chromiumMissing();
  if (missing) throw new LeftOut(missing);
  yield* await measure();
}
