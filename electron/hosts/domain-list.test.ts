import { beforeEach, describe, expect, it } from 'vitest';
import { listDomainsFlag } from '../../shared/libvirt/flags.ts';
import type { AppEvent, Domain } from '../../shared/schema.ts';
import { listDomains } from '../libvirt/domains.ts';
import { ConnectionError } from '../libvirt/errors.ts';
import { FakeCaller, refusal } from '../libvirt/fake-caller.ts';
import { formatUuid, parseUuid } from '../libvirt/uuid.ts';
import { uuidOf } from '../testing.ts';
import { COUNTS_A_LOOK, DomainList } from './domain-list.ts';

/** How many snapshots each domain of a host has, by its number. */
type World = Map<number, number>;

const numberOf = (uuid: Buffer) => Number(formatUuid(uuid).slice(-12));
const wire = (n: number) => ({ name: `vm${n}`, uuid: parseUuid(uuidOf(n)), id: -1 });

function setUp(world: World) {
  const events: AppEvent[] = [];
  const lines: string[] = [];
  const held = new Set<string>();
  const found: string[] = [];
  const gate = { beforeList: async () => {}, beforeCount: async (_: number) => {} };
  const caller = () =>
    new FakeCaller({
      async connectListAllDomains({ flags }) {
        const { persistent, hasSnapshot } = listDomainsFlag;
        const domains = [...world].filter(([, count]) =>
          flags === hasSnapshot ? count > 0 : flags === 0 || flags === persistent,
        );
        if (flags === hasSnapshot) await gate.beforeList();
        return { domains: domains.map(([n]) => wire(n)), count: domains.length };
      },
      connectGetAllDomainStats: () => ({
        records: [...world.keys()].map((n) => ({
          domain: wire(n),
          params: [{ field: 'state.state', value: { tag: 1, value: 5 } }],
        })),
      }),
      async domainSnapshotNum({ domain }) {
        const n = numberOf(domain.uuid);
        const count = world.get(n);
        await gate.beforeCount(n);
        if (count === undefined) throw refusal('NO_DOMAIN');
        return { count };
      },
      domainGetState: () => ({ state: 1, reason: 1 }),
      domainLookupByUuid: ({ uuid }) => ({ domain: { ...wire(numberOf(uuid)), id: 1 } }),
      domainIsPersistent: () => ({ persistent: 1 }),
    });
  const list = new DomainList({
    hostId: 'lab',
    publish: (event) => events.push(event),
    isHeld: (uuid) => held.has(uuid),
    onNew: (uuid) => found.push(uuid),
    log: (line) => lines.push(line),
  });
  let reads = caller();
  return {
    ...{ list, world, events, lines, held, found, gate },
    count: (n: number) => list.all.find(({ uuid }) => uuid === uuidOf(n))?.snapshotCount,
    /** What was told of a domain's snapshots, in order. */
    told: (n: number) =>
      events.flatMap((event): (Domain['snapshotCount'] | 'gone')[] => {
        if (event.type === 'domain-removed') return event.uuid === uuidOf(n) ? ['gone'] : [];
        const domains =
          event.type === 'domain'
            ? [event.domain]
            : event.type.startsWith('domains') && 'domains' in event
              ? event.domains
              : [];
        return domains.flatMap(({ uuid, snapshotCount }) => (uuid === uuidOf(n) ? [snapshotCount] : []));
      }),
    async connect() {
      reads = caller();
      list.begin(reads, await listDomains(reads));
    },
    /** Those that were counted since it was asked last, once nothing more happens. */
    async counted() {
      await quiet();
      return reads.calls
        .splice(0)
        .flatMap(({ name, args }) =>
          name === 'domainSnapshotNum' ? [numberOf((args as { domain: { uuid: Buffer } }).domain.uuid)] : [],
        );
    },
    /** The calls since it was asked last. */
    async calls() {
      await quiet();
      return reads.calls.splice(0).length;
    },
  };
}

/** Nothing here waits for anything but promises. */
async function quiet(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

const many = (length: number, count: number): World => new Map(Array.from({ length }, (_, n) => [n, count]));
const sorted = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b);

describe('beginning', () => {
  it('tells of all domains at once, and of numbers of snapshots when they are counted', async () => {
    const host = setUp(new Map([...many(250, 3), [250, 0]]));
    await host.connect();
    expect([host.count(0), host.count(250)]).toEqual([null, 0]);
    expect(sorted(await host.counted())).toEqual([...many(250, 0).keys()]);
    expect(host.list.all.every(({ snapshotCount }, n) => snapshotCount === (n < 250 ? 3 : 0))).toBe(true);
    expect(host.events.map(({ type }) => type)).toEqual(['domains', ...Array(4).fill('domains-changed')]);
    expect(host.told(7)).toEqual([null, 3]);
  });

  it('counts all again over a new connection, and tells the numbers of before until then', async () => {
    const host = setUp(many(60, 3));
    await host.connect();
    await quiet();
    host.list.pause();
    host.world.set(5, 4);
    await host.connect();
    expect(host.count(5)).toBe(3);
    expect(new Set(await host.counted()).size).toBe(60);
    expect(host.told(5)).toEqual([null, 3, 3, 4]);
  });

  it('goes on with the next connection where one is lost', async () => {
    const host = setUp(many(60, 3));
    let left = 10;
    host.gate.beforeCount = async () => {
      if (left-- <= 0) throw new ConnectionError('LOST', 'gone');
    };
    await host.connect();
    await quiet();
    expect(host.list.all.filter(({ snapshotCount }) => snapshotCount === null)).toHaveLength(50);
    host.gate.beforeCount = async () => {};
    host.list.pause();
    await host.connect();
    await quiet();
    expect(host.list.all.every(({ snapshotCount }) => snapshotCount === 3)).toBe(true);
    expect(host.lines).toEqual([]);
  });
});

describe('a look', () => {
  let host: ReturnType<typeof setUp>;
  beforeEach(async () => {
    host = setUp(new Map([...many(100, 2), [100, 0]]));
    await host.connect();
    await host.calls();
    host.events.length = 0;
  });
  const look = () => host.list.look();

  it('is five calls and a few counts, however many domains there are, and says nothing where nothing changed', async () => {
    look();
    expect(await host.calls()).toBe(5 + COUNTS_A_LOOK);
    expect(host.events).toEqual([]);
  });

  it('comes round: each is counted again before any has another turn', async () => {
    const counted: number[] = [];
    for (let n = 0; n < Math.ceil(100 / COUNTS_A_LOOK); n++) {
      look();
      counted.push(...(await host.counted()));
    }
    expect(sorted([...new Set(counted)])).toEqual([...many(100, 0).keys()]);
  });

  it('finds within as many what somebody else did', async () => {
    host.world.set(99, 5);
    for (let n = 0; n < Math.ceil(100 / COUNTS_A_LOOK); n++) {
      look();
      await quiet();
    }
    expect(host.told(99)).toEqual([5]);
  });

  it('counts a first snapshot at once, and never tells a number that was not counted', async () => {
    host.world.set(100, 1);
    look();
    expect(await host.counted()).toContain(100);
    expect(host.told(100)).toEqual([null, 1]);
  });

  it('need not count to find that the last one is gone', async () => {
    host.world.set(99, 0);
    look();
    expect(await host.counted()).not.toContain(99);
    expect(host.told(99)).toEqual([0]);
  });

  it('finds domains that came, and counts theirs, and that some went', async () => {
    host.world.set(101, 7).delete(0);
    look();
    await quiet();
    expect(host.told(101)).toEqual([null, 7]);
    expect(host.found).toEqual([uuidOf(101)]);
    expect(host.told(0)).toEqual(['gone']);
  });

  it('does not take back what was learnt of a domain while it went on', async () => {
    host.gate.beforeList = async () => {
      host.gate.beforeList = async () => {};
      host.list.noteSnapshotCount(uuidOf(100), 1);
    };
    look();
    await quiet();
    expect(host.told(100)).toEqual([1]);
  });

  it('does not take back a number that somebody saw while it was counted', async () => {
    host.gate.beforeCount = async (n) => {
      if (n !== 3) return;
      host.gate.beforeCount = async () => {};
      host.world.set(3, 9);
      host.list.noteSnapshotCount(uuidOf(3), 9);
    };
    host.world.set(3, 8);
    look();
    await quiet();
    expect(host.told(3)).toEqual([9]);
  });

  it('tells nothing more of a domain that went while it was counted', async () => {
    host.world.set(100, 1);
    host.gate.beforeCount = async (n) => {
      if (n !== 3) return;
      host.world.delete(100);
      look();
    };
    look();
    await quiet();
    expect(host.told(100).at(-1)).toBe('gone');
  });

  it('leaves out a domain that libvirt is busy with', async () => {
    host.held.add(uuidOf(0));
    look();
    expect(await host.counted()).not.toContain(0);
  });

  it('goes on where a number is refused', async () => {
    host.gate.beforeCount = async (n) => {
      if (n === 0) throw refusal('ACCESS_DENIED');
    };
    look();
    expect(await host.counted()).toHaveLength(COUNTS_A_LOOK);
    expect(host.count(0)).toBe(2);
    expect(host.lines).toEqual([expect.stringContaining('ACCESS_DENIED')]);
  });
});

describe('one domain', () => {
  it('is read, and counted, as soon as something happened to it', async () => {
    const host = setUp(many(100, 2));
    await host.connect();
    await host.calls();
    host.world.set(50, 6);
    host.list.readAgain(uuidOf(50));
    expect(await host.calls()).toBe(5);
    expect(host.list.all[50]).toMatchObject({ state: 'running', id: 1, snapshotCount: 6 });
  });

  it('is not looked at without a connection', async () => {
    const host = setUp(many(1, 2));
    await host.connect();
    await host.calls();
    host.list.pause();
    host.list.readAgain(uuidOf(0));
    host.list.look();
    expect(await host.calls()).toBe(0);
    expect(host.count(0)).toBe(2);
    host.list.clear();
    expect(host.events.at(-1)).toEqual({ type: 'domains', hostId: 'lab', domains: [] });
  });
});
