import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { imagesOf } from '../../libvirt/disks.ts';
import { assessDelete } from './assess.ts';
import { chain, deleteFacts, type History, type Row, running } from './fixtures.ts';
import { deleteStaleness } from './staleness.ts';
import { deleteSteps } from './steps.ts';
import { virshDelete } from './virsh.ts';

const steps = (history: History, names: string[], mode: Parameters<typeof assessDelete>[2]) =>
  deleteSteps(deleteFacts(history), names, mode).map(({ name, flags }) => `${name} ${flags}`);

describe('calls', () => {
  const tree: Row[] = [...chain('internal', 'root', 'a', 'b'), { name: 'c', parent: 'root' }];
  it('go one by one, leaves first, and never with libvirt’s flags for children', () => {
    const outside: Row[] = [...chain('external', 'root', 'a', 'b')];
    for (const rows of [outside, chain('internal', 'root', 'a', 'b')]) {
      expect(steps({ rows }, ['root'], 'with-children')).toEqual(['b 0', 'a 0', 'root 0']);
      expect(steps({ rows }, ['root'], 'children-only')).toEqual(['b 0', 'a 0']);
    }
    expect(steps({ rows: tree }, ['c'], 'children-only')).toEqual([]);
    expect(steps({ rows: tree }, ['root', 'b', 'a'], 'this')).toEqual(['b 0', 'a 0', 'root 0']);
    expect(steps({ rows: tree }, ['a', 'b'], 'metadata-only')).toEqual(['b 2', 'a 2']);
    expect(steps({ rows: tree }, ['a', 'c'], 'with-children')[0]).toBe('b 0');
    expect(steps({ rows: tree }, ['a', 'gone'], 'this')).toEqual(['a 0']);
  });
});

describe('effects', () => {
  const rows = chain('external', 'a', 'b', 'c');
  it('children and “current” go to the parent', () => {
    const { moves, current } = assessDelete(deleteFacts({ rows }), ['b'], 'this');
    expect({ moves, current }).toEqual({ moves: [{ name: 'c', to: 'a' }], current: 'c' });
    expect(assessDelete(deleteFacts({ rows }), ['c'], 'this')).toMatchObject({ moves: [], current: 'b' });
    expect(assessDelete(deleteFacts({ rows }), ['a'], 'this').moves).toEqual([{ name: 'b', to: null }]);
    expect(assessDelete(deleteFacts({ rows }), ['a', 'b', 'c'], 'this')).toMatchObject({ moves: [], current: null });
  });

  it('what is written to is committed for a leaf, else what the child was taken in', () => {
    const merge = (from: string, into: string, active: boolean) => [{ target: 'vda', from, into, active }];
    const merges = (name: string) => assessDelete(deleteFacts({ rows }), [name], 'this').merges;
    expect(merges('c')).toEqual(merge('/i/c', '/i/b', true));
    expect(merges('b')).toEqual(merge('/i/b', '/i/a', false));
    expect(merges('a')).toEqual(merge('/i/a', '/i/base', false));
  });

  it('a merge after a merge goes into what is left', () => {
    const { merges, blockers } = assessDelete(deleteFacts({ rows }), ['a', 'c', 'b'], 'this');
    expect(blockers).toEqual([]);
    expect(merges.map(({ from, into }) => `${from} ${into}`)).toEqual(['/i/c /i/b', '/i/b /i/a', '/i/a /i/base']);
  });

  it('a leaf of another branch loses its image, and nothing is merged', () => {
    const branched: Row[] = [...rows, { name: 'd', kind: 'external', parent: 'a' }];
    const { merges, unlinks, blockers } = assessDelete(deleteFacts({ rows: branched }), ['c'], 'this');
    expect({ merges, unlinks, blockers }).toEqual({ merges: [], unlinks: ['/i/b'], blockers: [] });
  });

  it('metadata alone leaves every image as it is', () => {
    const { merges, unlinks, goes } = assessDelete(deleteFacts({ rows }), ['b'], 'metadata-only');
    expect({ merges, unlinks, goes }).toEqual({ merges: [], unlinks: [], goes: ['b'] });
  });
});

it.each([
  ['external', 500],
  ['internal', 5_000],
] as const)('a deep chain of %s ones is no deeper recursion', { timeout: 240_000 }, (kind, length) => {
  const names = Array.from({ length }, (_, index) => `s${index}`);
  const many = deleteFacts({ rows: chain(kind, ...names) });
  // A chain as deep as that is not told in full by every snapshot.
  const snapshots = many.snapshots.map(({ stored, ...each }) => ({
    ...each,
    stored: { ...stored, config: stored.config.map((disk) => ({ ...disk, below: disk.below.slice(0, 1) })) },
  }));
  const { goes, steps: calls } = assessDelete({ ...many, snapshots }, ['s0'], 'with-children');
  expect(goes.length).toBe(length);
  expect(calls.length).toBe(length);
});

/** Trees in which each snapshot hangs from an earlier one or is a root, with a current one. */
const trees = (kinds: readonly ('internal' | 'external')[]) =>
  fc
    .record({
      parents: fc.array(fc.nat(100), { minLength: 1, maxLength: 9 }),
      kind: fc.constantFrom(...kinds),
      at: fc.nat(100),
      picked: fc.array(fc.nat(100), { minLength: 1, maxLength: 4 }),
      mode: fc.constantFrom('this', 'with-children', 'children-only', 'metadata-only'),
    })
    .map(({ parents, kind, at, picked, mode }) => {
      const nth = (n: number) => `s${n % parents.length}`;
      const rows = parents.map((n, i): Row => {
        const above = n % (i + 1);
        return { name: `s${i}`, kind, parent: above === 0 ? null : `s${above - 1}` };
      });
      return { facts: deleteFacts({ rows, current: nth(at) }), names: [...new Set(picked.map(nth))], mode };
    });

describe('any tree', () => {
  it('comes out as when each snapshot is taken out by hand', () => {
    fc.assert(
      fc.property(trees(['internal', 'external']), ({ facts, names, mode }) => {
        const { goes, moves, current } = assessDelete(facts, names, mode);
        const parents = new Map(facts.snapshots.map(({ name, parent }) => [name, parent]));
        const isBelow = (name: string) => {
          for (let up = parents.get(name) ?? null; up !== null; up = parents.get(up) ?? null)
            if (names.includes(up)) return true;
          return false;
        };
        const wanted = {
          this: (name: string) => names.includes(name),
          'metadata-only': (name: string) => names.includes(name),
          'with-children': (name: string) => names.includes(name) || isBelow(name),
          'children-only': (name: string) => !names.includes(name) && isBelow(name),
        }[mode];
        const gone = [...parents.keys()].filter(wanted);
        expect([...goes].sort()).toEqual(gone.sort());
        const heir = (name: string | null): string | null =>
          name !== null && gone.includes(name) ? heir(parents.get(name) ?? null) : name;
        const moved = new Map(moves.map(({ name, to }) => [name, to]));
        for (const [name, parent] of parents)
          if (!gone.includes(name)) expect(moved.has(name) ? moved.get(name) : parent).toBe(heir(parent));
        expect(current).toBe(heir(facts.current));
      }),
    );
  });

  it('keeps every state that stays, where nothing is in the way', () => {
    fc.assert(
      fc.property(trees(['external']), ({ facts, names, mode }) => {
        const { effects, goes, blockers } = assessDelete(facts, names, mode);
        if (blockers.length > 0) return;
        const under = new Map<string, string | null>();
        for (const [top, ...below] of [
          imagesOf(facts.domain.disks),
          ...facts.snapshots.map(({ stored }) => imagesOf(stored.config)),
        ].flatMap((images) => images.map((image) => [image.path, ...image.below.map(({ path }) => path)])))
          for (const [index, path] of [top as string, ...below].entries()) under.set(path, below[index] ?? null);
        const holds = new Map([...under.keys()].map((path) => [path, new Set([path])]));
        const now = new Map<string, string>(); // what an image is called since it was merged
        const content = (path: string) => {
          const all = new Set<string>();
          for (let at: string | null = now.get(path) ?? path; at !== null; at = under.get(at) ?? null) {
            if (!holds.has(at)) return 'lost';
            for (const each of holds.get(at) ?? []) all.add(each);
          }
          return [...all].sort().join();
        };
        const kept = [
          facts.domain.disks[0]?.image?.path ?? '',
          ...facts.snapshots
            .filter(({ name }) => !goes.includes(name))
            .map(({ stored }) => stored.config[0]?.image?.path ?? ''),
        ];
        const before = kept.map(content);
        for (const { merges, unlinks } of effects) {
          for (const { from, into } of merges) {
            expect(under.get(from)).toBe(into);
            for (const each of holds.get(from) ?? []) holds.get(into)?.add(each);
            holds.delete(from);
            for (const [over, below] of under) if (below === from) under.set(over, into);
            for (const path of kept) if ((now.get(path) ?? path) === from) now.set(path, into);
          }
          for (const path of unlinks) holds.delete(path);
        }
        expect(kept.map(content)).toEqual(before);
      }),
      { numRuns: 300 },
    );
  });
});

describe('staleness', () => {
  const read = deleteFacts({ rows: chain('external', 'a', 'b', 'c') });
  it('is silent while all is as it was', () => expect(deleteStaleness(read, read, ['b'], 'this')).toEqual([]));
  it.each([
    ['a snapshot is gone', { rows: chain('external', 'a', 'c') }, 'The snapshot “b” no longer exists.'],
    [
      'another is current',
      { rows: chain('external', 'a', 'b', 'c'), current: 'b' },
      'The current snapshot is “b” now; it was “c”.',
    ],
    ['more would go', { rows: chain('external', 'a', 'b', 'c', 'd'), current: 'c' }, '“d” would now be deleted too.'],
    [
      'it was started',
      { rows: chain('external', 'a', 'b', 'c'), domain: running },
      'The domain is running now; it was shut off.',
    ],
  ] satisfies [string, History, string][])('%s', (_, history, sentence) => {
    expect(deleteStaleness(read, deleteFacts(history), ['b'], 'with-children')).toContain(sentence);
  });
});

describe('virsh', () => {
  it('has a line for each call, and quotes', () => {
    const target = { uri: 'qemu+ssh://lab/system', domain: '-web' };
    const call = (name: string, flags: number) => ({ name, flags });
    expect(virshDelete(target, [call('-x', 0), call("it's", 0), call('b', 2)])).toEqual([
      'virsh -c qemu+ssh://lab/system snapshot-delete --domain=-web --snapshotname=-x',
      `virsh -c qemu+ssh://lab/system snapshot-delete --domain=-web 'it'\\''s'`,
      'virsh -c qemu+ssh://lab/system snapshot-delete --domain=-web b --metadata',
    ]);
    expect(virshDelete({ uri: null, domain: 'web' }, [call('a', 0)])).toEqual(['virsh snapshot-delete web a']);
  });
});
