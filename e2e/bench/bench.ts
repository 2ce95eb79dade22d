import { readFile, writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { type CommandLine, parseCommandLine } from './command-line.ts';
import { verdictOf } from './measurement.ts';
import { markdownOf, summaryOf, withTables } from './report.ts';
import { runSections } from './run-sections.ts';
import type { Bench } from './section.ts';
import { sections } from './sections.ts';
import { World } from './world/world.ts';

/*
 * `npm run bench`: how fast Snapkeel is beside others that do the same, all on the same libvirtd in the same run
 * (docs/performance.md). `npm run bench -- inventory` runs one section. What is slow misses its target and fails nothing.
 */
const usage = `usage: npm run bench [-- ${sections.map(({ name }) => name).join(' | ')} …] [--json FILE] [--markdown FILE] [--churn SECONDS]`;
/** All of it ends within ten minutes, the end itself included. */
const LONGEST_MS = 9.5 * 60_000;
/** How long hosts change where all sections run, and where that one alone was asked for. Seconds. */
const CHURN = { all: 10, alone: 60 };

const endsAt = performance.now() + LONGEST_MS;
let asked: CommandLine | undefined;
try {
  asked = parseCommandLine(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
}
const unknown = asked?.sections.filter((each) => !sections.some(({ name }) => name === each)) ?? [];
if (!asked || unknown.length > 0) {
  console.error(usage);
  process.exit(2);
}
process.exit(await main(asked));

/** @returns with which code the process ends */
async function main({ sections: names, json, markdown, churnSeconds }: CommandLine): Promise<number> {
  let world: Promise<World> | undefined;
  const say = (line: string) => console.log(line);
  const bench: Omit<Bench, 'left'> = {
    world: () => (world ??= World.start(say)),
    churnSeconds: churnSeconds ?? (names.length > 0 ? CHURN.alone : CHURN.all),
    say,
  };
  const wanted = sections.filter(({ name }) => names.length === 0 || names.includes(name));
  const { measured, failures } = await runSections(wanted, bench, endsAt);
  const started = await world?.catch(() => undefined);
  const machine = machineText(started?.lab.version);
  await started?.stop();
  const verdicts = measured.flatMap(({ measurements }) => measurements.map(verdictOf));
  if (json) await writeFile(json, `${JSON.stringify(verdicts, null, 2)}\n`);
  if (markdown) {
    const document = await readFile(markdown, 'utf8').catch(() => '');
    await writeFile(markdown, withTables(document, markdownOf(measured, machine)));
  }
  for (const failure of failures) console.error(`\n${failure}`);
  console.log(`\n${machine}\n${summaryOf(verdicts)}`);
  return failures.length > 0 ? 1 : 0;
}

function machineText(libvirt: string | undefined): string {
  const [cpu] = cpus();
  const gigabytes = Math.round(totalmem() / 2 ** 30);
  const processor = `${cpu?.model.trim() ?? 'a processor'}, ${cpus().length} cores, ${gigabytes} GB of memory`;
  return `Measured on ${processor}, Node.js ${process.versions.node}${libvirt ? `, libvirt ${libvirt}` : ''}.`;
}
