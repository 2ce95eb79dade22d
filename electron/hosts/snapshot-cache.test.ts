import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { Snapshot } from '../../shared/schema.ts';
import { ConnectionError } from '../libvirt/errors.ts';
import { type Answers, FakeCaller, refusal } from '../libvirt/fake-caller.ts';
import { parseUuid } from '../libvirt/uuid.ts';
import { type Need, SnapshotCache } from './snapshot-cache.ts';

const uuid = '8d3c1b52-6f0e-4a2c-9a53-1f5a7c2e0b01';
const domain = { name: '', uuid: parseUuid(uuid), id: -1 };
const read = async (caller: FakeCaller, log?: (line: string) => void) =>
  (await new SnapshotCache(caller, log).read(uuid)).list;
const row = (name: string, rest = '<state>shutoff</state>') =>
  `<domainsnapshot><name>${name}</name>${rest}<domain><name>vm</name></domain></domainsnapshot>`;
/** A domain with these snapshots, name to XML; null: it vanishes between the list and the reading. */
const holding = (xmls: Record<string, string | null>, current: string | null): Answers => ({
  domainListAllSnapshots: () => ({
    snapshots: Object.keys(xmls).map((name) => ({ name, domain })),
    count: Object.keys(xmls).length,
  }),
  domainSnapshotCurrent: () => {
    if (current === null) throw refusal('NO_DOMAIN_SNAPSHOT');
    return { snapshot: { name: current, domain } };
  },
  domainSnapshotGetXmlDesc: ({ snapshot }) => {
    const xml = xmls[snapshot.name];
    if (!xml) throw refusal('NO_DOMAIN_SNAPSHOT');
    return { xml };
  },
});

describe('reading all', () => {
  it('lists in libvirt’s order, with the current one', async () => {
    const caller = new FakeCaller(holding({ b: row('b'), a: row('a') }, 'a'));
    const list = await read(caller);
    expect(list.current).toBe('a');
    expect(list.snapshots.map((each) => each.name)).toEqual(['b', 'a']);
    expect(caller.args('domainListAllSnapshots')).toEqual([{ domain, needResults: 1, flags: 1024 }]);
  });

  it('no snapshots and no current one are no error', async () => {
    const list = await read(new FakeCaller(holding({}, null)));
    expect(list).toEqual({ snapshots: [], current: null });
  });

  it('leaves out what vanished meanwhile', async () => {
    const caller = new FakeCaller(holding({ a: row('a'), gone: null, b: row('b') }, 'b'));
    const list = await read(caller);
    expect(list.snapshots.map((each) => each.name)).toEqual(['a', 'b']);
  });

  it('keeps a row that cannot be read, says so, and reads the others', async () => {
    const lines: string[] = [];
    const caller = new FakeCaller(holding({ cut: row('cut').slice(0, -9), good: row('good'), no: '<domain/>' }, null));
    const { snapshots } = await read(caller, (line) => lines.push(line));
    expect(snapshots.map(({ name, state, memory }) => [name, state, memory])).toEqual([
      ['cut', 'unknown', 'unknown'],
      ['good', 'shutoff', 'none'],
      ['no', 'unknown', 'unknown'],
    ]);
    expect(lines).toHaveLength(2);
    expect(lines[0]).toContain('"cut"');
  });

  it('goes by the name that libvirt answers to, whatever the XML says', async () => {
    const { snapshots } = await read(new FakeCaller(holding({ real: row('other') }, null)));
    expect(snapshots[0]?.name).toBe('real');
  });

  it('passes on every other error', async () => {
    const gone = {
      ...holding({ a: row('a') }, 'a'),
      domainListAllSnapshots: () => Promise.reject(refusal('NO_DOMAIN')),
    };
    await expect(read(new FakeCaller(gone))).rejects.toMatchObject({ codeName: 'NO_DOMAIN' });
    const lost = new ConnectionError('LOST', 'gone');
    const cut = { ...holding({ a: row('a') }, 'a'), domainSnapshotGetXmlDesc: () => Promise.reject(lost) };
    await expect(read(new FakeCaller(cut))).rejects.toBe(lost);
  });

  it('any text in place of the XML is a row, never an error', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: fc.constantFrom(...'<>/&;"=\'! adomainsnapshot\n', '<domainsnapshot>') }),
        async (xml) => {
          const { snapshots } = await read(new FakeCaller(holding({ a: xml || ' ' }, null)));
          expect(Snapshot.parse(snapshots[0]).name).toBe('a');
        },
      ),
    );
  });
});

/** A host whose snapshots others change at will: their parents by name, in the order in which libvirt lists them. */
function host(parents: Record<string, string | null>, current: string | null = null) {
  const world = { parents, current, words: {} as Record<string, string>, onRead: () => {} };
  const xmlOf = (name: string) => {
    const parent = world.parents[name];
    return row(
      name,
      `${parent ? `<parent><name>${parent}</name></parent>` : ''}<description>${world.words[name] ?? ''}</description>`,
    );
  };
  const caller = new FakeCaller({
    domainListAllSnapshots: () => {
      const names = Object.keys(world.parents);
      return { snapshots: names.map((name) => ({ name, domain })), count: names.length };
    },
    domainSnapshotCurrent: () => {
      if (world.current === null) throw refusal('NO_DOMAIN_SNAPSHOT');
      return { snapshot: { name: world.current, domain } };
    },
    domainSnapshotGetXmlDesc: ({ snapshot: { name } }) => {
      world.onRead();
      if (!(name in world.parents)) throw refusal('NO_DOMAIN_SNAPSHOT');
      return { xml: xmlOf(name) };
    },
  });
  const cache = new SnapshotCache(caller);
  /** Which texts libvirt was asked for meanwhile, and what is known then. */
  const look = async (need: Need = 'glance', now: readonly string[] = []) => {
    const from = caller.calls.length;
    const { list } = await cache.read(uuid, need, now);
    const asked = caller.calls
      .slice(from)
      .flatMap(({ name, args }) =>
        name === 'domainSnapshotGetXmlDesc' ? [(args as { snapshot: { name: string } }).snapshot.name] : [],
      );
    return { asked, list, find: (name: string) => list.snapshots.find((each) => each.name === name) };
  };
  return { world, cache, look };
}
const many = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`s${at}`, at === 0 ? null : `s${at - 1}`]));

describe('a glance', () => {
  it('asks for the current one and a few in their turn, and keeps the very same of all others', async () => {
    const { look } = host(many(10), 's9');
    const first = await look();
    expect(first.asked).toHaveLength(10);
    const second = await look();
    expect(second.asked.sort()).toEqual(['s0', 's1', 's9']);
    expect((await look()).asked.sort()).toEqual(['s2', 's3', 's9']);
    for (const [at, snapshot] of second.list.snapshots.entries()) expect(snapshot).toBe(first.list.snapshots[at]);
  });

  it('sees at once what is new, gone or current, and what that leaves otherwise', async () => {
    const { look, world } = host({ a: null, b: 'a', c: 'b', d: 'c', x: 'a' }, 'd');
    await look();
    world.parents = { a: null, c: 'a', d: 'c', x: 'a', y: 'x' };
    world.current = 'y';
    const { find, list } = await look();
    expect(list.snapshots.map(({ name }) => name)).toEqual(['a', 'c', 'd', 'x', 'y']);
    expect(list.current).toBe('y');
    expect([find('c')?.parent, find('y')?.parent]).toEqual(['a', 'x']);
  });

  it('reads what lay on one that is gone, and what that lay on: their files are others', async () => {
    const { look, world } = host({ a: null, ...many(20), b: 'a', c: 'b', d: 'c', e: 'd' });
    await look();
    delete world.parents.c;
    for (const name of ['b', 'd', 'e']) world.words[name] = 'merged';
    const { find } = await look();
    expect(['b', 'd', 'e'].map((name) => find(name)?.description)).toEqual(['merged', 'merged', 'merged']);
  });

  it('sees at once one that has gone to another place in the tree', async () => {
    const { look, world } = host({ a: null, b: 'a', c: 'b', d: 'a', ...many(20) });
    await look();
    world.parents = { a: null, b: 'a', d: 'a', c: 'd', ...many(20) };
    expect((await look()).find('c')?.parent).toBe('d');
  });

  it('sees an edit within half as many looks as there are snapshots, and then whatever else was edited', async () => {
    const { look, world } = host(many(30));
    await look();
    world.words = { s3: 'edited', s29: 'edited' };
    const seen: string[] = [];
    for (let looks = 1; looks <= 15; looks++) {
      const { find } = await look();
      if (find('s3')?.description === 'edited') seen.push(`${looks} ${find('s29')?.description}`);
    }
    expect(seen[0]).toBe('2 edited');
  });

  it('sees at once that the current one was taken anew under its name, and what somebody has doubts about', async () => {
    const { look, world, cache } = host(many(30), 's29');
    await look();
    world.words = { s29: 'anew', s20: 'edited' };
    const { find } = await look();
    expect([find('s29')?.description, find('s20')?.description]).toEqual(['anew', '']);
    expect(cache.compare(uuid, 's20', row('s20', 'whatever'))).toBe(false);
    expect((await look()).find('s20')?.description).toBe('edited');
  });

  it('reads all where it was doubted while it was read', async () => {
    const { look, cache, world } = host(many(30));
    world.onRead = () => cache.doubt(uuid);
    await look();
    world.onRead = () => {};
    expect((await look()).asked).toHaveLength(30);
    expect((await look()).asked).toHaveLength(2);
  });
});

describe('a decision', () => {
  it('rests on texts of the last minute, and of now where they are named', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    try {
      const { look, world } = host(many(30), 's29');
      await look();
      world.words = { s15: 'edited', s16: 'edited' };
      const { asked, find } = await look('decide', ['s15', 'nowhere']);
      expect(asked.sort()).toEqual(['s0', 's1', 's15', 's29']);
      expect([find('s15')?.description, find('s16')?.description]).toEqual(['edited', '']);
      vi.advanceTimersByTime(60_001);
      const later = await look('decide');
      expect(later.asked).toHaveLength(30);
      expect(later.find('s16')?.description).toBe('edited');
    } finally {
      vi.useRealTimers();
    }
  });

  it('is never behind one that was begun before it', async () => {
    const { look, world } = host({ a: null });
    const glance = look();
    world.words = { a: 'edited' };
    expect((await look('all')).find('a')?.description).toBe('edited');
    await glance;
  });
});

it('keeps the texts of few domains: of those that were read before, some eight million characters', async () => {
  const uuids = [1, 2, 3, 4].map((each) => `8d3c1b52-6f0e-4a2c-9a53-00000000000${each}`);
  const xml = row('a', `<description>${'x'.repeat(3_000_000)}</description>`);
  const caller = new FakeCaller({
    domainListAllSnapshots: () => ({ snapshots: [{ name: 'a', domain }], count: 1 }),
    domainSnapshotCurrent: () => Promise.reject(refusal('NO_DOMAIN_SNAPSHOT')),
    domainSnapshotGetXmlDesc: () => ({ xml }),
  });
  const cache = new SnapshotCache(caller);
  const seen = [];
  for (const each of [...uuids, ...uuids.slice(1)]) seen.push((await cache.read(each)).all[0]);
  const [first, second, third, fourth, ...again] = seen;
  for (const [at, same] of [second, third, fourth].entries()) expect(again[at]).toBe(same);
  expect((await cache.read(uuids[0] as string)).all[0]).not.toBe(first);
});
