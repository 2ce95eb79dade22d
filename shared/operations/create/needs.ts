import { isUnderstood } from '../../libvirt/disks.ts';
import { version } from '../../libvirt/versions.ts';
import type { Need } from '../../rule.ts';
import { memoryNeeds } from './memory-rules.ts';
import { hasMemory } from './modes.ts';
import { type CreateCase, external, internal, isOff, kept } from './rule.ts';
import { are, listed } from './text.ts';

const notUnderstood = ({ facts }: CreateCase) =>
  facts.disks.filter((disk) => !isUnderstood(disk)).map(({ target }) => target);
const unseen = (c: CreateCase) =>
  kept(c, ({ type, exists }) => (type === 'file' || type === 'block') && exists === null);
const bottomless = (c: CreateCase) => kept(c, ({ depth }) => depth === null);
const tagless = (c: CreateCase) => kept(c, ({ tags }) => tags === null);
const formatless = (c: CreateCase) => kept(c, ({ image }) => image?.format === null);
const remote = (c: CreateCase) => kept(c, ({ type }) => type === 'network' || type === 'nvme' || type === 'vhostvdpa');

/** What has to be known before a snapshot may be called safe. */
export const createNeeds: readonly Need<CreateCase>[] = [
  {
    code: 'STATE',
    driver: 'QEMU',
    matters: () => true,
    known: ({ facts }) => facts.state !== 'unknown' && facts.state !== 'nostate',
    text: () => 'libvirt does not report the domain’s state.',
  },
  {
    code: 'DISKS',
    driver: 'QEMU',
    matters: () => true,
    known: (c) => notUnderstood(c).length === 0,
    text: (c) => `${listed(notUnderstood(c))} ${are(notUnderstood(c))} of a kind that Snapkeel does not know.`,
  },
  {
    code: 'CHECKPOINTS',
    driver: 'QEMU',
    matters: (c) => isOff(c) || internal(c),
    known: ({ facts }) => facts.checkpoints !== null,
    text: () => 'It is not known whether the domain has backup checkpoints, which would prevent a snapshot.',
  },
  {
    code: 'CHECKPOINT_INTERNAL',
    driver: 'QEMU',
    since: version.internalBesideCheckpoints,
    until: version.seenInternalBesideCheckpoints,
    matters: (c) => isOff(c) && internal(c) && (c.facts.checkpoints ?? []).length > 0,
    known: () => false,
    text: () => 'It is not known whether this libvirt takes internal snapshots of a domain with backup checkpoints.',
  },
  {
    code: 'JOB',
    driver: 'QEMU',
    matters: ({ facts }) => facts.active,
    known: ({ facts }) => facts.job !== null,
    text: () => 'It is not known whether libvirt runs another job on the domain.',
  },
  {
    code: 'BLOCK_JOBS',
    driver: 'QEMU',
    matters: ({ facts }) => facts.active,
    known: ({ facts }) => facts.blockJobs !== null,
    text: () => 'It is not known whether block jobs run on the disks.',
  },
  {
    code: 'SNAPSHOTS',
    driver: 'QEMU',
    matters: () => true,
    known: ({ facts }) => facts.snapshots.every(({ memory }) => memory !== 'unknown'),
    text: () => 'The domain has a snapshot that Snapkeel cannot read, so its kind is not known.',
  },
  {
    code: 'IMAGES',
    driver: 'QEMU',
    matters: () => true,
    known: (c) => unseen(c).length === 0,
    text: (c) =>
      `It is not known whether the ${unseen(c).length === 1 ? 'image' : 'images'} of ${listed(unseen(c))} ${unseen(c).length === 1 ? 'exists' : 'exist'}.`,
  },
  {
    code: 'BELOW',
    driver: 'QEMU',
    matters: isOff,
    known: (c) => bottomless(c).length === 0,
    text: (c) =>
      `The backing chain of ${listed(bottomless(c))} could not be read, so it is not known whether it is complete.`,
  },
  {
    code: 'DEPTH',
    driver: 'QEMU',
    until: version.deepChains,
    matters: (c) => external(c) && !isOff(c),
    known: (c) => bottomless(c).length === 0,
    text: (c) =>
      `The length of the backing chain of ${listed(bottomless(c))} is not known. With about 25 images, this libvirt may not start the guest again.`,
  },
  {
    code: 'FORMAT',
    driver: 'QEMU',
    matters: internal,
    known: (c) => formatless(c).length === 0,
    text: (c) => `The format of ${listed(formatless(c))} is not known, and an internal snapshot needs qcow2.`,
  },
  {
    code: 'TAGS',
    driver: 'QEMU',
    matters: internal,
    known: (c) => tagless(c).length === 0,
    text: (c) =>
      `The snapshots inside the ${tagless(c).length === 1 ? 'image' : 'images'} of ${listed(tagless(c))} could not be read, so it is not known whether one that libvirt does not list has this name. A storage pool for that folder would show them.`,
  },
  {
    code: 'REMOTE_INTERNAL',
    driver: 'QEMU',
    matters: (c) => internal(c) && c.facts.active && remote(c).length > 0,
    known: () => false,
    text: (c) =>
      `It is not known whether QEMU can store a snapshot inside ${listed(remote(c))}, which ${are(remote(c))} not a file on the host.`,
  },
  {
    code: 'MEMORY_SIZE',
    driver: 'QEMU',
    matters: ({ facts, draft }) => facts.active && hasMemory(draft.mode),
    known: ({ facts }) => facts.memoryBytes !== null,
    text: () => 'The guest’s memory size is not known, nor whether there is room for it.',
  },
  ...memoryNeeds,
];
