import { describeChange } from '../config-changes.ts';
import { formatBytes, formatVersion } from '../format.ts';
import { isDrive } from '../libvirt/disks.ts';
import { can, version } from '../libvirt/versions.ts';
import type { RevertFacts, StoredDisk } from '../schema.ts';
import {
  isActive,
  isExternal,
  isSaved,
  leftOut,
  listed,
  named,
  quoted,
  type Rule,
  replacesProcess,
  targetsOf,
  writtenBack,
} from './rule.ts';

/** What is gone afterwards, in the order of the dialog. Only sentences that are true of these facts. */
export const lossRules: readonly Rule[] = [
  {
    code: 'MEMORY',
    source: 'virDomainRevertToSnapshot',
    when: ({ facts }) => isActive(facts),
    text: ({ kept }) =>
      kept?.memory
        ? 'The memory and every running program of this guest, as they are now'
        : 'The memory and every running program of this guest; libvirt does not say for how long it has been up',
  },
  {
    code: 'DISKS',
    source: 'virDomainRevertToSnapshot',
    when: ({ facts }) => goingBack(facts).length > 0,
    text: ({ facts, kept }) => {
      const targets = goingBack(facts);
      const since =
        facts.current === facts.snapshot.name || kept ? 'since the snapshot' : 'that is not kept by another snapshot';
      return `Everything written to ${named(targets)} ${since}${kept ? '' : amount(facts, targets)}`;
    },
  },
  {
    code: 'DETACHED',
    driver: 'QEMU',
    source: 'qemuSnapshotInternalRevertInactive, loadvm: the disks of the stored configuration are written to',
    when: ({ facts }) => detached(facts).length > 0,
    text: ({ facts }) =>
      `Everything written to ${named(detached(facts).map(({ image }) => image?.path ?? ''))} since: ${targetsOf(detached(facts))} ${detached(facts).length === 1 ? 'is' : 'are'} not attached to the domain now, and ${detached(facts).length === 1 ? 'its image is' : 'their images are'} put back all the same`,
  },
  {
    code: 'OTHER_IMAGE',
    driver: 'QEMU',
    source: 'qemuSnapshotRevert: the stored configuration decides which image is written to',
    when: ({ facts }) => otherImages(facts).length > 0,
    text: ({ facts }) =>
      otherImages(facts)
        .map(
          ({ target, image, now }) =>
            `${target} goes back to writing to ${image?.path}; what was written to ${now} is left behind there`,
        )
        .join('. '),
  },
  {
    code: 'LEFT_OUT_BACK',
    driver: 'QEMU',
    since: version.revertsExternal,
    source:
      'qemuSnapshotRevertExternalPrepare: every disk gets a new overlay over its stored image; observed on 11.3 and 12.8',
    when: ({ facts }) => isExternal(facts) && leftOutBack(facts).length > 0,
    text: ({ facts }) =>
      `What was written to ${targetsOf(leftOutBack(facts))} since the next snapshot that holds ${leftOutBack(facts).length === 1 ? 'it' : 'them'}: this snapshot left ${leftOutBack(facts).length === 1 ? 'it' : 'them'} out, and libvirt goes back to ${named(leftOutBack(facts).map(({ image }) => image?.path ?? ''))} all the same`,
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
    code: 'OTHER_SNAPSHOTS',
    driver: 'QEMU',
    source: 'observed on 7.0–12.8: an internal revert changes the image in place on which overlays of any branch lie',
    when: ({ facts }) => facts.history.destroyed.count > 0,
    text: ({ facts }) =>
      `The data of ${listed(facts.history.destroyed.names, facts.history.destroyed.count)}: ${facts.history.destroyed.count === 1 ? 'it lies' : 'they lie'} on the very image that is put back`,
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

/** Disks of today that the revert takes back. */
function goingBack(facts: RevertFacts): string[] {
  const disks = isExternal(facts) ? facts.stored.disks.filter(isSaved) : writtenBack(facts);
  return facts.driver === 'TEST'
    ? facts.snapshot.disks.filter(isSaved).map(({ target }) => target)
    : disks.filter(({ attached }) => attached).map(({ target }) => target);
}

/** Disks that are written back though the domain does not have them now. */
export function detached(facts: RevertFacts): StoredDisk[] {
  return writtenBack(facts).filter(({ attached }) => !attached);
}

/** Hard disks that write to another image afterwards, one that today’s does not lie on (or not beside). */
export function otherImages(facts: RevertFacts): StoredDisk[] {
  return facts.stored.disks.filter(
    (disk) =>
      isDrive(disk) &&
      disk.image !== null &&
      disk.now !== null &&
      disk.now !== disk.image.path &&
      elsewhere(disk, facts),
  );
}

function elsewhere({ related }: StoredDisk, facts: RevertFacts): boolean {
  return isExternal(facts) ? related === false : true;
}

/** Disks that an external snapshot left out and whose image of then has had an overlay since. */
function leftOutBack(facts: RevertFacts): StoredDisk[] {
  return leftOut(facts).filter(({ image, now, related }) => now !== null && now !== image?.path && related !== false);
}

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
