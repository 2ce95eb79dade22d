import { parseArgs } from 'node:util';
import { LONGEST_WAIT, MOST_MEMORY } from './attack.ts';
import { attacks } from './attacks/all.ts';
import { reportText, tried } from './report.ts';

/*
 * `npm run attack`: hosts, clients and files that mean harm, against the real backend. `--only WORDS` does those whose name
 * holds these words. On Linux alone, whose /proc it is measured with.
 */
const { values } = parseArgs({
  options: { only: { type: 'string', default: '' }, list: { type: 'boolean', default: false } },
});
const wanted = attacks.filter(({ name }) => name.includes(values.only));
if (values.list) for (const { name, does } of wanted) console.log(`${name}: ${does}`);
else {
  const rows = [];
  for (const attack of wanted) {
    const row = await tried(attack);
    rows.push(row);
    console.log(
      `${row.problem === null ? 'held ' : 'FAULT'} ${attack.name}: ${attack.does}\n      ${row.problem ?? row.verdict}`,
    );
    if (row.figures) console.log(`      at most ${row.figures.memory} MB, ${row.figures.worst} ms`);
  }
  console.log(`\n${reportText(rows)}\n\nMemory of at most ${MOST_MEMORY} MB, answers within ${LONGEST_WAIT} ms.`);
  const faults = rows.filter(({ problem }) => problem !== null);
  for (const { attack, problem } of faults) console.log(`FAULT ${attack.name}: ${problem}`);
  process.exitCode = faults.length === 0 ? 0 : 1;
}
process.exit();
