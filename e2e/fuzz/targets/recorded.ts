import { PassThrough } from 'node:stream';
import { Gate } from '../../../electron/hosts/gate.ts';
import { SnapshotCache } from '../../../electron/hosts/snapshot-cache.ts';
import { domainXml, listDomains, readDomain } from '../../../electron/libvirt/domains.ts';
import { encodePacket, type Packet, PacketReader } from '../../../electron/libvirt/frame.ts';
import { openConnection } from '../../../electron/libvirt/open.ts';
import { screenshot } from '../../../electron/libvirt/screenshot.ts';
import { createSnapshot, deleteSnapshot, revertToSnapshot, snapshotXml } from '../../../electron/libvirt/snapshots.ts';
import { createSimulator } from '../../../electron/simulator/simulator.ts';

/** What an honest libvirtd says: every packet, and every XML in them. */
export interface Recorded {
  readonly packets: readonly Packet[];
  readonly bytes: readonly Buffer[];
  readonly xml: readonly string[];
}

/** Records a session with the simulated libvirtd that does a little of everything. */
export async function record(): Promise<Recorded> {
  const simulator = createSimulator({ revertMs: 0 });
  const stream = await simulator.dial(new AbortController().signal);
  const tap = new PassThrough();
  stream.on('data', (chunk: Buffer) => tap.write(chunk));
  const gate = new Gate(await openConnection(stream, 'qemu:///system'));
  const cache = new SnapshotCache(gate);
  const xml: string[] = [];
  for (const { uuid, name, state } of await listDomains(gate)) {
    const ignore = () => {};
    await readDomain(gate, uuid);
    xml.push(await domainXml(gate, uuid, false));
    const { list } = await cache.read(uuid);
    for (const each of list.snapshots.slice(0, 3)) xml.push(await snapshotXml(gate, uuid, each.name));
    if (state === 'running') await screenshot(gate, uuid).catch(ignore);
    await createSnapshot(gate, uuid, '<domainsnapshot><name>fuzz</name></domainsnapshot>', 0).catch(ignore);
    await revertToSnapshot(gate, uuid, 'fuzz', 0).catch(ignore);
    await deleteSnapshot(gate, uuid, name).catch(ignore);
  }
  simulator.close();
  const all = tap.read() as Buffer;
  const packets = [...new PacketReader().push(all)];
  const bytes = packets.map(encodePacket);
  return { packets, bytes: bytes.filter(({ length }) => length < 16_384), xml };
}
