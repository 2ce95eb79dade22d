import { isUnderstood } from '../libvirt/disks.ts';
import type { Need } from '../rule.ts';
import type { RevertFacts, StoredDisk } from '../schema.ts';
import { neededAtStart } from './failures.ts';
import { type Case, isExternal, isQemu, named, quoted, starts, targetsOf, writtenBack } from './rule.ts';

const qemu = (c: Case) => isQemu(c.facts);
const strange = ({ stored }: RevertFacts) =>
  stored.disks.filter((disk) => !isUnderstood(disk) || disk.kind === 'unknown');
/** Disks whose images libvirt opens in this revert. */
const opened = (c: Case): readonly StoredDisk[] =>
  isExternal(c.facts)
    ? c.facts.stored.disks.filter(({ image }) => image !== null)
    : starts(c)
      ? neededAtStart(c.facts)
      : writtenBack(c.facts);
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
    text: ({ facts }) => `Snapkeel’s rules are made for QEMU. What ${facts.driver || 'this driver'} does may differ.`,
  },
  {
    code: 'UNKNOWN_STATE',
    matters: () => true,
    known: ({ facts }) => facts.snapshot.state !== 'unknown' && facts.snapshot.memory !== 'unknown',
    text: () => 'Snapkeel could not read what this snapshot holds, so it cannot tell the state afterwards.',
  },
  {
    code: 'UNKNOWN_DOMAIN_STATE',
    matters: () => true,
    known: ({ facts }) => facts.domain.state !== 'unknown',
    text: () => 'libvirt tells a state of the domain that Snapkeel does not know.',
  },
  {
    code: 'UNKNOWN_DISKS',
    driver: 'QEMU',
    matters: () => true,
    known: ({ facts }) => strange(facts).length === 0 && facts.snapshot.disks.every(({ kind }) => kind !== 'unknown'),
    text: ({ facts }) =>
      `Snapkeel does not know what libvirt says of ${targetsOf(strange(facts)) || 'a disk of this snapshot'}, so what becomes of it is unknown.`,
  },
  {
    code: 'UNKNOWN_JOB',
    driver: 'QEMU',
    matters: qemu,
    known: ({ facts }) => facts.domain.job !== null,
    text: () => 'Whether a backup or another job is under way on this domain is unknown.',
  },
  {
    code: 'UNKNOWN_CHECKPOINTS',
    driver: 'QEMU',
    matters: ({ facts }) => writtenBack(facts).length > 0,
    known: ({ facts }) => facts.domain.checkpoints !== null,
    text: () =>
      'Whether the domain has checkpoints, as backup programs leave them, is unknown. With one, libvirt would stop the guest and then fail.',
  },
  {
    code: 'UNSEEN_IMAGE',
    driver: 'QEMU',
    matters: (c) => opened(c).length > 0,
    known: (c) => unseen(opened(c)).length === 0,
    text: (c) => `Whether ${named(unseen(opened(c)))} can be opened is unknown.`,
  },
  {
    code: 'UNSEEN_LATER',
    driver: 'QEMU',
    matters: () => true,
    known: (c) => unseenLater(c.facts).every((path) => unseen(opened(c)).includes(path)),
    text: (c) => {
      const files = unseenLater(c.facts).filter((path) => !unseen(opened(c)).includes(path));
      return `Whether ${named(files)} ${files.length === 1 ? 'is' : 'are'} there is unknown; the configuration that is put back needs ${files.length === 1 ? 'it' : 'them'}.`;
    },
  },
  {
    code: 'UNKNOWN_DATA',
    driver: 'QEMU',
    matters: () => true,
    known: ({ facts }) => facts.data.state !== 'unknown' && unknownData(facts).length === 0,
    text: ({ facts }) =>
      unknownData(facts).join(' ') || `Whether the data of ${quoted(facts.snapshot.name)} is there is not known.`,
  },
  {
    code: 'UNKNOWN_RELATION',
    driver: 'QEMU',
    matters: ({ facts }) => isExternal(facts),
    known: ({ facts }) =>
      facts.stored.disks.every(({ now, image, related }) => now === null || image === null || related !== null),
    text: ({ facts }) =>
      `What the images of ${targetsOf(facts.stored.disks.filter(({ related }) => related === null))} have to do with those of now is unknown.`,
  },
  {
    code: 'UNREAD_DISK',
    driver: 'QEMU',
    matters: ({ facts }) => facts.domain.active,
    known: ({ facts }) =>
      facts.domain.disks.every(
        ({ file, allocationBytes, missing }) => file === null || missing || allocationBytes !== null,
      ),
    text: ({ facts }) =>
      `libvirt tells nothing of the image that ${targetsOf(facts.domain.disks.filter(({ file, allocationBytes, missing }) => file !== null && !missing && allocationBytes === null))} writes to.`,
  },
];
