import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { canBuildGenerations, labAvailable } from '../lab/available.ts';
import { type Generation, generationRoot } from '../lab/generations.ts';
import { replay } from './explore.ts';
import { faults, replayText } from './report.ts';
import type { Script } from './sequence.ts';

/** What `npm run explore` found, made as short as can be: each was contradicted by libvirt when it was written down. */
type Found = Script & { readonly about: string; readonly generation: Generation };
const folder = new URL('./found/', import.meta.url);
const files = readdirSync(folder).sort();
const all = files.map((file) => ({ file, found: JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Found }));
const generations = [...new Set(all.map(({ found }) => found.generation))];

const host = labAvailable();
const others = canBuildGenerations();
if (!host.ok) console.warn(`Sequences that were found are left out: ${host.reason}`);

describe.skipIf(!host.ok)('sequences that were found', () => {
  it.for(generations)('end as Snapkeel says, on %s', { timeout: 10 * 60_000 }, async (generation, { skip }) => {
    if (!others.ok) skip(others.reason);
    await generationRoot(generation, console.log).catch((error: Error) => skip(`it can’t be had: ${error.message}`));
    const wanted = all.filter(({ found }) => found.generation === generation);
    const reports = replay(
      generation,
      wanted.map(({ found }) => found),
    );
    let count = 0;
    for await (const report of reports) {
      const { file, found } = wanted[count++] ?? {};
      expect(faults(report.findings), `${file}: ${found?.about}\n${replayText(report)}`).toEqual([]);
    }
    expect(count).toBe(wanted.length);
  });
});
