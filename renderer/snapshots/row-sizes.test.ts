import { expect, it } from 'vitest';
import type { Size, SizeList, SnapshotSizes } from '../../shared/schema.ts';
import { known, unknown } from '../../shared/sizes.ts';
import type { DrawnRow } from '../../shared/tree-drawing.ts';
import { measureId } from '../store/sizes.ts';
import type { KnownSizes } from '../store/store.ts';
import { ownBytes, rowSizes } from './row-sizes.ts';

const MiB = 1024 * 1024;
type Kind = 'internal' | 'external';
type Row = Exclude<DrawnRow, { kind: 'here' }>;

function row(name: string, kind: Kind, childKeys: string[] = []): Row {
  return { kind: 'snapshot', key: name, childKeys, snapshot: { name, kind } } as unknown as Row;
}

function fold(...hidden: Row[]): Row {
  return { kind: 'fold', key: 'fold', hidden } as unknown as Row;
}

function sizes(listed: [string, files: Size | null, memory: Size | null][], measured: [string[], Size][] = []) {
  const snapshots = listed.map(([name, files, memory]) => ({ name, files, memory }));
  const list: SizeList = {
    measuredAt: 1,
    isBusy: false,
    total: { measuredAt: 0, parts: [], notReported: 0 },
    images: [],
    snapshots,
  };
  const of = new Map(measured.map(([names, frees]) => [measureId(names), { frees } as SnapshotSizes]));
  return { key: 'h/d', list, measured: of, measuring: null, wanted: null, failed: null } satisfies KnownSizes;
}
const lines = (of: Row, all: KnownSizes) => rowSizes(of, all)?.lines;

it('shows nothing before anything is known, and while the domain is being changed', () => {
  const all = sizes([['a', null, null]]);
  expect(rowSizes(row('a', 'internal'), null)).toBeNull();
  expect(rowSizes(row('a', 'internal'), { ...all, list: { ...all.list, isBusy: true } })).toBeNull();
});

it('shows memory or files, and what is freed on a leaf alone', () => {
  const all = sizes(
    [
      ['m', null, known(512 * MiB, 'exact')],
      ['x', known(3 * MiB, 'exact'), known(2 * MiB, 'exact')],
    ],
    [[['m'], known(600 * MiB, 'at-least')]],
  );
  expect(lines(row('m', 'internal'), all)).toEqual(['512 MiB', 'frees at least 600 MiB']);
  expect(lines(row('m', 'internal', ['c']), all)).toEqual(['512 MiB']);
  // What an external one frees is its files, at most: that needs no measuring.
  expect(lines(row('x', 'external'), all)).toEqual(['3 MiB', 'frees up to 3 MiB']);
});

it('is not reported where nobody tells, until it was measured', () => {
  const internal = row('a', 'internal', ['b']);
  expect(lines(internal, sizes([['a', null, null]]))).toEqual(['not reported']);
  expect(lines(internal, sizes([['a', null, null]], [[['a'], known(MiB, 'exact')]]))).toEqual(['frees 1 MiB']);
  const dirty = rowSizes(internal, sizes([['a', null, null]], [[['a'], unknown('dirty')]]));
  expect(dirty).toMatchObject({ lines: ['not reported'], why: expect.stringContaining('not closed properly') });
  expect(lines(row('x', 'external'), sizes([['x', unknown('gone'), null]]))).toEqual(['not reported']);
});

it('sums a fold up, and says what all of it frees together', () => {
  const all = sizes(
    [
      ['a', null, known(MiB, 'exact')],
      ['b', known(2 * MiB, 'at-least'), null],
      ['c', null, null],
    ],
    [[['c', 'a', 'b'], known(9 * MiB, 'exact')]],
  );
  const three = fold(row('a', 'internal'), row('b', 'external'), row('c', 'internal'));
  expect(lines(three, all)).toEqual(['at least 3 MiB', 'frees 9 MiB']);
});

it('sorts what is not known behind all else', () => {
  const all = sizes([
    ['a', null, null],
    ['b', known(0, 'exact'), null],
  ]);
  expect([row('a', 'internal'), row('b', 'external')].map((each) => ownBytes(each, all))).toEqual([-1, 0]);
});
