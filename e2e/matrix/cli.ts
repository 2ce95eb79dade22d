import { canBuildGenerations, labAvailable } from '../lab/available.ts';
import { generations } from '../lab/generations.ts';
import type { MatrixCase } from './kinds.ts';
import { agreed, disagreements, ruleCounts, table } from './report.ts';
import { runGeneration, type Track } from './run.ts';
import { scenes } from './scenes/index.ts';

/*
 * `npm run matrix`: every revert that can be built, predicted by the rules and then really done, on each generation of
 * libvirt and its test driver. `npm run matrix -- 9.0 12.8` runs only these, `npm run matrix -- 12.8 branch ext-two` only
 * these guests there.
 */
const AT_A_TIME = 2;
const asked = process.argv.slice(2);
const guests = asked.filter((each) => each in scenes || each === 'test');
const versions = asked.filter((each) => !guests.includes(each));
const wanted = generations.filter((generation) => versions.length === 0 || versions.includes(generation));
const chosen = guests.length === 0 ? undefined : ({ guest }: MatrixCase) => guests.includes(guest);
const problem = [labAvailable(), canBuildGenerations()].find((each) => !each.ok);

if (problem && !problem.ok) {
  console.error(`The matrix cannot run here: ${problem.reason}`);
  process.exitCode = 1;
} else if (wanted.length < versions.length) {
  console.error(`usage: npm run matrix [-- ${generations.join(' ')}] [a guest …]`);
  process.exitCode = 2;
} else {
  await main();
}

async function main(): Promise<void> {
  const started = Date.now();
  const tracks = new Map<string, Track[]>();
  const waiting = [...wanted];
  const worker = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift())
      tracks.set(next, await runGeneration(next, chosen, (line) => console.log(line)));
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
  const all = wanted.flatMap((generation) => tracks.get(generation) ?? []);
  const results = all.flatMap((track) => track.results);
  const count = results.filter(agreed).length;

  console.log(`\n${table(all)}\n`);
  console.log('“not run” rows would crash the daemon: they agree when the rules block them.');
  console.log(`Rules that spoke: ${ruleCounts(all)}.`);
  console.log(`${((Date.now() - started) / 60_000).toFixed(1)} minutes.\n`);
  for (const text of disagreements(all)) console.log(`${text}\n`);
  console.log(`matrix: ${count} of ${results.length} cases agreed`);
  if (count < results.length) process.exitCode = 1;
}
