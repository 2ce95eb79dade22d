import { expect, it } from 'vitest';
import { Random } from '../explore/random.ts';
import { corpus } from './corpus.ts';
import { run, shortened } from './run.ts';
import { Broken, holds, type Target, taken } from './target.ts';
import { allTargets } from './targets/all.ts';

const targets = await allTargets();
const named = targets.map((target) => [target.name, target] as const);

it.each(corpus())('what was found is as it should be: $file, $about', async ({ target: name, input }) => {
  const target = targets.find((each) => each.name === name);
  expect(target).toBeDefined();
  await target?.read(input);
});

it.each(named)('%s', async (_, target) => {
  const ran = await run(target, 7_000_000, (units) => units >= target.full / 200, false);
  expect(ran.findings.map(({ seed, error }) => `seed ${seed}: ${error}`)).toEqual([]);
  // What reads nothing, or refuses everything, would find nothing.
  expect(ran.units).toBeGreaterThan(ran.refused);
});

it.each(named)('%s: a seed always has the same input', (_, target) => {
  const [one, two] = [target.draw(new Random(5)), target.draw(new Random(5))];
  expect(one).toEqual(two);
  expect(target.draw(new Random(6))).not.toEqual(one);
});

it('what breaks something is found, and made short', async () => {
  const brittle: Target = {
    name: 'brittle',
    unit: 'texts',
    full: 1,
    draw: (random) => `${'x'.repeat(random.below(40))}${random.pick(['a', 'b'])}${'y'.repeat(random.below(40))}`,
    read(input) {
      holds(!input.includes('a'), 'there is no a');
      return taken;
    },
  };
  const { findings } = await run(brittle, 1, (units) => units >= 20, false);
  expect(findings).toMatchObject([{ target: 'brittle', error: expect.stringContaining(Broken.name) }]);
  expect(await shortened(brittle, findings[0] as (typeof findings)[number])).toBe('a');
});
