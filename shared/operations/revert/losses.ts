import { describeChange } from '../../config-changes.ts';
import { formatBytes, formatCount } from '../../format.ts';
import { isDrive } from '../../libvirt/disks.ts';
import { version } from '../../libvirt/versions.ts';
import type { OverlayFact, RevertFacts, StoredDisk } from '../../schema.ts';
import {
  isActive,
  isExternal,
  isSaved,
  leftOut,
  listed,
  named,
  type Rule,
  replacesProcess,
  targetsOf,
  writtenBack,
} from './rule.ts';

export interface LossRule extends Rule {
  /** A safety snapshot holds it. */
  readonly keepable?: true;
  /** Beyond what everybody expects of a revert: the verdict is raised. */
  readonly risk?: true;
}

/** What is gone afterwards, in the order of the dialog. Only sentences that are true of these facts. */
export const lossRules: readonly LossRule[] = [
  {
    code: 'MEMORY',
    keepable: true,
    source: 'virDomainRevertToSnapshot',
    when: ({ facts }) => isActive(facts),
    text: () => 'Everything in memory, including running programs',
  },
  {
    code: 'DISKS',
    keepable: true,
    source: 'virDomainRevertToSnapshot',
    when: ({ facts }) => goingBack(facts).length > 0,
    text: ({ facts, kept }) => {
      const targets = goingBack(facts);
      const since =
        facts.current === facts.snapshot.name || kept ? 'since the snapshot' : 'that no other snapshot keeps';
      return `Everything written to ${named(targets)} ${since}${kept ? '' : amount(facts, targets)}`;
    },
  },
  {
    code: 'TRANSIENT',
    driver: 'QEMU',
    risk: true,
    source: 'formatdomain, <transient>: what was written is dropped when the guest stops; observed on 9.0–12.8',
    when: ({ facts }) => replacesProcess(facts) && transient(facts).length > 0,
    text: ({ facts }) =>
      transient(facts)
        .map(
          ({ target, dropped }) =>
            `Everything written to ${target} since the guest was started: the disk is transient, and libvirt deletes ${dropped} when it stops the guest`,
        )
        .join('. '),
  },
  {
    code: 'DETACHED',
    driver: 'QEMU',
    risk: true,
    source: 'qemuSnapshotInternalRevertInactive, loadvm: the disks of the stored configuration are written to',
    when: ({ facts }) => detached(facts).length > 0,
    text: ({ facts }) => {
      const disks = detached(facts);
      const [is, image, it] = disks.length === 1 ? ['is', 'its image', 'it'] : ['are', 'their images', 'them'];
      return `Everything written to ${named(disks.map(({ image: at }) => at?.path ?? ''))} since the snapshot: ${targetsOf(disks)} ${is} not attached to the domain now, but ${image} will be reverted anyway. If another domain uses ${it}, its data is damaged`;
    },
  },
  {
    code: 'OTHER_IMAGE',
    driver: 'QEMU',
    risk: true,
    source: 'qemuSnapshotRevert: the stored configuration decides which image is written to',
    when: ({ facts }) => otherImages(facts).length > 0,
    text: ({ facts }) =>
      otherImages(facts)
        .map(({ target, image, now, isUnderNow }) =>
          isUnderNow
            ? `Everything written to ${now}: ${target} switches back to ${image?.path}, and ${now}, which is based on it, can no longer be read`
            : `${target} switches back to ${image?.path}. What was written to ${now} stays in that file, but the domain no longer uses it`,
        )
        .join('. '),
  },
  {
    code: 'LEFT_OUT_BACK',
    keepable: true,
    driver: 'QEMU',
    since: version.revertsExternal,
    risk: true,
    source:
      'qemuSnapshotRevertExternalPrepare: every disk gets a new overlay over its stored image; observed on 11.3 and 12.8',
    when: ({ facts }) => isExternal(facts) && leftOutBack(facts).length > 0,
    text: ({ facts }) => {
      const disks = leftOutBack(facts);
      const [it, is] = disks.length === 1 ? ['it', 'is'] : ['they', 'are'];
      return `What was written to ${targetsOf(disks)} since the next snapshot with ${it === 'it' ? 'it' : 'them'}: although ${it} ${is} not part of this snapshot, libvirt reverts to ${named(disks.map(({ image }) => image?.path ?? ''))}. The disks will not all be from the same point in time`;
    },
  },
  {
    code: 'OVERLAYS',
    driver: 'QEMU',
    since: version.revertsExternal,
    source: 'qemuSnapshotRevertExternalFinish: unlinks the overlays of the current snapshot',
    // Those of a safety snapshot are new and empty.
    when: ({ facts, kept }) => isExternal(facts) && unlinked(facts, true).length > 0 && !kept,
    text: ({ facts }) => `libvirt deletes ${sized(unlinked(facts, true))}`,
  },
  {
    code: 'UNLINKS_BELOW',
    driver: 'QEMU',
    since: version.revertsExternal,
    risk: true,
    source:
      'qemuSnapshotRevertExternalFinish: unlinks the overlays of the current snapshot, also where more were put on top; observed on 11.3 and 12.8',
    when: ({ facts }) => isExternal(facts) && unlinkedBelow(facts).length > 0,
    text: ({ facts }) =>
      unlinkedBelow(facts)
        .map(
          ({ file, under }) =>
            `libvirt deletes ${file} from the backing chain of ${under}, which the domain writes to now: ${under} can no longer be read, whichever snapshot it was made for`,
        )
        .join('. '),
  },
  {
    code: 'UNLINKS_LOOSE',
    driver: 'QEMU',
    since: version.revertsExternal,
    risk: true,
    source:
      'qemuSnapshotRevertExternalFinish: unlinks the overlays of the current snapshot, also where the disks are elsewhere; observed on 11.3 and 12.8',
    when: ({ facts }) => isExternal(facts) && unlinkedLoose(facts).length > 0,
    text: ({ facts }) => {
      const overlays = unlinkedLoose(facts);
      const it = overlays.length === 1 ? 'it' : 'them';
      const unneeded = overlays.every(({ mayNeed }) => mayNeed.length === 0);
      return `libvirt deletes ${named(overlays.map(({ file }) => file))}, with everything written there: the domain does not write to ${it} now${unneeded ? `, and no listed snapshot needs ${it}` : ''}`;
    },
  },
  {
    code: 'UNLINKS_DETACHED',
    driver: 'QEMU',
    since: version.revertsExternal,
    risk: true,
    source: 'qemuSnapshotRevertExternalFinish: unlinks without a look at the domain’s disks',
    when: ({ facts }) => isExternal(facts) && unlinked(facts, null).length > 0,
    text: ({ facts }) => {
      const files = unlinked(facts, null);
      return `libvirt also deletes ${sized(files)}, although ${targetsOf(files)} ${files.length === 1 ? 'is' : 'are'} not attached to the domain now`;
    },
  },
  {
    code: 'OTHER_SNAPSHOTS',
    driver: 'QEMU',
    risk: true,
    source: 'observed on 7.0–12.8: an internal revert changes the image in place on which overlays of any branch lie',
    when: ({ facts }) => facts.history.destroyed.count > 0,
    text: ({ facts: { history } }) => {
      const { names, count } = history.destroyed;
      return count === 1
        ? `The data of ${listed(names, count)}, which is based on the image that is reverted. libvirt will still list that snapshot, but it can no longer be reverted to`
        : `The data of ${listed(names, count)}, which are based on the image that is reverted. libvirt will still list those snapshots, but they can no longer be reverted to`;
    },
  },
  {
    code: 'SPOILS_OVERLAYS',
    driver: 'QEMU',
    risk: true,
    source: 'an image is worth what it lies on; libvirt asks nobody who lies on one that it writes to or deletes',
    when: ({ facts }) => facts.history.spoiled.length > 0,
    text: ({ facts }) =>
      facts.history.spoiled
        .map(({ path, on, usedBy }) => {
          const whose =
            usedBy === null || usedBy.length === 0
              ? 'No listed snapshot needs it'
              : `It is a disk of ${listed(usedBy)}`;
          return `The content of ${path}, which is based on ${on}: libvirt ${isExternal(facts) ? 'deletes' : 'writes to'} that file. ${whose}`;
        })
        .join('. '),
  },
  {
    code: 'CONFIGURATION',
    keepable: true,
    source: 'qemuSnapshotRevert: virDomainObjAssignDef of the stored configuration',
    when: ({ facts }) => facts.configChanges.length > 0,
    text: ({ facts }) =>
      `${formatCount(facts.configChanges.length, 'configuration change')}: ${facts.configChanges.map(describeChange).join('; ')}`,
  },
];

/** Overlays that libvirt deletes: what the domain writes to, or of disks that it does not have now. */
function unlinked({ overlays }: RevertFacts, inUse: true | null): OverlayFact[] {
  return overlays.filter((overlay) => overlay.inUse === inUse);
}

/** Overlays that libvirt deletes though another image lies on them. */
function unlinkedBelow({ overlays }: RevertFacts): OverlayFact[] {
  return overlays.filter(({ under }) => under !== null);
}

/** Overlays that libvirt deletes, that the domain does not write to, and that nothing of now lies on. */
function unlinkedLoose({ overlays }: RevertFacts): OverlayFact[] {
  return overlays.filter(({ inUse, under }) => inUse === false && under === null);
}

function sized(overlays: readonly OverlayFact[]): string {
  return overlays
    .map(({ file, bytes }) => `${file} (${bytes === null ? 'size unknown' : formatBytes(bytes)})`)
    .join(', ');
}

/** Disks of today that the revert takes back. */
function goingBack(facts: RevertFacts): string[] {
  const disks = isExternal(facts) ? facts.stored.disks.filter(isSaved) : writtenBack(facts);
  // Without a configuration of its own, libvirt goes by the one of today.
  return facts.driver === 'TEST' || !facts.hasConfig
    ? facts.snapshot.disks.filter(isSaved).map(({ target }) => target)
    : disks.filter(({ attached }) => attached).map(({ target }) => target);
}

const transient = ({ domain }: RevertFacts) => domain.disks.filter(({ dropped }) => dropped !== null);

/** Disks that are written back though the domain does not have them now. */
function detached(facts: RevertFacts): StoredDisk[] {
  return writtenBack(facts).filter(({ attached }) => !attached);
}

/** Hard disks that write to another image afterwards, one that today’s does not lie on (or not beside). */
function otherImages(facts: RevertFacts): StoredDisk[] {
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

const amountUnknown = ' (libvirt does not report how much)';

/** The sentence of DISKS, to be followed by how much; null where it says that itself. */
export function withoutAmount(text: string): string | null {
  const bare = text.endsWith(amountUnknown) ? text.slice(0, -amountUnknown.length) : text;
  return bare.endsWith(')') ? null : bare;
}

/** How much that is, where the active layers hold nothing but what was written since. */
function amount({ current, snapshot, overlays }: RevertFacts, targets: readonly string[]): string {
  if (current !== snapshot.name) return '';
  const sizes = targets.map((target) => overlays.find((overlay) => overlay.target === target && overlay.inUse)?.bytes);
  const known = sizes.filter((bytes) => typeof bytes === 'number');
  if (known.length === 0 || known.length < targets.length) return amountUnknown;
  return ` (${formatBytes(known.reduce((sum, bytes) => sum + bytes, 0))})`;
}

/** Snapshots that the domain would no longer descend from, in a sentence. */
export function leftBehind({ history }: RevertFacts): string {
  const { names, count } = history.leftBehind;
  return `${listed(names, count)} ${count === 1 ? 'is' : 'are'} kept, on another branch.`;
}
