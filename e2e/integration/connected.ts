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

/** Connects to the daemon of a lab as the app does. */
export async function connectTo(lab: Lab): Promise<Connected> {
  const uri = parseLibvirtUri(lab.uri);
  const hub = new Hub();
  const session = new HostSession({
    host: { id: lab.dir, name: 'Lab', uri: lab.uri, kind: 'local' },
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
