import { domainRef, type StreamCaller } from './domains.ts';
import { procedures } from './procedures.ts';

/** A picture of 4096 × 2304 dots, three bytes each, and its header. Bytes. */
const LARGEST = 4096 * 2304 * 3 + 4096;

/**
 * What the first screen of a domain shows, in a format of the hypervisor's choice.
 * @throws LibvirtError, StreamLimitError, ConnectionError, the signal's reason
 */
export async function screenshot(caller: StreamCaller, uuid: string, signal?: AbortSignal): Promise<Buffer> {
  const args = { domain: domainRef(uuid), screen: 0, flags: 0 };
  return (await caller.receive(procedures.domainScreenshot, args, { limit: LARGEST, signal })).data;
}
