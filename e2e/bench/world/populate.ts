import { connect } from 'node:net';
import type { RpcConnection } from '../../../electron/libvirt/connection.ts';
import { closeConnection, openConnection } from '../../../electron/libvirt/open.ts';
import { domain, type Procedure, procedures, type WireDomain } from '../../../electron/libvirt/procedures.ts';
import { createSnapshot } from '../../../electron/libvirt/snapshots.ts';
import { string, struct } from '../../../electron/libvirt/xdr.ts';
import { createFlag } from '../../../shared/libvirt/flags.ts';
import { domainXml, snapshotXml } from './snapshot-xml.ts';

/** A domain that is to be there, shut off, and how many snapshots it has: `snapshotName` of 0 and so on, the last is current. */
export interface Planned {
  readonly name: string;
  readonly uuid: string;
  readonly snapshots: number;
}

/** REMOTE_PROC_DOMAIN_DEFINE_XML, which the app has no use for. */
const defineXml: Procedure<{ xml: string }, { domain: WireDomain }> = {
  program: procedures.connectOpen.program,
  number: 11,
  args: struct({ xml: string() }),
  result: struct({ domain }),
};
/** Snapshots of one domain are made one after the other, parents first: libvirt has threads of its own for what comes at once. */
const AT_ONCE = 4;

/** Makes domains with their snapshots in the world that all connections to `driver` share while one of them is open. */
export async function populate(socket: string, driver: string, domains: readonly Planned[]): Promise<void> {
  const left = domains.toSorted((a, b) => b.snapshots - a.snapshots).values();
  const worker = async () => {
    const connection = await openConnection(connect(socket), driver);
    for (const each of left) await make(connection, each);
    await closeConnection(connection);
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, domains.length) }, worker));
}

async function make(connection: RpcConnection, { name, uuid, snapshots }: Planned): Promise<void> {
  const config = domainXml(name, uuid);
  await connection.call(defineXml, { xml: config });
  for (let at = 0; at < snapshots; at++) {
    const flags = createFlag.redefine | (at === snapshots - 1 ? createFlag.current : 0);
    await createSnapshot(connection, uuid, snapshotXml(at, config), flags);
  }
}
