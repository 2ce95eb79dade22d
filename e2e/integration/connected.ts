import { homedir } from 'node:os';
import type { Duplex } from 'node:stream';
import { HostSession } from '../../electron/hosts/host-session.ts';
import { Hub } from '../../electron/hosts/hub.ts';
import type { Services } from '../../electron/operations/engine/services.ts';
import { createServices, type MemoryFile, memoryFile } from '../../electron/testing.ts';
import { openTransport } from '../../electron/transport/open-transport.ts';
import { unsaid } from '../../shared/host-list/details.ts';
import { driverUri, parseLibvirtUri } from '../../shared/libvirt-uri.ts';
import type { Lab } from '../lab/lab.ts';

/** A session with a lab's daemon, and what changes stand on. */
export interface Connected {
  readonly lab: Lab;
  readonly session: HostSession;
  readonly services: Services;
  /** The journal’s. */
  readonly file: MemoryFile;
  /** From here on nothing that libvirt says arrives, until the connection is cut. */
  deafen(): void;
  /** Breaks the connection; the session makes another. */
  cut(): void;
}

/** Connects to the daemon of a lab as the app does; with another URI, to another of its drivers. */
export async function connectTo(lab: Lab, address: string = lab.uri): Promise<Connected> {
  const uri = parseLibvirtUri(address);
  const hub = new Hub();
  const streams = new Set<Duplex>();
  const open = () => {
    const context = {
      env: process.env,
      home: homedir(),
      askHostKey: async () => false,
      askSecret: async () => null,
      log: () => {},
    };
    const transport = openTransport(uri, context);
    const dial = async (signal: AbortSignal) => {
      const stream = await transport.dial(signal);
      streams.add(stream);
      return stream.on('close', () => streams.delete(stream));
    };
    return { ...transport, dial };
  };
  const session = new HostSession({
    host: { ...unsaid, id: address, name: 'Lab', uri: address, kind: 'local' },
    driverUri: driverUri(uri),
    openTransport: open,
    hub,
    log: () => {},
  });
  session.connect();
  await session.whenConnected(AbortSignal.timeout(120_000));
  const file = memoryFile();
  return {
    lab,
    session,
    services: await createServices({ hub, session, lines: [] }, file),
    file,
    deafen() {
      for (const stream of streams) stream.pause();
    },
    cut() {
      for (const stream of streams) stream.destroy();
    },
  };
}
