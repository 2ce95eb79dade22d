import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { watchSnapshots } from '../../electron/hosts/snapshot-watch.ts';
import { snapshotDetail } from '../../electron/inspect/snapshot-detail.ts';
import type { SnapshotList } from '../../shared/schema.ts';
import { canBuildGenerations, labAvailable } from '../lab/available.ts';
import { wantedGenerations } from '../lab/extent.ts';
import type { Guest } from '../lab/guest.ts';
import { type Lab, startLab } from '../lab/lab.ts';
import { type Connected, connectTo } from './connected.ts';

const SNAPSHOTS = 12;
/** One that was under way may have asked just before. */
const AT_ONCE = 2;

interface Change {
  readonly what: string;
  /** What somebody else does meanwhile. */
  readonly happens: (lab: Lab, guest: Guest) => Promise<unknown>;
  readonly isSeen: (list: SnapshotList) => boolean;
  /** Looks at the list that it may take. */
  readonly looks: number;
}
const named = ({ snapshots }: SnapshotList, name: string) => snapshots.find((each) => each.name === name);

/** In this order, on a chain s0 … s11. */
const changes: readonly Change[] = [
  {
    what: 'a new one',
    happens: (_, guest) => guest.snapshot('new'),
    isSeen: (list) => list.current === 'new' && named(list, 'new')?.parent === 's11',
    looks: AT_ONCE,
  },
  {
    what: 'one that is deleted, and that its child lies on another now',
    happens: (lab, guest) => lab.virsh('snapshot-delete', guest.name, 's5'),
    isSeen: (list) => !named(list, 's5') && named(list, 's6')?.parent === 's4',
    looks: AT_ONCE,
  },
  {
    what: 'one that has another parent',
    happens: (lab, guest) =>
      redefine(lab, guest, 'new', (xml) => xml.replace('<name>s11</name>', '<name>s0</name>').replace(/\n<parent/, '')),
    isSeen: (list) => named(list, 'new')?.parent === 's0',
    looks: AT_ONCE,
  },
  {
    what: 'another that is current',
    happens: (lab, guest) => lab.virsh('snapshot-current', guest.name, 's3'),
    isSeen: (list) => list.current === 's3',
    looks: AT_ONCE,
  },
  {
    what: 'one that is taken anew under its name',
    happens: async (lab, guest) => {
      await lab.virsh('snapshot-delete', guest.name, 'new');
      await guest.snapshot('new', '--description', 'taken anew');
    },
    isSeen: (list) => named(list, 'new')?.description === 'taken anew',
    looks: AT_ONCE,
  },
  {
    what: 'a description that is edited',
    happens: (lab, guest) =>
      redefine(lab, guest, 's8', (xml) => xml.replace('</name>', '</name><description>edited</description>')),
    isSeen: (list) => named(list, 's8')?.description === 'edited',
    looks: SNAPSHOTS / 2 + AT_ONCE,
  },
];

describe.concurrent.each(wantedGenerations('host', '7.0', '11.3', '12.8'))(
  'what others do on libvirt %s',
  (generation) => {
    const available = generation === 'host' ? labAvailable() : canBuildGenerations();
    if (!available.ok) console.log(`Left out: what others do on libvirt ${generation}: ${available.reason}.`);
    let at: Connected;
    let guest: Guest;
    const stop = new AbortController();
    let lists: AsyncGenerator<SnapshotList>;
    let last: SnapshotList;
    const looks = vi.fn();

    beforeAll(async () => {
      if (!available.ok) return;
      const lab = await startLab({ generation });
      guest = await lab.guest({ name: 'seen', pool: false });
      for (let each = 0; each < SNAPSHOTS; each++) await guest.snapshot(`s${each}`);
      at = await connectTo(lab);
      const { session } = at;
      const read = session.readSnapshots.bind(session);
      session.readSnapshots = (...args) => {
        looks();
        return read(...args);
      };
      lists = watchSnapshots(session, session.domains[0]?.uuid ?? '', stop.signal);
      last = (await lists.next()).value;
    });
    afterAll(async () => {
      stop.abort();
      await at?.session.disconnect();
      await at?.lab.stop();
    });

    const untilSeen = async (isSeen: Change['isSeen']) => {
      while (!isSeen(last)) last = (await lists.next()).value;
    };

    test.skipIf(!available.ok).sequential.each(changes)(
      '$what is seen soon',
      async ({ happens, isSeen, looks: most }) => {
        expect(isSeen(last)).toBe(false);
        await happens(at.lab, guest);
        looks.mockClear();
        await untilSeen(isSeen);
        expect(looks.mock.calls.length).toBeLessThanOrEqual(most);
      },
    );

    test
      .skipIf(!available.ok)
      .sequential('an edit is seen with whoever looks at it, and when all is read again', async () => {
        const { session, lab } = at;
        const uuid = session.domains[0]?.uuid ?? '';
        for (const [name, look] of [
          ['s1', () => snapshotDetail(session, uuid, 's1')],
          ['s9', () => session.refreshSnapshots(uuid)],
        ] as const) {
          await redefine(lab, guest, name, (xml) => xml.replace('</name>', '</name><description>told</description>'));
          looks.mockClear();
          await look();
          await untilSeen((list) => named(list, name)?.description === 'told');
          expect(looks.mock.calls.length).toBeLessThanOrEqual(AT_ONCE + 1);
        }
      });
  },
);

async function redefine(lab: Lab, guest: Guest, name: string, edit: (xml: string) => string): Promise<void> {
  const xml = await lab.virsh('snapshot-dumpxml', guest.name, name);
  const file = join(lab.dir, 'edited.xml');
  await writeFile(file, edit(xml));
  await lab.virsh('snapshot-create', guest.name, file, '--redefine');
}
