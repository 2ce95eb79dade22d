import { isDrive, isUnderstood } from '../../libvirt/disks.ts';
import { version } from '../../libvirt/versions.ts';
import type { Need } from '../../rule.ts';
import type { RevertFacts, StoredDisk } from '../../schema.ts';
import { bitmapsOf } from './bitmaps.ts';
import { opened } from './failures.ts';
import {
  type Case,
  isExternal,
  isLive,
  isQemu,
  isSaved,
  listed,
  named,
  quoted,
  replacesProcess,
  targetsOf,
  writtenBack,
} from './rule.ts';

const qemu = (c: Case) => isQemu(c.facts);
/** Disks of a kind that nobody knows, and those that the snapshot and its configuration tell apart. */
const unknownDisks = ({ stored, snapshot }: RevertFacts): string[] => {
  const saved = new Set(snapshot.disks.filter(isSaved).map(({ target }) => target));
  const known = new Map(stored.disks.map((disk) => [disk.target, disk]));
  return [
    ...new Set([
      ...stored.disks
        .filter((disk) => !isUnderstood(disk) || disk.kind === 'unknown' || (isSaved(disk) && !saved.has(disk.target)))
        .map(({ target }) => target),
      ...snapshot.disks
        .filter(({ target, kind }) => kind === 'unknown' || (saved.has(target) && !known.get(target)?.image))
        .map(({ target }) => target),
    ]),
  ];
};
const unseen = (disks: readonly StoredDisk[]) => [...new Set(disks.flatMap((disk) => disk.unseen))];
const unseenLater = ({ stored }: RevertFacts) => [
  ...new Set([
    ...stored.disks.flatMap((disk) => disk.unseen),
    ...stored.files.flatMap(({ exists, path }) => (exists === null ? [path] : [])),
    ...stored.next.unseen,
  ]),
];

/** Of the data itself; whether its files can be opened is a need of its own. */
const unknownData = ({ data }: RevertFacts) => [
  ...new Set(
    data.why.flatMap(({ state, code, text }) => (state === 'unknown' && code !== 'image-unknown' ? [text] : [])),
  ),
];

/** What has to be found before a revert may be called safe. */
export const revertNeeds: readonly Need<Case>[] = [
  {
    code: 'UNTRIED_DRIVER',
    matters: () => true,
    known: ({ facts }) => isQemu(facts) || facts.driver === 'TEST',
    text: ({ facts }) => `Snapkeel is tested with QEMU. ${facts.driver || 'This driver'} may revert differently.`,
  },
  {
    code: 'UNKNOWN_STATE',
    matters: () => true,
    known: ({ facts: { snapshot } }) =>
      snapshot.state !== 'unknown' &&
      snapshot.memory !== 'unknown' &&
      !(isLive(snapshot) && snapshot.memory === 'none'),
    text: () => 'Snapkeel could not read this snapshot, so the state after the revert is unknown.',
  },
  {
    code: 'UNKNOWN_DOMAIN_STATE',
    matters: () => true,
    known: ({ facts }) => facts.domain.state !== 'unknown' && facts.domain.state !== 'nostate',
    text: () => 'The state of the domain is unknown.',
  },
  {
    code: 'UNKNOWN_DISKS',
    driver: 'QEMU',
    matters: ({ facts }) => facts.hasConfig,
    known: ({ facts }) => unknownDisks(facts).length === 0,
    text: ({ facts }) =>
      `What the revert does to ${named(unknownDisks(facts))} is unknown: Snapkeel does not know how this snapshot saves ${unknownDisks(facts).length === 1 ? 'it' : 'them'}.`,
  },
  {
    code: 'KEEPS_NOTHING',
    driver: 'QEMU',
    matters: ({ facts }) => facts.hasConfig,
    known: ({ facts: { snapshot } }) => snapshot.memory !== 'none' || snapshot.disks.some(isSaved),
    text: () => 'This snapshot does not say which disks it contains, so it is unknown what it would bring back.',
  },
  {
    code: 'UNKNOWN_FORMAT',
    driver: 'QEMU',
    matters: (c) => opened(c).length > 0,
    known: (c) => noFormat(opened(c)).length === 0,
    text: (c) => `The image format of ${targetsOf(noFormat(opened(c)))} is unknown.`,
  },
  {
    code: 'UNKNOWN_JOB',
    driver: 'QEMU',
    matters: qemu,
    known: ({ facts }) => facts.domain.job !== null,
    text: () => 'It is unknown whether a backup or another job is running on this domain.',
  },
  {
    code: 'UNKNOWN_CHECKPOINTS',
    driver: 'QEMU',
    matters: ({ facts }) => writtenBack(facts).length > 0 || isExternal(facts),
    known: ({ facts }) => facts.domain.checkpoints !== null,
    text: ({ facts }) =>
      `It is unknown whether backup programs left checkpoints on the domain. If they did, ${isExternal(facts) ? 'these no longer fit the disks afterwards' : 'libvirt would stop the guest and then fail'}.`,
  },
  {
    code: 'UNKNOWN_BITMAPS',
    driver: 'QEMU',
    matters: ({ facts }) => writtenBack(facts).length > 0,
    known: ({ facts }) => unknownBitmaps(facts).length === 0,
    text: ({ facts }) => {
      const paths = named(unknownBitmaps(facts).map(({ path }) => path));
      const names = [...new Set(unknownBitmaps(facts).flatMap(({ checkpoints }) => checkpoints))];
      return names.length === 0
        ? `It is unknown whether backup programs left bitmaps in ${paths}. If they did, libvirt would stop the guest and then fail.`
        : `The ${names.length === 1 ? 'checkpoint' : 'checkpoints'} ${listed(names)} ${names.length === 1 ? 'was' : 'were'} taken when the domain wrote to another image. It is unknown whether ${names.length === 1 ? 'its bitmap is' : 'their bitmaps are'} in ${paths} by now. If so, libvirt would stop the guest and then fail: delete ${names.length === 1 ? 'it' : 'them'} first with “virsh checkpoint-delete”.`;
    },
  },
  {
    code: 'PAUSE_UNKNOWN',
    driver: 'QEMU',
    until: version.alwaysRestarts,
    matters: ({ facts }) => facts.domain.state === 'paused' && !replacesProcess(facts),
    known: () => false,
    text: () =>
      'The guest is paused. If its memory was written to a file since, QEMU stops in the middle of this revert: the guest is then off, and it is unknown whether its disks were reverted. To be safe, resume it first.',
  },
  {
    code: 'UNSEEN_IMAGE',
    driver: 'QEMU',
    matters: (c) => opened(c).length > 0,
    known: (c) => unseen(opened(c)).length === 0,
    text: (c) => `It is unknown whether ${named(unseen(opened(c)))} can be opened.`,
  },
  {
    code: 'UNREAD_BASE',
    driver: 'QEMU',
    matters: (c) => opened(c).length > 0,
    known: (c) => bottomless(c).length === 0,
    text: (c) =>
      `The backing chain of ${targetsOf(bottomless(c))} could not be read, so it is unknown whether it is complete.`,
  },
  {
    code: 'UNSEEN_MEMORY',
    driver: 'QEMU',
    since: version.revertsExternal,
    matters: ({ facts: { snapshot } }) => isLive(snapshot) && snapshot.memory === 'external',
    known: ({ facts: { stored } }) => stored.memoryFile !== null && stored.memoryFile.exists !== null,
    text: ({ facts: { stored } }) =>
      stored.memoryFile === null
        ? 'It is unknown which file holds the memory of this snapshot.'
        : `It is unknown whether the memory file, ${stored.memoryFile.path}, can be opened.`,
  },
  {
    code: 'UNSEEN_LATER',
    driver: 'QEMU',
    matters: () => true,
    known: (c) => unseenLater(c.facts).every((path) => unseen(opened(c)).includes(path)),
    text: (c) => {
      const files = unseenLater(c.facts).filter((path) => !unseen(opened(c)).includes(path));
      return `It is unknown whether ${named(files)} ${files.length === 1 ? 'exists' : 'exist'}. The snapshot’s configuration needs ${files.length === 1 ? 'it' : 'them'}.`;
    },
  },
  {
    code: 'UNKNOWN_DATA',
    driver: 'QEMU',
    matters: () => true,
    known: ({ facts }) => facts.data.state !== 'unknown' && unknownData(facts).length === 0,
    text: ({ facts }) =>
      unknownData(facts).join(' ') || `It is not known whether the data of ${quoted(facts.snapshot.name)} is there.`,
  },
  {
    code: 'UNKNOWN_RELATION',
    driver: 'QEMU',
    matters: () => true,
    known: ({ facts }) => unrelated(facts).length === 0,
    text: ({ facts }) =>
      `It is unknown how the images of ${targetsOf(unrelated(facts))} in this snapshot relate to those in use now.`,
  },
  {
    code: 'UNSURE_SNAPSHOTS',
    driver: 'QEMU',
    matters: ({ facts }) => writtenBack(facts).length > 0,
    known: ({ facts }) => facts.history.unsure.count === 0,
    text: ({ facts: { history } }) =>
      `It is unknown whether ${listed(history.unsure.names, history.unsure.count)} ${history.unsure.count === 1 ? 'depends' : 'depend'} on an image that is reverted. If so, ${history.unsure.count === 1 ? 'its' : 'their'} data is lost.`,
  },
  {
    code: 'UNSURE_OVERLAYS',
    driver: 'QEMU',
    since: version.revertsExternal,
    matters: ({ facts }) => isExternal(facts) && facts.overlays.length > 0,
    known: ({ facts }) => unsureOverlays(facts).length === 0,
    text: ({ facts }) => {
      const names = [...new Set(unsureOverlays(facts).flatMap(({ mayNeed }) => mayNeed))];
      return `It is unknown whether ${listed(names)} ${names.length === 1 ? 'needs' : 'need'} ${named(unsureOverlays(facts).map(({ file }) => file))}, which libvirt deletes. If so, ${names.length === 1 ? 'its' : 'their'} data is lost.`;
    },
  },
  {
    code: 'UNREAD_DISK',
    driver: 'QEMU',
    matters: ({ facts }) => facts.domain.active,
    known: ({ facts }) => unread(facts).length === 0,
    text: ({ facts }) => `libvirt reports nothing about the image that ${targetsOf(unread(facts))} writes to.`,
  },
];

const unknownBitmaps = (facts: RevertFacts) => bitmapsOf(facts).filter(({ found }) => found === 'unknown');

/** Formats of virStorageFileFormat that QEMU opens. */
const formats: ReadonlySet<string | null> = new Set([
  'raw',
  'qcow2',
  'qcow',
  'qed',
  'vmdk',
  'vdi',
  'vpc',
  'vhdx',
  'dmg',
  'bochs',
  'cloop',
  'ploop',
  'iso',
  'luks',
]);
const noFormat = (disks: readonly StoredDisk[]) =>
  disks.filter(({ image }) => image !== null && !formats.has(image.format));
/** Disks of which it is not known how the image of then and that of now belong together. */
const unrelated = (facts: RevertFacts) =>
  facts.stored.disks.filter(
    (disk) =>
      disk.image !== null &&
      disk.attached &&
      (disk.now === null ? isDrive(disk) : isExternal(facts) && disk.related === null),
  );
/** Of disks that the snapshot holds, what is known of the data tells that already. */
const bottomless = (c: Case) => opened(c).filter((disk) => !disk.isWhole && !isSaved(disk));
const unsureOverlays = ({ overlays }: RevertFacts) => overlays.filter(({ mayNeed }) => mayNeed.length > 0);
const unread = ({ domain }: RevertFacts) =>
  domain.disks.filter(({ allocationBytes, missing }) => !missing && allocationBytes === null);
