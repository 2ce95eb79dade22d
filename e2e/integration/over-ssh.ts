import { toProblem } from '../../electron/hosts/problems.ts';
import { closeConnection, openConnection } from '../../electron/libvirt/open.ts';
import { openTransport } from '../../electron/transport/open-transport.ts';
import type { TransportContext } from '../../electron/transport/transport.ts';
import { driverUri, parseLibvirtUri } from '../../shared/libvirt-uri.ts';
import type { Problem } from '../../shared/schema.ts';
import type { Lab } from '../lab/lab.ts';

/**
 * Connects once to a URI of an SSH server in a lab, as the app does: what it found, or why it could not.
 * @param surroundings other than those of a person who trusts every key and tells nothing
 */
export async function connectOverSsh(
  lab: Lab,
  address: string,
  surroundings: Partial<TransportContext> = {},
): Promise<string | Problem> {
  const uri = parseLibvirtUri(address);
  const context = {
    env: process.env,
    home: lab.dir,
    askHostKey: async () => true,
    askSecret: async () => null,
    log: () => {},
    ...surroundings,
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
