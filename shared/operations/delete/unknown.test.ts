import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { DeleteFacts, ImageFact } from '../../schema.ts';
import { assessDelete } from './assess.ts';
import { chain, deleteFacts, running } from './fixtures.ts';

/** A fact that is made unknown, and the deletions for which it matters. */
interface Unknown {
  readonly what: string;
  readonly forget: (facts: DeleteFacts) => DeleteFacts;
  readonly matters: (deletion: Deletion) => boolean;
}
interface Deletion {
  readonly kind: 'internal' | 'external';
  readonly isOn: boolean;
  readonly name: 'a' | 'b' | 'c';
}

const domain = (change: Partial<DeleteFacts['domain']>) => (facts: DeleteFacts) => ({
  ...facts,
  domain: { ...facts.domain, ...change },
});
const image = (path: string, change: Partial<ImageFact>) => (facts: DeleteFacts) => ({
  ...facts,
  images: { ...facts.images, [path]: { exists: true, tags: [], under: null, ...facts.images[path], ...change } },
});
const snapshot =
  (name: string, change: Partial<DeleteFacts['snapshots'][number]>) =>
  (facts: DeleteFacts): DeleteFacts => ({
    ...facts,
    snapshots: facts.snapshots.map((each) => (each.name === name ? { ...each, ...change } : each)),
  });
/** The definition in force does not say what its disk lies on, so that only the storage can. */
const bare = (facts: DeleteFacts) => ({
  ...facts,
  domain: { ...facts.domain, disks: facts.domain.disks.map((disk) => ({ ...disk, below: [] })) },
});

const merged = { a: '/i/a', b: '/i/b', c: '/i/c' } as const;
/** What has to be known of a chain: from what is written to down to what is merged. */
const above = { a: ['/i/c', '/i/b', '/i/a'], b: ['/i/c', '/i/b'], c: ['/i/c'] } as const;
const images = ['/i/base', '/i/a', '/i/b', '/i/c'] as const;
const names = ['a', 'b', 'c'] as const;

const all: readonly Unknown[] = [
  { what: 'a job', forget: domain({ busy: null }), matters: ({ isOn }) => isOn },
  {
    what: 'block jobs',
    forget: domain({ blockJobs: null }),
    matters: ({ kind, isOn }) => kind === 'external' && isOn,
  },
  {
    what: 'why it is paused',
    forget: domain({ ...running, state: 'paused', reason: 'reason 99' }),
    matters: ({ kind }) => kind === 'external',
  },
  {
    what: 'the kind of its disk',
    forget: (facts) => domain({ disks: facts.domain.disks.map((disk) => ({ ...disk, device: 'new' })) })(facts),
    matters: () => true,
  },
  ...images.map(
    (path): Unknown => ({
      what: `whether ${path} is there`,
      forget: image(path, { exists: null }),
      matters: ({ kind }) => kind === 'external',
    }),
  ),
  ...images.map(
    (path): Unknown => ({
      what: `what ${path} lies on`,
      forget: (facts) => image(path, { under: undefined })(bare(facts)),
      matters: ({ kind, name }) => kind === 'external' && (above[name] as readonly string[]).includes(path),
    }),
  ),
  ...images.map(
    (path): Unknown => ({
      what: `what is inside ${path}`,
      forget: image(path, { tags: null }),
      matters: ({ kind, name }) => kind === 'external' && merged[name] === path,
    }),
  ),
  ...names.flatMap((name): Unknown[] => [
    {
      what: `what ${name} consists of`,
      forget: snapshot(name, { known: false }),
      matters: (deletion) => deletion.name === name,
    },
    {
      what: `how the memory of ${name} is kept`,
      forget: snapshot(name, { memory: 'unknown' }),
      matters: (deletion) => deletion.name === name,
    },
    {
      what: `how ${name} keeps its disk`,
      forget: (facts) => {
        const stored = facts.snapshots.find((each) => each.name === name)?.stored;
        return stored
          ? snapshot(name, { stored: { ...stored, disks: [{ target: 'vda', kind: 'unknown' }] } })(facts)
          : facts;
      },
      matters: (deletion) => deletion.name === name,
    },
  ]),
];

const deletion = fc.record({
  kind: fc.constantFrom('internal', 'external'),
  isOn: fc.boolean(),
  name: fc.constantFrom(...names),
});
const factsOf = ({ kind, isOn }: Deletion) =>
  deleteFacts({ rows: chain(kind, ...names), ...(isOn ? { domain: running } : {}) });

test('a deletion of which everything is known is safe', () => {
  fc.assert(
    fc.property(deletion, (each) => {
      expect(assessDelete(factsOf(each), [each.name], 'this')).toMatchObject({ verdict: 'safe', unknowns: [] });
    }),
  );
});

test.each(all)('$what, not known: never safe where it matters', ({ forget, matters }) => {
  fc.assert(
    fc.property(deletion, (each) => {
      const { verdict } = assessDelete(forget(factsOf(each)), [each.name], 'this');
      if (matters(each)) expect(verdict).not.toBe('safe');
    }),
  );
});

test('a disk that the rules do not know is never merged as if it were a file', () => {
  const facts = deleteFacts({ rows: chain('external', 'a') });
  const [disk] = facts.domain.disks;
  const changed = domain({ disks: disk ? [{ ...disk, type: 'of the future' }] : [] })(facts);
  expect(assessDelete(changed, ['a'], 'this').verdict).toBe('risky');
});
