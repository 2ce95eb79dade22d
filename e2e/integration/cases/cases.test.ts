import { afterAll, describe, expect, test } from 'vitest';
import { type Availability, canBuildGenerations, isRoot, labAvailable } from '../../lab/available.ts';
import { type Generation, startLab } from '../../lab/lab.ts';
import { type Connected, connectTo } from '../connected.ts';
import { deviceCases } from './devices.ts';
import type { FieldCase } from './field-case.ts';
import { fileCases } from './files.ts';
import { layerCases } from './layers.ts';
import { nameCases } from './names.ts';
import { stateCases } from './state.ts';
import { storedCases } from './stored.ts';
import { Trial } from './trial.ts';

/*
 * What happened to people, tried on real libvirts: what Snapkeel says before, what libvirt does, and what is found
 * afterwards. `SNAPKEEL_CASES_ON=host,11.3,12.8,7.0` runs all cases there; by default each runs where it tells most.
 */
const wanted = process.env.SNAPKEEL_CASES_ON?.split(',') as Generation[] | undefined;
const only = process.env.SNAPKEEL_CASES?.split(',');
const cases: readonly FieldCase[] = [
  ...nameCases,
  ...storedCases,
  ...fileCases,
  ...layerCases,
  ...stateCases,
  ...deviceCases,
];

const places = new Map<Generation, Promise<Connected>>();
const place = (generation: Generation) => {
  const open = places.get(generation) ?? startLab({ generation }).then(connectTo);
  places.set(generation, open);
  return open;
};
async function close({ session, lab }: Connected): Promise<void> {
  await session.disconnect();
  await lab.stop();
}
afterAll(async () => {
  for (const open of places.values()) await close(await open);
});

/** A plain user's labs have session daemons. */
function availabilityOf({ generation, system }: FieldCase & { readonly generation: Generation }): Availability {
  if (generation !== 'host') return canBuildGenerations();
  return system && !isRoot() ? { ok: false, reason: 'a session daemon refuses its configuration' } : labAvailable();
}

const rows = cases
  .filter(({ name }) => only === undefined || only.includes(name))
  .flatMap((each) =>
    (wanted ? each.on.filter((generation) => wanted.includes(generation)) : each.short).map((generation) => ({
      ...each,
      generation,
      title: `${each.name} on ${generation}`,
    })),
  );
if (wanted === undefined)
  console.log(
    'Left out: cases from the field where they tell less; SNAPKEEL_CASES_ON=host,11.3,12.8,7.0 runs all of them.',
  );

describe('cases from the field', () => {
  for (const row of rows) {
    const { generation, title } = row;
    const available = availabilityOf(row);
    if (!available.ok) console.log(`Left out: ${title}: ${available.reason}.`);
    test.skipIf(!available.ok).concurrent(title, { timeout: 240_000 }, async ({ expect }) => {
      const at = row.alone ? await connectTo(await startLab({ generation })) : await place(generation);
      const trial = new Trial(at, expect, row.name);
      try {
        await row.run(trial);
      } finally {
        await (row.alone ? close(at) : trial.end());
      }
    });
  }

  test('have names of their own, and run where they apply', () => {
    expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
    for (const { on, short } of cases) expect(on).toEqual(expect.arrayContaining([...short]));
  });
});
