import { domainRef, type StreamCaller } from './domains.ts';
import { procedures } from './procedures.ts';

/** What the first screen of a domain shows, in a format of the hypervisor's choice. @throws LibvirtError, ConnectionError */
export async function screenshot(caller: StreamCaller, uuid: string): Promise<Buffer> {
  const { data } = await caller.receive(procedures.domainScreenshot, {
    domain: domainRef(uuid),
    screen: 0,
    flags: 0,
  });
  return data;
}
