import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DomainList } from '../../electron/hosts/domain-list.ts';
import { Gate } from '../../electron/hosts/gate.ts';
import { SnapshotCache } from '../../electron/hosts/snapshot-cache.ts';
import type { RpcConnection } from '../../electron/libvirt/connection.ts';
import { countSnapshots, domainRef, listDomains } from '../../electron/libvirt/domains.ts';
import { closeConnection, openConnection } from '../../electron/libvirt/open.ts';
import { procedures } from '../../electron/libvirt/procedures.ts';
import { revertToSnapshot } from '../../electron/libvirt/snapshots.ts';
import { openTransport } from '../../electron/transport/open-transport.ts';
import { driverUri, parseLibvirtUri } from '../../shared/libvirt-uri.ts';
import { labAvailable, sshdAvailable } from '../lab/available.ts';
import type { Guest } from '../lab/guest.ts';
import { type Lab, startLab } from '../lab/lab.ts';
import { startSshd } from '../lab/sshd.ts';

const available = labAvailable();
if (!available.ok) console.log(`Left out: the client on a real libvirt: ${available.reason}.`);

describe.skipIf(!available.ok)('the client on a real libvirt', () => {
  let lab: Lab;
  let guest: Guest;
  let connection: RpcConnection;
  /** The driver of the lab's daemon: `system` as root, else `session`. */
  let driver: string;
  beforeAll(async () => {
    lab = await startLab();
    driver = driverUri(parseLibvirtUri(lab.uri));
    guest = await lab.guest({ name: 'real' });
    await guest.start();
    await guest.snapshot('one');
    connection = await openConnection(connect(lab.socket), driver);
  });
  afterAll(async () => {
    if (connection) await closeConnection(connection);
    await lab?.stop();
  });

  test('lists domains and snapshots', async () => {
    const gate = new Gate(connection);
    const [domain] = await listDomains(gate);
    expect(domain).toMatchObject({
      name: 'real',
      state: 'running',
      persistent: true,
      managedSave: false,
      snapshotCount: null,
    });
    expect(await countSnapshots(gate, domain?.uuid ?? '')).toBe(1);
    const list = (await new SnapshotCache(gate).read(domain?.uuid ?? '')).list;
    expect(list).toMatchObject({
      current: 'one',
      snapshots: [{ name: 'one', parent: null, state: 'running', memory: 'internal', kind: 'internal' }],
    });
  });

  test('finds by looking which domain got a snapshot, which libvirt tells nobody of', async () => {
    const other = await lab.guest({ name: 'other' });
    const own = await openConnection(connect(lab.socket), driver);
    const reads = new Gate(own);
    const list = new DomainList({
      hostId: 'h',
      publish: () => {},
      isHeld: () => false,
      onNew: () => {},
      log: () => {},
    });
    const counts = () => list.all.map(({ name, snapshotCount }) => [name, snapshotCount]).sort();
    try {
      list.begin(reads, await listDomains(reads));
      await expect.poll(counts).toEqual([
        ['other', 0],
        ['real', 1],
      ]);
      await other.snapshot('first');
      list.look();
      await expect.poll(counts).toEqual([
        ['other', 1],
        ['real', 1],
      ]);
      await other.snapshot('second');
      list.look();
      await expect.poll(counts).toEqual([
        ['other', 2],
        ['real', 1],
      ]);
    } finally {
      list.pause();
      await closeConnection(own);
      for (const name of ['second', 'first']) await lab.virsh('snapshot-delete', 'other', name);
      await lab.virsh('undefine', 'other');
    }
  });

  test('receives a screenshot as a stream, and goes on working', async () => {
    const [domain] = await listDomains(new Gate(connection));
    const screenshot = { domain: domainRef(domain?.uuid ?? ''), screen: 0, flags: 0 };
    for (let round = 0; round < 3; round++) {
      const { result, data } = await connection.receive(procedures.domainScreenshot, screenshot);
      expect(['image/png', 'image/x-portable-pixmap']).toContain(result.mime);
      expect(data.length).toBeGreaterThan(500);
    }
    expect((await connection.call(procedures.connectGetType, {})).type).toBe('QEMU');
  });

  test('tells of what another client does', async () => {
    const [domain] = await listDomains(new Gate(connection));
    const seen: number[] = [];
    const stop = connection.on('lifecycle', ({ event }) => seen.push(event));
    await connection.call(procedures.domainEventCallbackRegisterAny, {
      eventId: 0,
      domain: domainRef(domain?.uuid ?? ''),
    });
    await lab.virsh('suspend', 'real');
    await lab.virsh('resume', 'real');
    await expect.poll(() => seen).toEqual([3, 4]);
    stop();
  });

  test('names libvirt’s errors by code and domain', async () => {
    const [domain] = await listDomains(new Gate(connection));
    const revert = revertToSnapshot(new Gate(connection), domain?.uuid ?? '', 'nothing of the kind', 0);
    await expect(revert).rejects.toMatchObject({ code: 72, codeName: 'NO_DOMAIN_SNAPSHOT', domain: 10, level: 2 });
  });

  test('answers keepalive, and is answered', async () => {
    const own = await openConnection(connect(lab.socket), driver);
    // It would give up after 3 s without an answer, in which a busy machine answers too.
    own.startKeepalive({ intervalMs: 500, count: 6 });
    await new Promise((resolve) => setTimeout(resolve, 4_500));
    expect((await own.call(procedures.connectGetType, {})).type).toBe('QEMU');
    await closeConnection(own);
  });

  const ssh = sshdAvailable();
  if (!ssh.ok) console.log(`Left out: virt-ssh-helper: ${ssh.reason}.`);
  test.skipIf(!ssh.ok)('reaches libvirt through virt-ssh-helper where sshd forwards no sockets', async () => {
    const home = await mkdtemp(join(tmpdir(), 'snapkeel-home-'));
    const sshd = await startSshd(lab, { streamLocalForwarding: false });
    const transport = openTransport(parseLibvirtUri(sshd.uri), {
      env: process.env,
      home,
      askHostKey: async () => true,
      askSecret: async () => null,
      log: () => {},
    });
    try {
      const stream = await transport.dial(new AbortController().signal);
      const own = await openConnection(stream, driver);
      expect((await listDomains(new Gate(own))).map(({ name }) => name)).toEqual(['real']);
      await closeConnection(own);
    } finally {
      transport.close();
      await sshd.stop();
      await rm(home, { recursive: true });
    }
  });
});
