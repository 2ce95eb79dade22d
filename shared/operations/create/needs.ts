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
    text: () => 'libvirt does not tell what state the domain is in.',
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
    text: () => 'Whether the domain has checkpoints of backups, which stand in the way of snapshots, is not known.',
  },
  {
    code: 'CHECKPOINT_INTERNAL',
    driver: 'QEMU',
    since: version.internalBesideCheckpoints,
    until: version.seenInternalBesideCheckpoints,
    matters: (c) => isOff(c) && internal(c) && (c.facts.checkpoints ?? []).length > 0,
    known: () => false,
    text: () => 'Whether this libvirt takes internal snapshots beside checkpoints of backups is not known.',
  },
  {
    code: 'JOB',
    driver: 'QEMU',
    matters: ({ facts }) => facts.active,
    known: ({ facts }) => facts.job !== null,
    text: () => 'Whether another job of libvirt’s is under way on the domain is not known.',
  },
  {
    code: 'BLOCK_JOBS',
    driver: 'QEMU',
    matters: ({ facts }) => facts.active,
    known: ({ facts }) => facts.blockJobs !== null,
    text: () => 'Whether block jobs run on the disks is not known.',
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
      `Whether the ${unseen(c).length === 1 ? 'image' : 'images'} of ${listed(unseen(c))} ${are(unseen(c))} there could not be told.`,
  },
  {
    code: 'BELOW',
    driver: 'QEMU',
    matters: isOff,
    known: (c) => bottomless(c).length === 0,
    text: (c) =>
      `What ${listed(bottomless(c))} ${bottomless(c).length === 1 ? 'lies' : 'lie'} on could not be told, so whether all of it is there is not known.`,
  },
  {
    code: 'DEPTH',
    driver: 'QEMU',
    until: version.deepChains,
    matters: (c) => external(c) && !isOff(c),
    known: (c) => bottomless(c).length === 0,
    text: (c) =>
      `How many images ${listed(bottomless(c))} ${bottomless(c).length === 1 ? 'consists' : 'consist'} of could not be told; with about 25 this libvirt may not start the guest again.`,
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
      `What other snapshots the ${tagless(c).length === 1 ? 'image' : 'images'} of ${listed(tagless(c))} ${tagless(c).length === 1 ? 'holds' : 'hold'} could not be read, so whether there is one of this name, unknown to libvirt, is not known. A storage pool of that folder would tell.`,
  },
  {
    code: 'REMOTE_INTERNAL',
    driver: 'QEMU',
    matters: (c) => internal(c) && c.facts.active && remote(c).length > 0,
    known: () => false,
    text: (c) =>
      `Whether QEMU can keep a snapshot inside ${listed(remote(c))}, which ${are(remote(c))} no file of the host, is not known.`,
  },
  {
    code: 'MEMORY_SIZE',
    driver: 'QEMU',
    matters: ({ facts, draft }) => facts.active && hasMemory(draft.mode),
    known: ({ facts }) => facts.memoryBytes !== null,
    text: () => 'How much memory the guest has is not known, so whether there is room for it is not either.',
  },
  ...memoryNeeds,
];
