import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { canBuildGenerations, labAvailable } from '../lab/available.ts';
import { type Generation, generations } from '../lab/generations.ts';
import { explore, replay } from './explore.ts';
import { faults, foundText, replayText, summaryText } from './report.ts';
import type { Script } from './sequence.ts';

/*
 * `npm run explore -- --minutes N`: random sequences of operations on small domains against real libvirts, N minutes on
 * each. `--replay FILE` does one again that was found.
 */
const usage = `usage: npm run explore -- --minutes N [--sequences N] [--seed S] [--generation ${generations.join('|')}] [--workers N] [--no-shrink]
       npm run explore -- --only SEED-OF-ONE-SEQUENCE [--generation ...]
       npm run explore -- --replay FILE...`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    minutes: { type: 'string' },
    sequences: { type: 'string' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
    generation: { type: 'string', multiple: true },
    workers: { type: 'string', default: '6' },
    'no-shrink': { type: 'boolean', default: false },
    replay: { type: 'string', multiple: true },
  },
});
const wanted = (values.generation ?? ['9.0', '11.3', '12.8']) as Generation[];
const [minutes, sequences, seed, workers] = [
  values.minutes ?? '20',
  values.sequences ?? '1000000',
  values.seed,
  values.workers,
].map(Number);
const problem = [labAvailable(), canBuildGenerations()].find((each) => !each.ok);

if (problem && !problem.ok) {
  console.error(`Nothing can be explored here: ${problem.reason}`);
  process.exitCode = 1;
} else if (values.replay !== undefined) {
  await replayFiles([...values.replay, ...positionals]);
} else if (
  wanted.some((each) => !(generations as readonly string[]).includes(each)) ||
  !minutes ||
  !sequences ||
  !workers
) {
  console.error(usage);
  process.exitCode = 2;
} else {
  for (const generation of wanted) await run(generation, minutes, sequences, seed ?? 1, workers);
}

async function run(generation: Generation, minutes: number, sequences: number, seed: number, workers: number) {
  const summary = await explore({
    generation,
    seeds: values.only === undefined ? seedsFrom(seed, sequences) : [Number(values.only)].values(),
    until: Date.now() + minutes * 60_000,
    workers,
    shrinks: !values['no-shrink'],
    tries: true,
    onLine: (line) => console.log(`${generation}: ${line}`),
    onFound: (found) => console.log(`\n${foundText(generation, found)}`),
  });
  console.log(`\n${summaryText(summary)}`);
  if (faults([...summary.found.values()]).length > 0 || summary.broken.length > 0) process.exitCode = 1;
}

async function replayFiles(files: readonly string[]): Promise<void> {
  for (const file of files) {
    const { generation, ...script } = JSON.parse(await readFile(file, 'utf8')) as Script & { generation: Generation };
    for await (const report of replay(generation, [script])) {
      const found = faults(report.findings).length > 0;
      console.log(`${found ? 'FOUND' : 'as said'}: ${file}, libvirt ${generation}\n${replayText(report)}`);
      if (found) process.exitCode = 1;
    }
  }
}

/** Each sequence has a seed of its own, so that it can be had without those before it. */
function* seedsFrom(seed: number, count: number): Generator<number> {
  for (let n = 0; n < count; n++) yield seed * 1_000_000 + n;
}
