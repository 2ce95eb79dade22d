import type { Measurement } from '../measurement.ts';
import { measureWindow } from './measure.ts';

/* `npx tsx e2e/bench/window/main.ts`, after `npm run build`: prints medians with the least and the most, asserts nothing. */
for (const measurement of await measureWindow()) console.log(line(measurement));

function line({ name, unit, values, target }: Measurement): string {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => (sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN).toFixed(1).padStart(7);
  const aim = target === undefined ? '' : `   at most ${target.toFixed(0)}`;
  return `${name.padEnd(64)} ${at(0.5)} ${unit.padEnd(2)}  ${at(0)} – ${at(1)}${aim}`;
}
