import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Gate } from '../../electron/hosts/gate.ts';
import { RpcConnection } from '../../electron/libvirt/connection.ts';
import { procedures } from '../../electron/libvirt/procedures.ts';
import { readSnapshotTable } from '../../electron/libvirt/snapshot-table.ts';
import { openTransport } from '../../electron/transport/open-transport.ts';
import { driverUri, parseLibvirtUri } from '../../shared/libvirt-uri.ts';
import { canBuildGenerations, labAvailable } from '../lab/available.ts';
import { createDisk } from '../lab/disk.ts';
import { type Guest, type Lab, startLab } from '../lab/lab.ts';
import { retry, run } from '../lab/run.ts';
import { type Connected, connectTo } from './connected.ts';

/** What qemu-img lists of an image that may be in use. */
async function listed(path: string) {
  const text = await run(['qemu-img', 'info', '-U', '--output=json', path]);
  const { snapshots = [] } = JSON.parse(text) as {
    snapshots?: { id: string; name: string; 'vm-state-size': number; 'date-sec': number }[];
  };
  return snapshots.map((each) => ({
    id: each.id,
    name: each.name,
    vmStateBytes: each['vm-state-size'],
    dateSec: each['date-sec'],
  }));
}

describe.each(['host', '11.3', '12.8'] as const)(
  'the snapshot table of an image, through libvirt: %s',
  (generation) => {
    const available = generation === 'host' ? labAvailable() : canBuildGenerations();
    if (!available.ok) console.warn(`Snapshot tables on ${generation} are left out: ${available.reason}`);
    let lab: Lab;
    let connected: Connected;
    beforeAll(async () => {
      if (!available.ok) return;
      lab = await startLab({ generation });
      connected = await connectTo(lab);
    });
    afterAll(async () => {
      await connected?.session.disconnect();
      await lab?.stop();
    });

    const test = it.skipIf(!available.ok);
    const table = (path: string) => readSnapshotTable(connected.session.reads, path);
    const pool = async (guest: Guest) => {
      await lab.virsh('pool-define-as', guest.name, 'dir', '--target', guest.folder);
      await lab.virsh('pool-start', guest.name);
    };
    const unknown = (why: string) => ({ known: false, why });
    const same = async (path: string) => {
      const wanted = await listed(path);
      expect(await table(path)).toMatchObject({ known: true, tags: wanted });
      return wanted.map(({ name }) => name);
    };

    test('is what qemu-img lists, off, running and paused', { timeout: 120_000 }, async () => {
      const guest = await lab.guest({ name: 'tags', disks: 2, pool: false });
      const [hda, hdb] = [await guest.diskPath('hda'), await guest.diskPath('hdb')];
      await pool(guest);
      expect(await same(hda)).toEqual([]);
      for (const name of ['2', '1', 'grün ✓', 'a'.repeat(200)]) await guest.snapshot(name);
      await run(['qemu-img', 'snapshot', '-c', '2', hda]);
      const before = ['2', '1', 'grün ✓', 'a'.repeat(200)];
      expect([await same(hda), await same(hdb)]).toEqual([[...before, '2'], before]);
      await guest.start();
      await guest.snapshot('live');
      await lab.virsh('snapshot-delete', guest.name, '1');
      const after = ['2', 'grün ✓', 'a'.repeat(200), '2', 'live'];
      expect((await same(hda)).toSorted()).toEqual(after.toSorted());
      await lab.virsh('suspend', guest.name);
      await guest.snapshot('still');
      expect((await same(hda)).toSorted()).toEqual([...after, 'still'].toSorted());
      const read = await table(hda);
      const withMemory = read.known && read.tags.filter(({ vmStateBytes }) => vmStateBytes > 0).map(({ name }) => name);
      expect(withMemory).toEqual(['live', 'still']);
      await lab.virsh('resume', guest.name);
      // Reading takes no lock, and does not get into the way of the guest's own snapshots.
      let reading = true;
      const reader = (async () => {
        const seen = new Set<string>();
        while (reading) {
          const each = await table(hda);
          seen.add(each.known ? 'known' : each.why);
        }
        return [...seen];
      })();
      for (let nth = 0; nth < 5; nth++) await guest.snapshot(`under-${nth}`);
      reading = false;
      expect((await reader).filter((each) => each !== 'damaged')).toEqual(['known']);
      await same(hda);
      await guest.counted((await guest.counter()) + 2);
      await guest.destroy();
      await same(hda);
    });

    test('is unknown where no pool has the folder, or not the file', { timeout: 120_000 }, async () => {
      const guest = await lab.guest({ name: 'unknown', disks: ['qcow2', 'raw'], pool: false });
      const [hda, hdb] = [await guest.diskPath('hda'), await guest.diskPath('hdb')];
      expect(await table(hda)).toEqual(unknown('no-pool'));
      await pool(guest);
      expect(await table(hda)).toEqual({ known: true, tags: [], hasBitmaps: false, isDirty: false });
      expect(await table(hdb)).toEqual(unknown('not-qcow2'));
      const late = join(guest.folder, 'late.qcow2');
      await createDisk(late, 8);
      expect(await table(late)).toEqual(unknown('newer-than-pool'));
      await lab.virsh('pool-refresh', guest.name);
      expect(await table(late)).toEqual({ known: true, tags: [], hasBitmaps: false, isDirty: false });
      await writeFile(late, 'no image');
      expect(await table(late)).toEqual(unknown('not-qcow2'));
      await rm(late);
      expect(await table(late)).toEqual(unknown('gone'));
      expect(await table(join(guest.folder, 'below/x.qcow2'))).toEqual(unknown('no-pool'));
      await lab.virsh('pool-destroy', guest.name);
      expect(await table(hda)).toEqual(unknown('inactive-pool'));
      await lab.virsh('pool-undefine', guest.name);
      expect(await table(hda)).toEqual(unknown('no-pool'));
    });

    test('is refused to who may only look, and a stream can be left', { timeout: 120_000 }, async () => {
      const guest = await lab.guest({ name: 'streams', disks: ['qcow2', 'raw'], pool: false });
      await pool(guest);
      const uri = parseLibvirtUri(lab.uri);
      const options = {
        env: process.env,
        home: '/',
        askHostKey: async () => false,
        askSecret: async () => null,
        log: () => {},
      };
      const transport = openTransport(uri, options);
      const looking = new RpcConnection(await transport.dial(AbortSignal.timeout(20_000)));
      await looking.call(procedures.authList, {});
      await looking.call(procedures.connectOpen, { name: driverUri(uri), flags: 1 });
      expect(await readSnapshotTable(new Gate(looking), await guest.diskPath())).toEqual(unknown('read-only'));
      looking.close();
      transport.close();

      const { reads } = connected.session;
      const path = await guest.diskPath('hdb');
      const { vol } = await reads.call(procedures.storageVolLookupByPath, { path });
      const whole = { vol, offset: 0n, length: 0n, flags: 0 };
      for (let nth = 0; nth < 8; nth++) {
        const limited = reads.receive(procedures.storageVolDownload, whole, { limit: 1_000_000 });
        await expect(limited).rejects.toMatchObject({ name: 'StreamLimitError' });
        const stop = new AbortController();
        const aborted = reads.receive(procedures.storageVolDownload, whole, { signal: stop.signal });
        const ended = expect(aborted).rejects.toThrow('enough');
        if (nth % 2 === 0) await reads.call(procedures.connectGetType, {});
        stop.abort(new Error('enough'));
        await ended;
      }
      const read = await reads.receive(
        procedures.storageVolDownload,
        { ...whole, offset: 5n, length: 10n },
        { limit: 10 },
      );
      expect(read.data).toEqual(Buffer.alloc(10));
      const beyond = { ...whole, offset: 2n ** 40n, length: 10n };
      expect((await reads.receive(procedures.storageVolDownload, beyond)).data).toHaveLength(0);
      // Neither the daemon nor a helper of its own holds the file any more.
      await retry(async () => {
        const held = await lab.run(['sh', '-c', 'ls -l /proc/[0-9]*/fd 2>/dev/null | grep -c "$0" || true', path]);
        if (held.trim() !== '0') throw new Error(`${path} is held ${held.trim()} times`);
      }, 10_000);
    });
  },
);
