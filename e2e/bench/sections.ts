import type { Section } from './section.ts';
import { measureBasics } from './sections/basics.ts';
import { measureGrowth } from './sections/growth.ts';
import { measureHeadOfLine } from './sections/head-of-line.ts';
import { measureIdle } from './sections/idle.ts';
import { measureInventory } from './sections/inventory.ts';
import { measureMemory } from './sections/memory.ts';
import { measureReverts } from './sections/revert.ts';
import { measureScale } from './sections/scale.ts';

/**
 * What `npm run bench` measures, in this order. A function that gives all of its measurements at once takes its place as
 * `() => each(measureSomething())`.
 */
export const sections: readonly Section[] = [
  { name: 'basics', title: 'The small things', share: 15, measure: measureBasics },
  { name: 'inventory', title: 'Reading snapshots', share: 160, measure: measureInventory },
  { name: 'revert', title: 'Reverting', share: 60, measure: measureReverts },
  { name: 'head-of-line', title: 'While a long read goes on', share: 45, measure: measureHeadOfLine },
  { name: 'growth', title: 'What grows with what', share: 35, measure: measureGrowth },
  { name: 'idle', title: 'While nobody does anything', share: 85, measure: measureIdle },
  { name: 'memory', title: 'Memory', share: 50, measure: measureMemory },
  { name: 'scale', title: 'Many hosts', share: 45, measure: measureScale },
  // The window: reading, sorting and drawing (e2e/bench/window).
  // The start of the app (e2e/bench/start).
];
