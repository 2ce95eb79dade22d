import type { HostDetails, HostImportRow } from '../schema.ts';
import type { ReadHost } from './file.ts';

/** How a field of a host that the file says something else of is told. */
const tellings: { readonly [K in keyof HostDetails]: (said: HostDetails) => string } = {
  name: ({ name }) => `name “${name}”`,
  group: ({ group }) => (group === '' ? 'no group' : `group “${group}”`),
  colour: ({ colour }) => (colour === null ? 'no colour' : `colour ${colour}`),
  note: ({ note }) => (note === '' ? 'no note' : 'another note'),
  protected: (said) => (said.protected ? 'protected' : 'not protected'),
  readOnly: ({ readOnly }) => (readOnly ? 'read-only' : 'not read-only'),
  ssh: ({ ssh }) => `SSH client ${ssh}`,
  connect: ({ connect }) => (connect === 'at-start' ? 'connected to at the start' : 'connected to when opened'),
};
const fields = Object.keys(tellings) as (keyof HostDetails)[];

/** What one says of a host that the other does not, as a sentence; null where both say the same. */
export function differenceBetween(present: HostDetails, said: HostDetails): string | null {
  const others = fields.filter((field) => present[field] !== said[field]).map((field) => tellings[field](said));
  return others.length === 0 ? null : `The file says: ${others.join(', ')}.`;
}

/**
 * What would come of each host of a file.
 * @param presentOf what is said of the host with this URI, where it is in the list
 */
export function importRows(
  hosts: readonly ReadHost[],
  presentOf: (uri: string) => HostDetails | undefined,
): HostImportRow[] {
  return hosts.map((host) => {
    const { line, name, uri } = host;
    if ('refused' in host) return { line, name, uri, verdict: 'refused', reason: host.refused };
    const present = presentOf(uri);
    if (!present) return { line, name, uri, verdict: 'add', reason: null };
    const reason = differenceBetween(present, host.details);
    return { line, name: present.name, uri, verdict: reason === null ? 'here' : 'differs', reason };
  });
}
