import type { HostDetails } from '../schema/host.ts';

/** Accents in the list; `renderer/ui/tint.module.css` has what each is in the light and in the dark. */
export const hostColours = ['blue', 'orange', 'violet', 'teal', 'pink', 'olive'] as const;

/** The most characters of each text that a person gives a host. */
export const hostLimits = { name: 100, group: 60, note: 2_000 } as const;

export const sshClients = ['automatic', 'built-in', 'openssh'] as const;
export const connectTimes = ['at-start', 'when-opened'] as const;

/** What a text of one line is made of. */
export const ofOneLine = /^[^\p{Cc}\p{Zl}\p{Zp}]*$/u;

/** What is said of a host that nobody has said anything of, but for its name. */
export const unsaid = {
  group: '',
  colour: null,
  note: '',
  protected: false,
  readOnly: false,
  ssh: 'automatic',
  connect: 'at-start',
} as const;
const fields = Object.keys({ name: '', ...unsaid } satisfies HostDetails) as (keyof HostDetails)[];

/** What is said of a host, without what else stands beside it. */
export function detailsOf(host: HostDetails): HostDetails {
  return Object.fromEntries(fields.map((key) => [key, host[key]])) as unknown as HostDetails;
}

/** The name of a group as it is kept; null for what can’t be one. */
export function readGroup(text: string): string | null {
  const group = text.trim();
  return group.length <= hostLimits.group && ofOneLine.test(group) ? group : null;
}

/** What a person says of a host, as the model `HostDetails` takes it; `wrong` is the first text that it would refuse. */
export function readDetails(
  said: HostDetails,
): { readonly details: HostDetails; readonly wrong: null } | { readonly wrong: keyof typeof hostLimits } {
  const name = said.name.trim();
  const group = readGroup(said.group);
  const note = said.note.trim();
  if (name === '' || name.length > hostLimits.name || !ofOneLine.test(name)) return { wrong: 'name' };
  if (group === null) return { wrong: 'group' };
  if (note.length > hostLimits.note) return { wrong: 'note' };
  return { details: { ...detailsOf(said), name, group, note }, wrong: null };
}
