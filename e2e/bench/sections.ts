import type { Section } from './section.ts';
import { measureBasics } from './sections/basics.ts';
import { measureInventory } from './sections/inventory.ts';

/**
 * What `npm run bench` measures, in this order. A function that gives all of its measurements at once takes its place as
 * `() => each(measureSomething())`.
 */
export const sections: readonly Section[] = [
  { name: 'basics', title: 'The small things', measure: measureBasics },
  { name: 'inventory', title: 'Reading snapshots', measure: measureInventory },
  // The window: reading, sorting and drawing (e2e/bench/window).
  // The start of the app (e2e/bench/start).
];
