import { toProblem } from '../../electron/hosts/problems.ts';
import { closeConnection, openConnection } from '../../electron/libvirt/open.ts';
import { openTransport } from '../../electron/transport/open-transport.ts';
import { driverUri, parseLibvirtUri } from '../../shared/libvirt-uri.ts';
import type { Problem } from '../../shared/schema.ts';
import type { Lab } from '../lab/lab.ts';

/** Connects once to a URI of an SSH server in a lab, as the app does: what it found, or why it could not. */
export async function connectOverSsh(lab: Lab, address: string): Promise<string | Problem> {
  const uri = parseLibvirtUri(address);
  const context = {
    env: process.env,
    home: lab.dir,
    askHostKey: async () => true,
    askSecret: async () => null,
    log: () => {},
  };
  const transport = openTransport(uri, context);
  try {
    const { signal } = new AbortController();
    const connection = await openConnection(await transport.dial(signal), driverUri(uri), { signal });
    await closeConnection(connection);
    return transport.describe();
  } catch (error) {
    return toProblem(error, 'kvm-a');
  } finally {
    transport.close();
  }
}
