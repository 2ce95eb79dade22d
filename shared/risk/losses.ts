import { describeChange } from '../config-changes.ts';
import { formatBytes, formatVersion } from '../format.ts';
import { can, version } from '../libvirt/versions.ts';
import type { RevertFacts } from '../schema.ts';
import { isActive, isExternal, isSaved, listed, quoted, type Rule, replacesProcess } from './rule.ts';

/** What is gone afterwards, in the order of the dialog. Only sentences that are true of these facts. */
export const lossRules: readonly Rule[] = [
  {
    code: 'MEMORY',
    source: 'virDomainRevertToSnapshot',
    when: ({ facts }) => isActive(facts),
    text: () => 'The memory and every running program of this guest; libvirt does not say for how long it has been up',
  },
  {
    code: 'DISKS',
    source: 'virDomainRevertToSnapshot',
    when: ({ facts }) => facts.snapshot.disks.some(isSaved),
    text: ({ facts }) => {
      const targets = facts.snapshot.disks.filter(isSaved).map((disk) => disk.target);
      const since =
        facts.current === facts.snapshot.name ? 'since the snapshot' : 'that is not kept by another snapshot';
      return `Everything written to ${targets.join(', ')} ${since}${amount(facts, targets)}`;
    },
  },
  {
    code: 'OVERLAYS',
    driver: 'QEMU',
    since: version.revertsExternal,
    source: 'qemuSnapshotRevertExternalFinish: unlinks the overlays of the current snapshot',
    when: ({ facts }) => isExternal(facts) && facts.overlays.length > 0,
    text: ({ facts }) =>
      `libvirt deletes ${facts.overlays
        .map(({ file, bytes }) => `${file} (${bytes === null ? 'size unknown' : formatBytes(bytes)})`)
        .join(', ')}`,
  },
  {
    code: 'EXTERNAL_DESCENDANTS',
    driver: 'QEMU',
    source: 'observed: an internal revert changes the image in place on which the overlays lie',
    when: ({ facts }) => !isExternal(facts) && facts.history.externalDescendants.length > 0,
    text: ({ facts }) =>
      `The data of ${listed(facts.history.externalDescendants)}: ${facts.history.externalDescendants.length === 1 ? 'this external snapshot lies' : 'these external snapshots lie'} on the very image that is put back`,
  },
  {
    code: 'CONFIGURATION',
    source: 'qemuSnapshotRevert: virDomainObjAssignDef of the stored configuration',
    when: ({ facts }) => facts.configChanges.length > 0,
    text: ({ facts }) => `The configuration goes back too. ${facts.configChanges.map(describeChange).join('; ')}`,
  },
  {
    code: 'CONSOLES',
    source: 'NEWS 7.10: the hypervisor process is always replaced',
    when: ({ facts }) => isActive(facts) && facts.domain.consoles.length > 0 && replacesProcess(facts),
    text: ({ facts }) =>
      `Open ${facts.domain.consoles.map((kind) => kind.toUpperCase()).join(' and ')} consoles are disconnected${whyNoForce(facts)}`,
  },
];

/** What older versions want to be forced to, newer ones do at every revert. */
function whyNoForce({ driver, libvirtVersion }: RevertFacts): string {
  if (driver !== 'QEMU' || !can(libvirtVersion, 'alwaysRestarts')) return '';
  return `: libvirt ${formatVersion(libvirtVersion)} starts a new hypervisor process at every revert, and wants no force for that`;
}

/** How much that is, where the active layers hold nothing but what was written since. */
function amount({ current, snapshot, overlays }: RevertFacts, targets: readonly string[]): string {
  if (current !== snapshot.name) return '';
  const sizes = targets.map((target) => overlays.find((overlay) => overlay.target === target && overlay.inUse)?.bytes);
  const known = sizes.filter((bytes) => typeof bytes === 'number');
  if (known.length === 0 || known.length < targets.length) return '; how much that is, libvirt cannot tell';
  return `; it takes up ${formatBytes(known.reduce((sum, bytes) => sum + bytes, 0))}`;
}

/** Snapshots that the domain would no longer descend from, in a sentence. */
export function leftBehind({ history, domain }: RevertFacts): string {
  const { names, count } = history.leftBehind;
  return `${listed(names, count)} ${count === 1 ? 'stays' : 'stay'}, on a branch that ${quoted(domain.name)} is no longer on.`;
}
