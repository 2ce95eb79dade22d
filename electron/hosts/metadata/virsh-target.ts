import type { VirshTarget } from '../../../shared/metadata/virsh.ts';
import type { Host } from '../../../shared/schema.ts';

/** How virsh names a domain of a host. */
export function virshTarget({ kind, uri }: Host, { name, uuid }: { name: string; uuid: string }): VirshTarget {
  return { uri: kind === 'simulated' ? null : uri, domain: namesAnother(name) ? uuid : name };
}

/** virsh takes a number for a domain's id, and a UUID for a UUID, before it looks for a name (virshLookupDomainBy). */
function namesAnother(name: string): boolean {
  return /^\s*\+?\d+$/.test(name) || name.length === 36;
}
