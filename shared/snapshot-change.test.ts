import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Snapshot, SnapshotChange, type SnapshotList } from './schema.ts';
import { changedList, inParts, snapshotChange } from './snapshot-change.ts';

const snapshot = (name: string, description = ''): Snapshot => ({
  ...{ name, description, parent: null, createdAt: 1, state: 'shutoff', memory: 'none', kind: 'internal', disks: [] },
});
const list = (names: readonly string[], current: string | null = null): SnapshotList => ({
  ...{ snapshots: names.map((name) => snapshot(name)), current },
});
const inOrder = ({ snapshots, current }: SnapshotList) => ({
  ...{ snapshots: [...snapshots].sort((a, b) => (a.name < b.name ? -1 : 1)), current },
});

const anyList = fc
  .uniqueArray(fc.record({ name: fc.constantFrom(...'abcdefgh'), description: fc.constantFrom('', 'x', 'y') }), {
    selector: ({ name }) => name,
  })
  .chain((each) =>
    fc.record({
      snapshots: fc.constant(each.map(({ name, description }) => snapshot(name, description))),
      current: fc.constantFrom(null, ...each.map(({ name }) => name)),
    }),
  );

test('a change makes the one list of the other, over the wire too', () => {
  fc.assert(
    fc.property(fc.option(anyList), anyList, (before, after) => {
      const change = snapshotChange(before, after);
      if (change === null) expect(before && inOrder(before)).toEqual(inOrder(after));
      else {
        const sent = SnapshotChange.parse(JSON.parse(JSON.stringify(change)));
        expect(inOrder(changedList(before, sent))).toEqual(inOrder(after));
      }
    }),
  );
});

test('what did not change is not sent, and stays the very same', () => {
  const before = list(['a', 'b', 'c', 'd']);
  const after = { snapshots: [snapshot('a'), snapshot('b', 'edited'), snapshot('d'), snapshot('e')], current: 'e' };
  const change = snapshotChange(before, after);
  expect(change).toEqual({
    ...{ type: 'some', put: [snapshot('b', 'edited'), snapshot('e')], gone: ['c'], current: 'e' },
  });
  const { snapshots } = changedList(before, change as SnapshotChange);
  expect(snapshots.map(({ name }) => name)).toEqual(['a', 'b', 'd', 'e']);
  expect(snapshots[0]).toBe(before.snapshots[0]);
});

test('another current one is a change, and the same list in another order is none', () => {
  expect(snapshotChange(list(['a', 'b']), list(['a', 'b'], 'a'))).toMatchObject({
    type: 'some',
    put: [],
    current: 'a',
  });
  expect(snapshotChange(list(['a', 'b'], 'a'), list(['b', 'a'], 'a'))).toBeNull();
});

test.each([1, 4_000, 4_001, 12_000])('%s of them come whole, in parts', (count) => {
  const names = Array.from({ length: count }, (_, at) => `s${at}`);
  const [some, other] = [list(['a', 'b', ...names.slice(0, 10)]), list(names, 's0')];
  for (const change of [
    snapshotChange(null, other),
    { ...{ type: 'some', gone: ['a', 'b'] }, put: other.snapshots, current: 's0' },
  ]) {
    const parts = [...inParts(change as SnapshotChange)];
    expect(parts).toHaveLength(Math.ceil(count / 4_000));
    expect(parts.map(({ more }) => more === true)).toEqual(parts.map((_, at) => at < parts.length - 1));
    expect(inOrder(parts.reduce<SnapshotList>(changedList, some))).toEqual(inOrder(other));
  }
});
