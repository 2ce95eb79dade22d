import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createSnapshot } from '../../electron/libvirt/snapshots.ts';
import { gatherCreateFacts } from '../../electron/operations/create/facts.ts';
import { judgeCreate, lookAfterCreate } from '../../electron/operations/create/judge.ts';
import { askLibvirt } from '../../electron/operations/engine/ask.ts';
import { type Drafted, engineOn, takesOn } from '../../electron/testing.ts';
import { can } from '../../shared/libvirt/versions.ts';
import { assessCreate } from '../../shared/operations/create/assess.ts';
import { firstDraft, withMode } from '../../shared/operations/create/draft.ts';
import type { CreateDraft, CreateMode } from '../../shared/schema.ts';
import { canBuildGenerations, labAvailable } from '../lab/available.ts';
import { readDisk, writeDisk } from '../lab/disk.ts';
import { wantedGenerations } from '../lab/extent.ts';
import type { Guest } from '../lab/guest.ts';
import { type Lab, startLab } from '../lab/lab.ts';
import { run } from '../lab/run.ts';
import { type Connected, connectTo } from './connected.ts';
import { makeCreateGuest } from './create-guests.ts';

const wanted = wantedGenerations('host', '11.3');
const offset = 1 << 20;

describe.each(wanted)('what was promised of a snapshot and does not come is told: %s', (generation) => {
  const available = generation === 'host' ? labAvailable() : canBuildGenerations();
  let lab: Lab;
  let at: Connected;
  beforeAll(async () => {
    if (!available.ok) return;
    lab = await startLab({ generation });
    at = await connectTo(lab);
    engine = engineOn(at, at.services);
  });
  afterAll(async () => {
    await at?.session.disconnect();
    await lab?.stop();
  });
  if (!available.ok) console.log(`Left out: promises of snapshots on ${generation}: ${available.reason}.`);

  let engine: ReturnType<typeof engineOn>;
  const takes = () => takesOn(engine, at.session.host.id);
  async function planned(guest: Guest, mode: CreateMode, change: Partial<CreateDraft> = {}) {
    const plan = await takes().plan(await lab.virsh('domuuid', guest.name));
    const draft = { ...withMode(plan.facts, firstDraft(plan.facts, 'fresh'), mode), ...change };
    return { plan, draft };
  }
  const take = async (drafted: Drafted) => takes().run(drafted);

  /** Has libvirt do what the rules would refuse, and looks at what came of it. */
  async function takeAnyway(guest: Guest, mode: CreateMode, change: Partial<CreateDraft> = {}, xml?: string) {
    const { session, services } = at;
    const { plan, draft } = await planned(guest, mode, change);
    const facts = await gatherCreateFacts(session, plan.facts.uuid);
    const { row, disks, files, xml: asked } = assessCreate(facts, draft, plan.virsh);
    if (!row || asked === null) throw new Error('no such snapshot');
    const request = {
      operationId: 'anyway',
      kind: 'create' as const,
      host: session.host,
      domain: facts,
      snapshot: draft.name,
      flags: row.flags,
      plan: [],
      currentBefore: facts.current,
    };
    const answer = await askLibvirt(
      request,
      {},
      () => createSnapshot(session.writes, facts.uuid, xml ?? asked, row.flags),
      services.journal,
    );
    const expected = { name: draft.name, row, disks, files, before: facts };
    return judgeCreate({ answer, expected }, await lookAfterCreate(session, { answer, expected }), false);
  }

  test.skipIf(!available.ok)('a snapshot with memory is found in the images', { timeout: 60_000 }, async () => {
    const outcome = await take(await planned(await makeCreateGuest(lab, 'two', 'whole', 'on'), 'memory-internal'));
    expect(outcome).toMatchObject({ result: 'done', differences: [] });
    expect(outcome.notes.join()).not.toContain('It is not known');
    const unread = await take(await planned(await lab.guest({ name: 'alone', pool: false }), 'disks-internal'));
    expect(unread.notes.join()).toContain(
      'It is not known whether the image of hda contains it: no storage pool covers it.',
    );
  });

  test.skipIf(!available.ok)('one that is listed and in no image', { timeout: 60_000 }, async () => {
    const { connection } = at.session.host;
    if (connection.status !== 'connected' || can(connection.libvirtVersion, 'namesJobs')) return; // it refuses such names
    const guest = await makeCreateGuest(lab, 'plain', 'quoted', 'on');
    const name = 'a"b';
    const { plan, draft } = await planned(guest, 'memory-internal', { name });
    expect(assessCreate(plan.facts, draft, plan.virsh).blockers).toMatchObject([{ code: 'TAG_QUOTED' }]);
    expect(await takeAnyway(guest, 'memory-internal', { name })).toMatchObject({
      result: 'failed',
      problem: { code: 'CREATE_NOT_KEPT' },
      differences: ['The image of hda does not contain the snapshot.'],
    });
    expect(await guest.snapshots()).toEqual([name]);
  });

  test.skipIf(!available.ok)('a second one of its name in the image', { timeout: 60_000 }, async () => {
    const guest = await makeCreateGuest(lab, 'tag-left', 'twice', 'off');
    expect(await takeAnyway(guest, 'disks-internal')).toMatchObject({
      result: 'done',
      differences: ['The image of hda contains 2 snapshots with this name, and the oldest one is used.'],
    });
  });

  test.skipIf(!available.ok)('outside, where it was to be inside', { timeout: 60_000 }, async () => {
    const guest = await makeCreateGuest(lab, 'attribute-external', 'default', 'off');
    const plain = '<domainsnapshot><name>fresh</name></domainsnapshot>';
    const { result, differences } = await takeAnyway(guest, 'disks-internal', {}, plain);
    expect(result).not.toBe('refused');
    expect(differences).toContain('hda is saved below a new file; it should be saved inside its image.');
    expect(differences.join()).toContain('hda writes to ');
  });

  test.skipIf(!available.ok)(
    'a number for a name: the other snapshot would come back',
    { timeout: 60_000 },
    async () => {
      const guest = await makeCreateGuest(lab, 'plain', 'numbers', 'off');
      const { plan, draft } = await planned(guest, 'disks-internal', { name: '2' });
      expect(assessCreate(plan.facts, draft, plan.virsh).blockers).toMatchObject([{ code: 'TAG_ID' }]);
      for (const name of ['2', '1']) {
        await guest.writeBytes(offset, `of ${name}`);
        await guest.snapshot(name);
      }
      await guest.revert('2');
      expect(await guest.readBytes(offset, 4)).toBe('of 1');
    },
  );

  test.skipIf(!available.ok)('a volume: taken, gone back to and deleted', { timeout: 120_000 }, async () => {
    const guest = await makeCreateGuest(lab, 'volume', 'in-a-pool', 'off');
    const image = join(guest.folder, 'pool/v.qcow2');
    await writeDisk(image, offset, Buffer.from('early'));
    expect(await take(await planned(guest, 'disks-internal'))).toMatchObject({
      result: 'done',
      differences: [],
    });
    await writeDisk(image, offset, Buffer.from('later'));
    await guest.revert('fresh');
    expect((await readDisk(image, offset, 5)).toString()).toBe('early');
    await lab.virsh('snapshot-delete', guest.name, 'fresh');
    expect(await run(['qemu-img', 'snapshot', '-l', image])).not.toContain('fresh');
  });
});
