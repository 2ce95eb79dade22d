import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { keptIn } from './corpus.ts';
import { asFile, type Finding, type Ran, run, shortened } from './run.ts';
import { allTargets } from './targets/all.ts';

/*
 * `npm run fuzz`: everything that reads what comes from outside, with changed inputs. Each target has as many as it needs,
 * within `--minutes` for all of them; `--seed` begins elsewhere, `--only` names a target, `--replay` reads inputs of `found/`.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    minutes: { type: 'string', default: '4' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
    replay: { type: 'boolean', default: false },
  },
});
const targets = (await allTargets()).filter(({ name }) => name.includes(values.only));
const found: Finding[] = [];

if (values.replay) {
  for (const file of positionals) {
    const { target, input } = keptIn(file);
    await targets.find(({ name }) => name === target)?.read(input);
    console.log(`${file}: as it should be`);
  }
} else {
  const end = Date.now() + Number(values.minutes) * 60_000;
  for (const [index, target] of targets.entries()) {
    const share = (end - Date.now()) / (targets.length - index);
    // What one does not need is for those after it; frames and XML, which come first, need the most.
    const until = Date.now() + Math.max(share, index < 3 ? share * 4 : 0);
    const ran = await run(
      target,
      Number(values.seed) * 1_000_000,
      (units) => units >= target.full || Date.now() > until,
    );
    console.log(lineOf(ran));
    for (const each of ran.findings) found.push({ ...each, input: await shortened(target, each) });
    if (ran.units < target.full) console.log(`  (of ${target.full.toLocaleString('en-GB')}: the time was over)`);
  }
  for (const each of found) {
    const { name, text } = asFile(each);
    writeFileSync(new URL(`./found/${name}`, import.meta.url), text);
    console.log(`\nFOUND ${each.target}, seed ${each.seed}, kept as found/${name}\n${each.error}`);
  }
  console.log(found.length === 0 ? '\nNothing was found.' : `\n${found.length} found.`);
}
process.exit(found.length === 0 ? 0 : 1);

function lineOf({ target, units, refused, longest, findings }: Ran): string {
  const number = (value: number) => value.toLocaleString('en-GB');
  return `${target.name}: ${number(units)} ${target.unit}, ${number(refused)} of them refused, the longest ${longest.ms.toFixed(1)} ms (seed ${longest.seed})${findings.length > 0 ? `, ${findings.length} FOUND` : ''}`;
}
