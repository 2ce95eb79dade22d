import { createFlag, deleteFlag, snapshotXmlFlag } from '../../shared/libvirt/flags.ts';
import { type Caller, domainRef } from './domains.ts';
import { LibvirtError } from './errors.ts';
import { procedures } from './procedures.ts';

/**
 * The stored XML of one snapshot with its secrets, such as the password of a display. It is for `redefineSnapshot`
 * alone, which would lose them otherwise: it must reach neither a window nor a file, the journal or a log.
 * @throws LibvirtError OPERATION_DENIED on a connection that may only read, NO_DOMAIN_SNAPSHOT
 */
export async function secretSnapshotXml(caller: Caller, uuid: string, name: string): Promise<string> {
  const snapshot = { name, domain: domainRef(uuid) };
  return (await caller.call(procedures.domainSnapshotGetXmlDesc, { snapshot, flags: snapshotXmlFlag.secure })).xml;
}

/**
 * The flags of a redefinition (virDomainSnapshotCreateFlags).
 * @param moveCurrent for a snapshot that is to become the current one, and never for the one that is: CURRENT drops the
 * `<revertDisks>` of the snapshot that was current, and without them the next revert unlinks the overlay that the other
 * branches lie on. Without it the current one stays current (seen on 9.0, 11.3 and 12.8).
 */
export function redefineFlags(state: string, moveCurrent: boolean): number {
  // DISK_ONLY belongs to the state “disk-snapshot” alone: with an offline external one (“shutoff”) it is INVALID_ARG.
  const { redefine, current: CURRENT, diskOnly } = createFlag;
  return redefine | (moveCurrent ? CURRENT : 0) | (state === 'disk-snapshot' ? diskOnly : 0);
}

/**
 * Writes a snapshot's metadata anew, or adds it; no data is touched and no event is sent. A snapshot that is known keeps
 * its children. Source: qemuSnapshotRedefine, virDomainSnapshotRedefinePrep; seen on 9.0 and 11.3.
 * @param flags of `redefineFlags`
 * @throws LibvirtError INVALID_ARG for another domain's UUID, a missing parent, a cycle or another kind of snapshot under
 * the same name; XML_ERROR, XML_DETAIL, CONFIG_UNSUPPORTED or INTERNAL_ERROR for XML that is not enough
 */
export async function redefineSnapshot(caller: Caller, uuid: string, xml: string, flags: number): Promise<void> {
  const call = caller.call(procedures.domainSnapshotCreateXml, { domain: domainRef(uuid), xml, flags });
  await call.catch(throwWithoutContext);
}

/** Forgets a snapshot and leaves its data where it is. Its children become its parent's, and so does being current. */
export async function forgetSnapshot(caller: Caller, uuid: string, name: string): Promise<void> {
  const snapshot = { name, domain: domainRef(uuid) };
  await caller
    .call(procedures.domainSnapshotDelete, { snapshot, flags: deleteFlag.metadataOnly })
    .catch(throwWithoutContext);
}

/** libvirt quotes the line of the XML at which it gave up, below its reason: that line may hold a secret. */
function throwWithoutContext(error: unknown): never {
  if (!(error instanceof LibvirtError)) throw error;
  const [message = ''] = error.message.split('\n');
  throw new LibvirtError({ code: error.code, domain: error.domain, level: error.level, message });
}
