import { describe, expect, it } from 'vitest';
import { canBuildGenerations, labAvailable } from '../lab/available.ts';
import { generationRoot } from '../lab/generations.ts';
import { explore, replay } from './explore.ts';
import { faults, foundText, replayText } from './report.ts';
import type { Script } from './sequence.ts';
import type { DomainSpec } from './stage.ts';
import type { Step } from './steps.ts';

const host = labAvailable();
const others = canBuildGenerations();
if (!host.ok) console.warn(`Nothing is explored: ${host.reason}`);
else if (!others.ok) console.warn(`Only this machine’s libvirt is explored: ${others.reason}`);

/** The first time, a Debian root is built. */
const timeout = 10 * 60_000;
/** Short sequences of `npm run explore`: the same steps each time, whatever the machine. */
const seeds = { host: [101, 102, 104], '11.3': [111, 112, 113] } as const;

describe.skipIf(!host.ok)('random sequences', () => {
  it.for(Object.keys(seeds) as (keyof typeof seeds)[])(
    'end as Snapkeel said, on %s',
    { timeout },
    async (generation, { skip }) => {
      if (generation !== 'host') {
        if (!others.ok) skip(others.reason);
        await generationRoot(generation, console.log).catch((error: Error) =>
          skip(`it can’t be had: ${error.message}`),
        );
      }
      const until = Number.POSITIVE_INFINITY;
      const options = {
        generation,
        until,
        workers: 1,
        shrinks: false,
        tries: false,
        onLine: console.log,
        onFound: () => {},
      };
      const { found, broken, sequences } = await explore({ ...options, seeds: seeds[generation].values() });
      expect(broken).toEqual([]);
      expect(faults([...found.values()]).map((each) => foundText(generation, each))).toEqual([]);
      expect(sequences).toBe(seeds[generation].length);
    },
  );
});

describe.skipIf(!host.ok)('the oracle', () => {
  const disk = (target: string) => ({ target, device: 'disk', format: 'qcow2', file: `${target}.qcow2` }) as const;
  const domain: DomainSpec = { name: 'web', folder: 'disks', transient: false, pool: 'none', disks: [disk('hda')] };
  const replayed = async (script: Omit<Script, 'domain'>) => {
    for await (const report of replay('host', [{ domain, ...script }])) return { ...report, text: replayText(report) };
    throw new Error('nothing was replayed');
  };

  it('tells a justified refusal from a false one', { timeout: 60_000 }, async () => {
    const create: Step = { by: 'app', do: 'create', name: 'a', mode: 'memory-internal', live: false, without: [] };
    const { tried, findings, text } = await replayed({ steps: [create], tries: true });
    expect(findings, text).toEqual([]);
    expect(tried).toEqual({ codes: ['NO_GUEST_MEMORY'], harm: expect.stringMatching(/memory/) });
  });
});
