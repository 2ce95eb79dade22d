import { type Caller, domainRef } from './domains.ts';
import { LibvirtError } from './errors.ts';
import { procedures } from './procedures.ts';

/**
 * The names of a domain's checkpoints, which incremental backups leave behind; null where libvirt does not tell.
 * @throws LibvirtError NO_DOMAIN; ConnectionError
 */
export async function checkpointNames(caller: Caller, uuid: string): Promise<string[] | null> {
  try {
    const args = { domain: domainRef(uuid), needResults: 1, flags: 0 };
    return (await caller.call(procedures.domainListAllCheckpoints, args)).checkpoints.map(({ name }) => name);
  } catch (error) {
    if (!(error instanceof LibvirtError) || error.is('NO_DOMAIN')) throw error;
    return error.is('NO_SUPPORT') ? [] : null; // a driver that knows none has none
  }
}
