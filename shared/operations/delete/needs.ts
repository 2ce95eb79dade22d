import { isUnderstood } from '../../libvirt/disks.ts';
import { version } from '../../libvirt/versions.ts';
import type { Need } from '../../rule.ts';
import {
  type DeleteCase,
  external,
  goingImages,
  imagesInMerge,
  insideOf,
  merges,
  shortly,
  unlinks,
  withData,
} from './case.ts';

const touchesImages = (c: DeleteCase) => merges(c).length > 0 || unlinks(c).length > 0;

/** An image of a merge of which only metadata says what it lies on. */
function untold({ present, prepared }: DeleteCase): string | undefined {
  for (const { target, from } of prepared.merges) {
    const stack = present.stack(target);
    const defined = present.definedChain(target);
    const chain = present.chainOf(target);
    for (const [index, path] of chain.entries()) {
      if (path === null) break;
      const at = defined.indexOf(path);
      const isDefined = at !== -1 && defined[at + 1] !== undefined && defined[at + 1] === chain[index + 1];
      if (!isDefined && !stack?.isRead(path)) return path;
      if (path === from) break;
    }
  }
  return undefined;
}

/** A disk whose kind is not one that the rules know. */
const strange = (c: DeleteCase) =>
  c.present.disksOf(c.snapshot.name).find(({ target, kind }) => {
    const disk = c.present.disk(target);
    return kind === 'unknown' || (disk !== undefined && !isUnderstood(disk));
  });

/** An image off the active chain that others need and of which nobody knows what it lies on. */
const loose = (c: DeleteCase) =>
  [...merges(c), ...unlinks(c)]
    .map(({ target }) => c.present.stack(target)?.looseRoot(c.snapshot.name))
    .find((path) => path !== undefined);

const unseen = (c: DeleteCase) => imagesInMerge(c).find((path) => (c.facts.images[path]?.exists ?? null) === null);

/** An image that goes, of which it is not known what else is inside it. */
const opaque = (c: DeleteCase) => goingImages(c).find((path) => (c.facts.images[path]?.tags ?? null) === null);

/** What has to be known before a deletion may be called safe. */
export const deleteNeeds: readonly Need<DeleteCase>[] = [
  {
    code: 'METADATA_UNREAD',
    matters: withData,
    known: ({ snapshot }) => snapshot.known,
    text: ({ snapshot }) => `The metadata of “${snapshot.name}” does not say what it contains.`,
  },
  {
    code: 'MEMORY_UNKNOWN',
    driver: 'QEMU',
    matters: withData,
    known: ({ snapshot }) => snapshot.memory !== 'unknown',
    text: ({ snapshot }) => `It is not known how the memory of “${snapshot.name}” is saved.`,
  },
  {
    code: 'DISK_UNKNOWN',
    driver: 'QEMU',
    matters: withData,
    known: (c) => strange(c) === undefined,
    text: (c) => `Disk ${strange(c)?.target} is of a kind that Snapkeel does not know.`,
  },
  {
    code: 'BUSY_UNKNOWN',
    driver: 'QEMU',
    matters: ({ facts }) => facts.domain.active,
    known: ({ facts }) => facts.domain.busy !== null,
    text: () => 'It is not known whether libvirt runs another job on the domain.',
  },
  {
    code: 'BLOCK_JOBS_UNKNOWN',
    driver: 'QEMU',
    matters: (c) => external(c) && c.facts.domain.active,
    known: ({ facts }) => facts.domain.blockJobs !== null,
    text: () => 'It is not known whether block jobs are running on its disks.',
  },
  {
    code: 'PAUSE_UNKNOWN',
    driver: 'QEMU',
    until: version.mergesWhilePaused,
    matters: (c) => c.facts.domain.state === 'paused' && (merges(c).length > 0 || insideOf(c)),
    known: () => false,
    text: (c) =>
      `The guest is paused. If its memory was written to a file since, QEMU has released its images, and ${merges(c).length > 0 ? 'the deletion stays unfinished' : 'the deleted data may stay in them'}. To be safe, resume “${c.facts.domain.name}” first.`,
  },
  {
    code: 'IMAGE_UNKNOWN',
    driver: 'QEMU',
    matters: (c) => merges(c).length > 0,
    known: (c) => unseen(c) === undefined,
    text: (c) => `It is not known whether ${shortly(unseen(c) ?? '')} is there.`,
  },
  {
    code: 'CHAIN_UNREAD',
    driver: 'QEMU',
    matters: (c) => merges(c).length > 0,
    known: (c) => untold(c) === undefined,
    text: (c) =>
      `The backing file of ${shortly(untold(c) ?? '')} could not be read${c.facts.domain.active ? '' : ', because the domain is off and no active storage pool covers its folder'}. If images were merged with another program, libvirt will refuse.`,
  },
  {
    code: 'OTHERS_UNREAD',
    driver: 'QEMU',
    matters: touchesImages,
    known: (c) => loose(c) === undefined,
    text: (c) =>
      `The backing file of ${shortly(loose(c) ?? '')}, which another snapshot needs, could not be read. It may be an image that would be changed.`,
  },
  {
    code: 'TAGS_UNREAD',
    driver: 'QEMU',
    matters: touchesImages,
    known: (c) => opaque(c) === undefined,
    text: (c) =>
      `It is not known whether ${shortly(opaque(c) ?? '')} contains internal snapshots that libvirt does not list: they would be deleted with it.`,
  },
];
