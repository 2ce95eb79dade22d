import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Gate } from '../hosts/gate.ts';
import { RpcConnection } from '../libvirt/connection.ts';
import { activePools } from '../libvirt/pools.ts';
import { procedures } from '../libvirt/procedures.ts';
import { readSnapshotTable } from '../libvirt/snapshot-table.ts';
import { demoDomains } from './demo.ts';
import type { DomainModel } from './model.ts';
import { createSimulator, type Simulator } from './simulator.ts';
import { answer, connect, lookup } from './testing.ts';

const never = new AbortController().signal;
let simulator: Simulator;
let connection: RpcConnection;
beforeEach(async () => {
  simulator = createSimulator({ revertMs: 0 });
  connection = await connect(simulator);
});
afterEach(() => simulator.close());

const imageOf = (name: string) => `/var/lib/libvirt/images/${name}.qcow2`;
const table = (path: string) => readSnapshotTable(new Gate(connection), path);
const names = async (path: string) => {
  const read = await table(path);
  return read.known ? read.tags.map(({ id, name }) => `${id} ${name}`) : read.why;
};
const act = async (name: string, snapshot: string, flags: number) => {
  const domain = await lookup(connection, name);
  await connection.call(procedures.domainSnapshotDelete, { snapshot: { name: snapshot, domain }, flags });
};

describe('the images of the simulated host', () => {
  it('of the demo are all in its pool, with every internal snapshot', async () => {
    const seconds = Math.floor(Date.now() / 1000);
    const paths = (domain: DomainModel) =>
      domain.config.disks.flatMap(({ path, device }) => (device === 'disk' && path !== null ? [path] : []));
    for (const domain of demoDomains(Date.now()))
      for (const path of paths(domain)) {
        const read = await table(path);
        const target = domain.config.disks.find((disk) => disk.path === path)?.target;
        const inside = domain.snapshots.filter(({ disks }) =>
          disks.some((disk) => disk.target === target && disk.kind === 'internal'),
        );
        expect(read).toMatchObject({ known: true, tags: inside.map(({ name }) => ({ name })) });
        if (read.known) for (const { dateSec } of read.tags) expect(dateSec).toBeLessThanOrEqual(seconds);
      }
  });

  it('tell how much is free', async () => {
    const [pool, ...others] = await activePools(connection);
    expect(others).toEqual([]);
    expect(pool).toMatchObject({ name: 'default', capacityBytes: 2 ** 40 });
    expect(pool?.freeBytes).toBeLessThan(2 ** 40);
  });

  it('have the memory in the first image only', async () => {
    const [vda, vdb] = [await table(imageOf('db-primary')), await table(imageOf('db-primary-vdb'))];
    expect(vda.known && vda.tags.map(({ vmStateBytes }) => vmStateBytes > 0)).toEqual([false, true, true]);
    expect(vdb).toMatchObject({ known: true, tags: [] }); // plugged in after the last of them
  });

  it('follow what is taken, deleted, forgotten and lost', async () => {
    simulator.hands.createSnapshot('scratch', '2');
    simulator.hands.createSnapshot('scratch', 'zwei');
    simulator.hands.createSnapshot('scratch', '1');
    expect(await names(imageOf('scratch'))).toEqual(['1 2', '2 zwei', '3 1']);
    await act('scratch', 'zwei', 2);
    expect(await names(imageOf('scratch'))).toEqual(['1 2', '2 zwei', '3 1']);
    simulator.hands.createSnapshot('scratch', 'zwei');
    expect(await names(imageOf('scratch'))).toEqual(['1 2', '2 zwei', '3 1', '4 zwei']);
    await act('scratch', '2', 0);
    expect(await names(imageOf('scratch'))).toEqual(['2 zwei', '3 1', '4 zwei']);
    simulator.hands.loseSnapshot('scratch', '1');
    simulator.hands.createSnapshot('scratch', 'new');
    expect(await names(imageOf('scratch'))).toEqual(['2 zwei', '4 zwei', '5 new']);
  });

  it('are not known outside the pool, when gone, and to who may only look', async () => {
    expect(await names('/srv/elsewhere.qcow2')).toBe('no-pool');
    expect(await names(imageOf('nothing'))).toBe('newer-than-pool');
    simulator.hands.removeFile('scratch', imageOf('scratch'));
    expect(await names(imageOf('scratch'))).toBe('newer-than-pool');
    const looking = new RpcConnection(await simulator.dial(never));
    await looking.call(procedures.authList, {});
    await looking.call(procedures.connectOpen, { name: 'qemu:///system', flags: 1 });
    expect(await readSnapshotTable(new Gate(looking), imageOf('web-01'))).toEqual({ known: false, why: 'read-only' });
  });

  it('deliver the bytes that were asked for, up to where they end', async () => {
    const { vol } = await connection.call(procedures.storageVolLookupByPath, { path: imageOf('web-01') });
    const bytes = async (offset: bigint, length: bigint) =>
      (await connection.receive(procedures.storageVolDownload, { vol, offset, length, flags: 0 })).data;
    const all = await bytes(0n, 1_048_576n);
    expect(all).toHaveLength(1_048_576);
    for (const [offset, length] of [
      [2, 3],
      [60, 12],
      [327_680, 900],
      [327_700, 1_000],
      [400_000, 10],
    ] as const)
      expect(await bytes(BigInt(offset), BigInt(length))).toEqual(all.subarray(offset, offset + length));
    expect(await bytes(2n ** 60n, 5n)).toHaveLength(0);
    const call = connection.receive(procedures.storageVolDownload, { vol, offset: 0n, length: 0n, flags: 0 });
    expect(await answer(call)).toBe('1/18');
  });
});
