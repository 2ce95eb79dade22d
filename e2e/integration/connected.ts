import { homedir } from 'node:os';
import type { Ground } from '../../electron/hosts/ground.ts';
import { HostSession } from '../../electron/hosts/host-session.ts';
import { Hub } from '../../electron/hosts/hub.ts';
import { createGround, type MemoryFile, memoryFile } from '../../electron/hosts/testing.ts';
import { openTransport } from '../../electron/transport/open-transport.ts';
import { driverUri, parseLibvirtUri } from '../../shared/libvirt-uri.ts';
import type { Lab } from '../lab/lab.ts';

/** A session with a lab's daemon, and what changes stand on. */
export interface Connected {
  readonly lab: Lab;
  readonly session: HostSession;
  readonly ground: Ground;
  /** The journal’s. */
  readonly file: MemoryFile;
}

/** Connects to the daemon of a lab as the app does; with another URI, to another of its drivers. */
export async function connectTo(lab: Lab, address: string = lab.uri): Promise<Connected> {
  const uri = parseLibvirtUri(address);
  const hub = new Hub();
  const session = new HostSession({
    host: { id: address, name: 'Lab', uri: address, kind: 'local' },
    driverUri: driverUri(uri),
    openTransport: () =>
      openTransport(uri, { env: process.env, home: homedir(), askHostKey: async () => false, log: () => {} }),
    hub,
    log: () => {},
  });
  session.connect();
  await session.whenConnected(AbortSignal.timeout(30_000));
  const file = memoryFile();
  return { lab, session, ground: await createGround({ hub, session, lines: [] }, file), file };
}
