import { expect, test } from 'vitest';
import type { Measurement } from './measurement.ts';
import { runSections } from './run-sections.ts';
import { type Bench, LeftOut, type Section } from './section.ts';

const value = (name: string): Measurement => ({ name, unit: 'ms', values: [1] });
const section = (name: string, measure: Section['measure'], share = 1): Section => ({
  name,
  title: name,
  share,
  measure,
});

async function* each(values: Promise<readonly Measurement[]>) {
  yield* await values;
}

function bench(lines: string[]): Omit<Bench, 'left'> {
  return { world: () => Promise.reject(new LeftOut('no world')), churnSeconds: 1, say: (line) => lines.push(line) };
}

test('what cannot be measured here is told, what is broken is a failure, and the rest goes on', async () => {
  const lines: string[] = [];
  const { measured, failures } = await runSections(
    [
      section('nowhere', async function* (of) {
        await of.world();
        yield value('never');
      }),
      section('broken', async function* () {
        yield value('before');
        throw new Error('as it must not be');
      }),
      section('fine', () => each(Promise.resolve([value('a'), value('b')]))),
    ],
    bench(lines),
    performance.now() + 60_000,
  );
  expect(lines).toContain('left out: no world');
  expect(failures).toEqual([expect.stringContaining('broken: Error: as it must not be')]);
  expect(measured.map(({ measurements }) => measurements.map(({ name }) => name))).toEqual([
    [],
    ['before'],
    ['a', 'b'],
  ]);
});

test('what does not end is given up when the time is over, and what it has told is kept', async () => {
  const lines: string[] = [];
  const endless = section('endless', async function* () {
    yield value('first');
    await new Promise(() => {});
  });
  const late = section('late', () => each(Promise.reject(new Error('it was begun'))));
  const { measured, failures } = await runSections([endless, late], bench(lines), performance.now() + 200);
  expect(measured[0]?.measurements).toHaveLength(1);
  expect(failures).toEqual([]);
  expect(lines.filter((line) => line.startsWith('left out: '))).toHaveLength(2);
});

test('each has its share of the time, and what those before it have left', async () => {
  const left: number[] = [];
  const telling = async function* (of: Bench) {
    left.push(of.left());
    yield value('told');
  };
  const hour = 3_600_000;
  await runSections([section('a', telling, 1), section('b', telling, 3)], bench([]), performance.now() + hour);
  expect(left.map((each) => Math.round((each / hour) * 4))).toEqual([1, 4]);
});
