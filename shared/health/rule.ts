import { domainAddress, type VirshValue, virshLine } from '../libvirt/virsh.ts';
import type { RuleHead } from '../rule.ts';
import type { Finding } from '../schema.ts';
import type { HealthView } from './view.ts';

type Told = Omit<Finding, 'code' | 'snapshots' | 'files' | 'offers' | 'shell'> &
  Partial<Pick<Finding, 'snapshots' | 'files' | 'offers' | 'shell'>>;

/** When something is found, and in what words. A rule finds the same thing once for each thing that it concerns. */
export interface HealthRule extends RuleHead {
  readonly find: (view: HealthView) => readonly Told[];
}

/** As many as a sentence bears by name. */
const MOST_NAMED = 3;

/** `“a”`, `“a” and “b”`, `“a”, “b”, “c” and 4 more`. */
export function named(names: readonly string[]): string {
  const quoted = names.slice(0, MOST_NAMED).map((name) => `“${name}”`);
  const rest = names.length - quoted.length;
  if (rest > 0) return `${quoted.join(', ')} and ${rest} more`;
  const last = quoted.pop() ?? '';
  return quoted.length === 0 ? last : `${quoted.join(', ')} and ${last}`;
}

/** `snapshot “a”`, `snapshots “a” and “b”`. */
export function theSnapshots(names: readonly string[]): string {
  return `${names.length === 1 ? 'snapshot' : 'snapshots'} ${named(names)}`;
}

/** A file in a sentence: its full path stands in the finding’s files. */
export function fileNamed(path: string): string {
  return `“${path.slice(path.lastIndexOf('/') + 1)}”`;
}

/** A virsh line about the domain, for the host's shell. */
export function virsh(
  { domain }: Pick<HealthView, 'domain'>,
  command: string,
  options: Record<string, VirshValue> = {},
): string {
  return virshLine({ uri: null, domain: domainAddress(domain) }, { command, options });
}

/** Offers to delete each of a few snapshots. */
export function deleting(names: readonly string[]): Finding['offers'] {
  return names.slice(0, MOST_NAMED).map((snapshot) => ({ command: 'snapshot.delete', snapshot }));
}
