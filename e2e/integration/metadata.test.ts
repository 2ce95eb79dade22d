import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { HostSession } from '../../electron/hosts/host-session.ts';
import { exportSnapshots } from '../../electron/inspect/export.ts';
import type { Engine } from '../../electron/operations/engine/engine.ts';
import type { Services } from '../../electron/operations/engine/services.ts';
import { engineOn, metadataOn } from '../../electron/testing.ts';
import { canBuildGenerations, isRoot, labAvailable } from '../lab/available.ts';
import { wantedGenerations } from '../lab/extent.ts';
import type { Guest } from '../lab/guest.ts';
import { type Lab, startLab } from '../lab/lab.ts';
import { moveGuest } from '../lab/move.ts';
import { type Connected, connectTo } from './connected.ts';

/** By default the machine's own libvirt and one that can revert to external snapshots. */
const wanted = wantedGenerations('host', '11.3');
const offset = 1 << 20;
const secret = 'pa55word';

const engines = new WeakMap<Services, Engine>();

/** What is planned on an engine is carried out on it. */
function kindsOf(session: HostSession, services: Services) {
  const engine = engines.get(services) ?? engineOn({ session }, services);
  engines.set(services, engine);
  return metadataOn(engine, session.host.id);
}

describe.each(wanted)('metadata of snapshots on a real libvirt: %s', (generation) => {
  const available = generation === 'host' ? labAvailable() : canBuildGenerations();
  const places: Connected[] = [];
  beforeAll(async () => {
    if (!available.ok) return;
    for (const lab of await Promise.all([startLab({ generation }), startLab({ generation })]))
      places.push(await connectTo(lab));
  });
  afterAll(async () => {
    for (const { session, lab } of places) {
      await session.disconnect();
      await lab.stop();
    }
  });
  const at = (index: number) => places[index] as Connected;
  const reverts = generation === '11.3' || generation === '12.8';
  if (!available.ok) console.log(`Left out: metadata of snapshots on ${generation}: ${available.reason}.`);
  else if (!isRoot())
    console.log('Left out: what needs a second lab or a hand in libvirt’s files: a lab must run as root.');
  if (available.ok && !reverts)
    console.log(`Left out: external snapshots on ${generation}: this libvirt cannot revert to them.`);

  test.skipIf(!available.ok)('a description changes and nothing else', { timeout: 120_000 }, async () => {
    const { lab, session, services, file } = at(0);
    const guest = await withPassword(lab, await lab.guest({ name: 'described', graphics: 'port' }));
    await guest.snapshot('root', '--description', 'first');
    await guest.start();
    await guest.snapshot('middle', '--description', 'second');
    await guest.snapshot('leaf');
    const dumps = () => Promise.all(['root', 'middle', 'leaf'].map((name) => dump(lab, guest.name, name)));
    const before = await dumps();
    expect(before[1]).toContain(secret);
    const uuid = await lab.virsh('domuuid', guest.name);
    const description = 'third, with <b>marks</b> & “quotes”\nand a second line';
    const plan = await kindsOf(session, services).planEdit(uuid, 'middle');
    expect(JSON.stringify(plan).includes(secret)).toBe(false);
    const outcome = await kindsOf(session, services).edit(plan, { name: 'middle', description });
    expect(outcome).toMatchObject({ result: 'done', differences: [] });
    const [root, middle, leaf] = await dumps();
    expect([root, leaf]).toEqual([before[0], before[2]]);
    expect(middle).toBe(
      before[1]?.replace(
        'second',
        description.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
      ),
    );
    expect(await guest.current()).toBe('leaf');
    expect(file.text.includes(secret)).toBe(false);
    await guest.revert('middle');
    expect(await guest.state()).toBe('running');
  });

  test.skipIf(!available.ok)(
    'an internal one keeps its name; another is made current',
    { timeout: 120_000 },
    async () => {
      const { lab, session, services } = at(0);
      const guest = await lab.guest({ name: 'tagged' });
      await guest.writeBytes(offset, 'early');
      await guest.snapshot('one');
      await guest.writeBytes(offset, 'later');
      await guest.snapshot('two');
      const uuid = await lab.virsh('domuuid', guest.name);
      const plan = await kindsOf(session, services).planEdit(uuid, 'one');
      expect(plan.nameFixed).toMatchObject({ code: 'internal-disk' });
      await expect(kindsOf(session, services).edit(plan, { name: 'eins', description: '' })).rejects.toThrow(
        'cannot have this name',
      );

      const current = await kindsOf(session, services).planMakeCurrent(uuid, 'one');
      expect(await kindsOf(session, services).makeCurrent(current)).toMatchObject({ result: 'done', differences: [] });
      expect(await guest.current()).toBe('one');
      expect(await guest.readBytes(offset, 5)).toBe('later');
      await guest.snapshot('three');
      expect(await lab.virsh('snapshot-parent', guest.name, 'three')).toBe('one');
      await guest.revert('one');
      expect(await guest.readBytes(offset, 5)).toBe('early');
    },
  );

  test.skipIf(!available.ok || !reverts)(
    'an external one is renamed and reverted to',
    { timeout: 180_000 },
    async () => {
      const { lab, session, services } = at(0);
      const guest = await withPassword(lab, await lab.guest({ name: 'renamed', graphics: 'port' }));
      await layers(guest);
      const uuid = await lab.virsh('domuuid', guest.name);
      const before = await dump(lab, guest.name, 'middle');
      const edit = async (name: string, to: string) => {
        const plan = await kindsOf(session, services).planEdit(uuid, name);
        const { description } = plan.snapshot;
        expect(await kindsOf(session, services).edit(plan, { name: to, description })).toMatchObject({
          result: 'done',
          differences: [],
        });
      };
      await edit('middle', 'centre');
      expect(await dump(lab, guest.name, 'centre')).toBe(before.replace('<name>middle<', '<name>centre<'));
      expect(await lab.virsh('snapshot-parent', guest.name, 'leaf')).toBe('centre');
      await edit('leaf', 'tip'); // the current one
      expect(await guest.current()).toBe('tip');
      expect((await kindsOf(session, services).planMakeCurrent(uuid, 'root')).refusal).toMatchObject({
        code: 'external-tree',
      });
      await guest.revert('centre');
      expect(await guest.readBytes(offset, 5)).toBe('two..');
      await guest.revert('tip');
      expect(await guest.readBytes(offset, 5)).toBe('three');
      await guest.revert('root');
      expect(await guest.readBytes(offset, 5)).toBe('one..');
    },
  );

  test.skipIf(!available.ok)(
    'one that leaves out an empty floppy drive is not taken back by libvirt, so that nothing of it can be changed',
    { timeout: 120_000 },
    async () => {
      const { lab, session, services } = at(0);
      const guest = await lab.guest({ name: 'floppy' });
      const file = join(guest.folder, 'given.xml');
      const xml = await lab.virsh('dumpxml', guest.name, '--inactive');
      const drive = "<disk type='file' device='floppy'><target dev='fda' bus='fdc'/></disk>";
      await writeFile(file, xml.replace('</devices>', `${drive}</devices>`));
      await lab.virsh('define', file);
      await guest.snapshot('one');
      const before = await dump(lab, guest.name, 'one');
      await writeFile(file, before);
      await expect(lab.virsh('snapshot-create', guest.name, file, '--redefine')).rejects.toThrow('fda');
      const uuid = await lab.virsh('domuuid', guest.name);
      const plan = await kindsOf(session, services).planEdit(uuid, 'one');
      expect(plan.refusal).toMatchObject({ code: 'not-redefinable', text: expect.stringContaining('fda') });
      await expect(kindsOf(session, services).edit(plan, { name: 'one', description: 'said' })).rejects.toThrow('fda');
      expect((await kindsOf(session, services).planImport(uuid, [{ name: 'a', text: before }])).rows).toMatchObject([
        { verdict: 'no', reason: expect.stringContaining('fda') },
      ]);
      expect(await dump(lab, guest.name, 'one')).toBe(before);
    },
  );

  test.skipIf(!available.ok)(
    'one whose XML said nothing of memory is described and renamed: libvirt says then that it has none',
    { timeout: 120_000 },
    async () => {
      const { lab, session, services } = at(0);
      const guest = await lab.guest({ name: 'unsaid' });
      const file = join(guest.folder, 'unsaid.xml');
      const disks = `<disk name='hda' snapshot='external'><source file='${join(guest.folder, 'unsaid.over')}'/></disk>`;
      await writeFile(file, `<domainsnapshot><name>bare</name><disks>${disks}</disks></domainsnapshot>`);
      await lab.virsh('snapshot-create', guest.name, file, '--disk-only');
      const uuid = await lab.virsh('domuuid', guest.name);
      for (const edit of [
        { name: 'bare', description: 'said' },
        { name: 'named', description: 'said' },
      ]) {
        const [name = ''] = await guest.snapshots();
        const plan = await kindsOf(session, services).planEdit(uuid, name);
        expect(await kindsOf(session, services).edit(plan, { ...edit })).toMatchObject({
          result: 'done',
          differences: [],
        });
      }
      expect(await dump(lab, guest.name, 'named')).toContain("<memory snapshot='no'/>");
    },
  );

  test.skipIf(!available.ok || !reverts)(
    'the current one, gone back to with others after it, keeps its record of overlays through every edit',
    { timeout: 180_000 },
    async () => {
      const { lab, session, services } = at(0);
      const guest = await lab.guest({ name: 'parted' });
      await layers(guest);
      await guest.revert('middle');
      if ((await guest.state()) !== 'shut off') await guest.destroy();
      const before = await dump(lab, guest.name, 'middle');
      expect(before).toContain('<revertDisks>');
      const uuid = await lab.virsh('domuuid', guest.name);
      const edit = async (name: string, to: { name?: string; description?: string }) => {
        const plan = await kindsOf(session, services).planEdit(uuid, name);
        return kindsOf(session, services).edit(plan, { ...plan.snapshot, ...to });
      };
      expect(await edit('middle', { description: 'described' })).toMatchObject({ result: 'done', differences: [] });
      expect(await edit('middle', { description: '' })).toMatchObject({ result: 'done', differences: [] });
      expect(await dump(lab, guest.name, 'middle')).toBe(before);
      if (isRoot()) {
        const unblock = await block(lab, guest, 'centre');
        expect(await edit('middle', { name: 'centre' })).toMatchObject({ result: 'failed' });
        expect(await dump(lab, guest.name, 'middle')).toBe(before);
        expect(await guest.current()).toBe('middle');
        await unblock();
      }
      expect(await edit('middle', { name: 'centre' })).toMatchObject({ result: 'done', differences: [] });
      expect(await dump(lab, guest.name, 'centre')).toBe(before.replace('<name>middle<', '<name>centre<'));
      expect(await guest.current()).toBe('centre');
      await guest.revert('root');
      await guest.revert('leaf');
      expect(await guest.readBytes(offset, 5)).toBe('three');
    },
  );

  /** libvirt moves a new file over the old one, which a folder with something in it does not let. */
  const block = async (lab: Lab, guest: Guest, name: string) => {
    const file = join(lab.dir, 'lib/qemu/snapshot', guest.name, `${name}.xml`);
    await rm(file, { force: true });
    await mkdir(join(file, 'in-the-way'), { recursive: true });
    return () => rm(file, { recursive: true });
  };
  const renameBlocked = async (name: string) => {
    const { lab, session, services } = at(0);
    const guest = await lab.guest({ name: `blocked-${name}` });
    await layers(guest);
    await block(lab, guest, name);
    const tree = () => Promise.all(['root', 'middle'].map((each) => dump(lab, guest.name, each)));
    const before = await tree();
    const plan = await kindsOf(session, services).planEdit(await lab.virsh('domuuid', guest.name), 'middle');
    const outcome = await kindsOf(session, services).edit(plan, { name: 'centre', description: '' });
    expect(outcome).toMatchObject({ result: 'failed', problem: { code: 'INTERNAL_ERROR' } });
    expect(await tree()).toEqual(before);
    return { outcome, guest };
  };

  test.skipIf(!available.ok || !isRoot())('a renaming that fails is put back', { timeout: 120_000 }, async () => {
    const { outcome, guest } = await renameBlocked('centre');
    expect(outcome).toMatchObject({ differences: [], notes: [expect.stringContaining('as it was before')] });
    expect((await guest.snapshots()).toSorted()).toEqual(['leaf', 'middle', 'root']);
    expect(await guest.current()).toBe('leaf');
  });

  test.skipIf(!available.ok || !isRoot())('what cannot be put back is said', { timeout: 120_000 }, async () => {
    const { outcome, guest } = await renameBlocked('leaf');
    expect(outcome.notes).toEqual([expect.stringContaining('kept in Activity')]);
    expect(outcome.differences.join(' ')).toContain('“leaf” could not be restored');
    expect((await guest.snapshots()).toSorted()).toEqual(['middle', 'root']);
    const entry = at(0)
      .services.journal.list({ limit: 20 })
      .find((each) => each.snapshotName === 'leaf' && each.hasXml);
    expect(await at(0).services.journal.xml(entry?.requestId ?? '')).toMatchObject([{ name: 'leaf' }]);
  });

  const kinds = reverts ? (['internal', 'external'] as const) : (['internal'] as const);
  test.skipIf(!available.ok || !isRoot()).for(kinds)(
    'moved to another host and reverted there: %s',
    { timeout: 240_000 },
    async (kind) => {
      const guest = await at(0).lab.guest({ name: `moved-${kind}` });
      await (kind === 'internal' ? tags(guest) : layers(guest));
      const uuid = await at(0).lab.virsh('domuuid', guest.name);
      const { text, names, current, files } = await exportSnapshots(at(0).session, uuid);
      expect(current).toBe('leaf');
      for (const file of files) expect(file.startsWith(guest.folder)).toBe(true);
      const { lab, session, services } = at(1);
      const moved = await moveGuest(guest, at(0).lab, lab);

      const plan = await kindsOf(session, services).planImport(uuid, [{ name: 'moved.xml', text }]);
      expect(plan).toMatchObject({ blockers: [], rows: names.map(() => ({ verdict: 'add', notes: [] })) });
      expect(await kindsOf(session, services).import(plan)).toMatchObject({ result: 'done', differences: [] });
      for (const name of names) expect(await dump(lab, guest.name, name)).toBe(await dump(at(0).lab, guest.name, name));
      expect(await moved.guest.current()).toBe('leaf');
      for (const [name, bytes] of [
        ['middle', 'two..'],
        ['leaf', 'three'],
        ['root', 'one..'],
      ] as const) {
        await moved.guest.revert(name);
        expect(await moved.readBytes(offset, 5)).toBe(bytes);
        if ((await moved.guest.state()) === 'running') await moved.guest.destroy();
      }
    },
  );
});

const dump = (lab: Lab, domain: string, name: string) =>
  lab.virsh('snapshot-dumpxml', domain, '--snapshotname', name, '--security-info');

async function withPassword(lab: Lab, guest: Guest): Promise<Guest> {
  const xml = await lab.virsh('dumpxml', guest.name, '--inactive', '--security-info');
  const file = join(guest.folder, 'password.xml');
  await writeFile(file, xml.replace("<graphics type='vnc'", `<graphics type='vnc' passwd='${secret}'`));
  await lab.virsh('define', file);
  return guest;
}

/** Internal snapshots of a guest that is off, each with bytes of its own. */
async function tags(guest: Guest): Promise<void> {
  await guest.writeBytes(offset, 'one..');
  await guest.snapshot('root');
  await guest.writeBytes(offset, 'two..');
  await guest.snapshot('middle', '--description', 'of the second bytes');
  await guest.writeBytes(offset, 'three');
  await guest.snapshot('leaf');
}

/** The same as external ones: off, with memory, and disks only. */
async function layers(guest: Guest): Promise<void> {
  const file = (name: string, suffix: string) => join(guest.folder, `${name}.${suffix}`);
  const overlay = (name: string) => ['--diskspec', `hda,snapshot=external,file=${file(name, 'qcow2')}`];
  await guest.writeBytes(offset, 'one..');
  await guest.snapshot('root', '--disk-only', ...overlay('root'));
  await guest.writeBytes(offset, 'two..');
  await guest.start();
  await guest.snapshot('middle', ...overlay('middle'), '--memspec', `file=${file('middle', 'mem')},snapshot=external`);
  await guest.destroy();
  await guest.writeBytes(offset, 'three');
  await guest.start();
  await guest.snapshot('leaf', '--disk-only', ...overlay('leaf'));
  await guest.destroy();
}
