import { readdir } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LibvirtError } from '../../electron/libvirt/errors.ts';
import { createSnapshot, deleteSnapshot, revertToSnapshot } from '../../electron/libvirt/snapshots.ts';
import { escapeXml } from '../../electron/libvirt/xml.ts';
import { createFlag, errorCode } from '../../shared/libvirt/flags.ts';
import {
  overlayHazard,
  type TagEffect,
  type TagFacts,
  type TagHazard,
  type TagOperation,
  tagHazards,
} from '../../shared/libvirt/names.ts';
import { can } from '../../shared/libvirt/versions.ts';
import { canBuildGenerations, labAvailable } from '../lab/available.ts';
import type { Generation } from '../lab/generations.ts';
import { makeGuest } from '../lab/guest.ts';
import { type Guest, startLab } from '../lab/lab.ts';
import { type Connected, connectTo } from './connected.ts';

/** By default the machine's own libvirt, which tells QEMU names as text, and one where they are part of a job's ID. */
const wanted = (process.env.SNAPKEEL_NAMES_ON?.split(',') ?? ['host', '12.8']) as Generation[];
const names = ['ok', 'a b', 'a"b', '-dash', "it's", 'a\\b', 'é', 'a\u202Eb'];
/** While a guest runs each takes its time: without a wish the first three, a name of each kind. */
const whileRunning = names.slice(0, process.env.SNAPKEEL_NAMES_ON === undefined ? 3 : undefined);
const offset = 1 << 20;

describe.each(wanted)('what is read into a snapshot’s name, on libvirt %s', (generation) => {
  const available = generation === 'host' ? labAvailable() : canBuildGenerations();
  if (!available.ok) console.log(`Left out: names of snapshots on ${generation}: ${available.reason}.`);
  let place: Connected;
  let version = 0;
  beforeAll(async () => {
    if (!available.ok) return;
    place = await connectTo(await startLab({ generation }));
    const { connection } = place.session.host;
    if (connection.status === 'connected') version = connection.libvirtVersion;
  });
  afterAll(async () => {
    await place?.session.disconnect();
    await place?.lab.stop();
  });
  const onLab = test.skipIf(!available.ok);

  const uuidOf = ({ name }: Guest) => place.lab.virsh('domuuid', name);
  /** libvirt's error code, or `ok`. */
  const answer = (call: Promise<unknown>) =>
    call.then(
      () => 'ok' as const,
      (error: unknown) => {
        if (error instanceof LibvirtError) return error.code;
        throw error;
      },
    );
  const take = async (guest: Guest, name: string) =>
    answer(createSnapshot(place.session.writes, await uuidOf(guest), snapshotXml(name), 0));
  const revert = async (guest: Guest, name: string) =>
    answer(revertToSnapshot(place.session.writes, await uuidOf(guest), name, 0));
  const remove = async (guest: Guest, name: string) =>
    answer(deleteSnapshot(place.session.writes, await uuidOf(guest), name));
  /** The names in its image. */
  const tags = async ({ folder }: Guest): Promise<string[]> => {
    const info = await place.lab.run(['qemu-img', 'info', '-U', '--output=json', `${folder}/hda.qcow2`]);
    return ((JSON.parse(info) as { snapshots?: { name: string }[] }).snapshots ?? []).map(({ name }) => name);
  };
  const predicted = (name: string, operation: TagOperation, facts: Pick<TagFacts, 'active' | 'memory'>) =>
    tagHazards(name, operation, { driver: 'QEMU', libvirtVersion: version, ...facts });
  const effects = (hazards: readonly TagHazard[]): TagEffect[] => hazards.map(({ effect }) => effect);
  /** Whether what libvirt answered is what was foreseen: no, with that code, or yes. */
  const isForeseen = (hazards: readonly TagHazard[], said: 'ok' | number) => {
    const refused = hazards.find(({ effect }) => effect === 'refused');
    expect(said).toBe(refused?.error === undefined ? 'ok' : errorCode[refused.error]);
  };

  onLab('while it is off, all of them are right', { timeout: 180_000 }, async () => {
    const guest = await place.lab.guest({ name: 'off' });
    for (const name of names) {
      for (const operation of ['take', 'revert', 'delete'] as const)
        expect(predicted(name, operation, { active: false, memory: false })).toEqual([]);
      await guest.writeBytes(offset, 'then');
      expect([await take(guest, name), await tags(guest)]).toEqual(['ok', [name]]);
      await guest.writeBytes(offset, 'now!');
      expect([await revert(guest, name), await guest.readBytes(offset, 4)]).toEqual(['ok', 'then']);
      expect([await remove(guest, name), await tags(guest)]).toEqual(['ok', []]);
    }
  });

  onLab('while it runs', { timeout: 300_000 }, async () => {
    const facts = { active: true, memory: true };
    for (const [index, name] of whileRunning.entries()) {
      const guest = await place.lab.guest({ name: `on-${index}` });
      await guest.start();
      await place.lab.virsh('suspend', guest.name); // so that its counter is exactly that of the snapshot
      const counter = await guest.counter();
      const taking = predicted(name, 'take', facts);
      const said = await take(guest, name);
      isForeseen(taking, said);
      if (said === 'ok') {
        expect((await tags(guest)).includes(name)).toBe(!effects(taking).includes('misnamed'));
        await place.lab.virsh('resume', guest.name);
        await guest.counted(counter + 10);
        const reverting = effects(predicted(name, 'revert', facts));
        const reverted = await revert(guest, name);
        const state = reverting.includes('fails') ? 'shut off' : 'paused';
        expect([name, reverted === 'ok', await guest.state()]).toEqual([name, state !== 'shut off', state]);
        if (reverting.length === 0) expect(await guest.counter()).toBe(counter);
        if (reverting.includes('nothing')) expect(await guest.counter()).toBeGreaterThanOrEqual(counter + 10);
      }
      if ((await guest.state()) !== 'shut off') await guest.destroy();
    }
  });

  onLab('while it runs, of one that was taken while it was off', { timeout: 300_000 }, async () => {
    for (const [index, name] of whileRunning.entries()) {
      const guest = await place.lab.guest({ name: `later-${index}` });
      expect(await take(guest, name)).toBe('ok');
      await guest.start('--paused');
      const deleting = predicted(name, 'delete', { active: true, memory: false });
      isForeseen(deleting, await remove(guest, name));
      expect([name, await tags(guest)]).toEqual([name, deleting.length === 0 ? [] : [name]]);
      await guest.destroy();
    }
  });

  onLab('of digits, it is an ID first', { timeout: 120_000 }, async () => {
    const guest = await place.lab.guest({ name: 'digits' });
    for (const [name, text] of [
      ['2', 'two!'],
      ['1', 'one!'],
      ['01', 'zero'],
    ] as const) {
      await guest.writeBytes(offset, text);
      expect(await take(guest, name)).toBe('ok');
    }
    expect(effects(predicted('2', 'revert', { active: false, memory: false }))).toEqual(['another']);
    expect([await revert(guest, '2'), await guest.readBytes(offset, 4)]).toEqual(['ok', 'one!']);
    expect(predicted('01', 'revert', { active: false, memory: false })).toEqual([]);
    expect([await revert(guest, '01'), await guest.readBytes(offset, 4)]).toEqual(['ok', 'zero']);
    expect(predicted('2', 'delete', { active: false, memory: false })).toEqual([]);
    expect([await remove(guest, '2'), await tags(guest)]).toEqual(['ok', ['1', '01']]);
  });

  onLab('commas in the path of a new overlay', { timeout: 180_000 }, async () => {
    const { lab } = place;
    for (const [index, [folder, file]] of [
      ['plain', 'hda.s,1'],
      ['a,b', 'hda.s1'],
    ].entries()) {
      const guest = await makeGuest(lab.virsh.bind(lab), `${lab.dir}/guests/comma-${index}/${folder}`, {
        name: `comma-${index}`,
      });
      const path = `${guest.folder}/${file}`;
      const disks = `<disks><disk name='hda' snapshot='external'><source file='${path}'/></disk></disks>`;
      const xml = `<domainsnapshot><name>s</name>${disks}</domainsnapshot>`;
      const foreseen = overlayHazard(path, { operation: 'take', active: false, memory: false });
      const said = await answer(createSnapshot(place.session.writes, await uuidOf(guest), xml, createFlag.diskOnly));
      isForeseen(foreseen ? [foreseen] : [], said);
      expect(foreseen?.effect).toBe(folder === 'plain' ? 'misnamed' : 'refused');
      expect((await readdir(guest.folder)).includes(file ?? '')).toBe(false);
      if (said === 'ok') await expect(guest.start()).rejects.toThrow(/No such file/);
    }
  });

  onLab('a comma in the path of an image that a revert makes an overlay of', { timeout: 180_000 }, async () => {
    if (!can(version, 'revertsDiskOnly')) return; // refused outright, whatever the path
    const { lab } = place;
    for (const [index, [folder, file]] of [
      ['plain', 'hda,1.s1'],
      ['plain', 'hda.s,1'],
      ['a,b', 'hda.s1'],
    ].entries()) {
      const guest = await makeGuest(lab.virsh.bind(lab), `${lab.dir}/guests/back-${index}/${folder}`, {
        name: `back-${index}`,
      });
      await guest.start();
      for (const [name, path] of [
        ['s1', `${guest.folder}/${file}`],
        ['s2', `${guest.folder}/top.s2`],
      ] as const) {
        const disks = `<disks><disk name='hda' snapshot='external'><source file='${path}'/></disk></disks>`;
        const xml = `<domainsnapshot><name>${name}</name>${disks}</domainsnapshot>`;
        expect(await answer(createSnapshot(place.session.writes, await uuidOf(guest), xml, createFlag.diskOnly))).toBe(
          'ok',
        );
      }
      await guest.destroy();
      const path = `${guest.folder}/${file}`;
      const foreseen = overlayHazard(path, { operation: 'revert', active: false, memory: false });
      expect(foreseen?.effect).toBe(['misnamed', undefined, 'fails'][index]);
      const said = await revert(guest, 's2');
      expect([file, said]).toEqual([file, foreseen?.effect === 'fails' ? errorCode.INTERNAL_ERROR : 'ok']);
      if (foreseen?.effect === 'misnamed') await expect(guest.start()).rejects.toThrow(/No such file/);
      if (foreseen === null) await guest.start();
    }
  });
});

function snapshotXml(name: string): string {
  return `<domainsnapshot><name>${escapeXml(name)}</name></domainsnapshot>`;
}
