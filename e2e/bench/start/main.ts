import { measureStart } from './start.ts';

/* `npx tsx e2e/bench/start/main.ts [rounds]`: medians of what is built, and where they pass their targets. */
const [, , rounds = '15'] = process.argv;
for (const { name, unit, values, target } of await measureStart(Number(rounds))) {
  const sorted = [...values].sort((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const against = target === undefined ? '' : `   ${median <= target ? 'within' : 'OVER'} ${target}`;
  const range = `${sorted[0]?.toFixed(1)} to ${sorted.at(-1)?.toFixed(1)}`;
  console.log(`${name.padEnd(44)} ${median.toFixed(1).padStart(9)} ${unit.padEnd(9)} ${range.padEnd(20)}${against}`);
}
