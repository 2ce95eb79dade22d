import { type ImageTag, nextTagId, tagsNamed } from '../../libvirt/image-tags.ts';
import { type CreateCase, type CreateRule, internal, kept } from './rule.ts';
import { listed } from './text.ts';

/** What the internal snapshots that are in the images already keep from being taken, whatever libvirt lists. */
export const tagRules: readonly CreateRule[] = [
  {
    code: 'NAME_IN_IMAGE',
    driver: 'QEMU',
    about: 'name',
    answer: null, // running, from 10.9 on: OPERATION_FAILED
    source: 'observed: two tags of one name, and the first wins (off: 7.0–12.8); running, 9.0 writes over the old one',
    when: (c) => internal(c) && holding(c, ({ name }) => name === c.draft.name).length > 0,
    text: (c) =>
      `The image of ${listed(holding(c, ({ name }) => name === c.draft.name))} already contains a snapshot with this name that libvirt does not list. A revert could bring back that one.`,
  },
  {
    code: 'ID_IS_A_NAME',
    driver: 'QEMU',
    about: 'mode',
    answer: null,
    source: 'observed (7.0–12.8): QEMU looks a snapshot up by its ID first',
    when: (c) => internal(c) && overshadowed(c, true).length > 0,
    text: (c) =>
      `In the image of ${listed(overshadowed(c, true))}, the new snapshot would get an ID that is the name of another one there. A revert to that one would bring back this one.`,
  },
];

/** Disks whose image holds such a snapshot. */
function holding(c: CreateCase, is: (tag: ImageTag) => boolean): string[] {
  return kept(c, ({ tags }) => tags?.some(is) ?? false);
}

/** Disks in whose image a snapshot has the name that will be the ID of the new one: one that libvirt lists, or another. */
export function overshadowed(c: CreateCase, isListed: boolean): string[] {
  const names = new Set(c.facts.snapshots.map(({ name }) => name));
  const meant = (tags: readonly ImageTag[]) => {
    const next = nextTagId(tags);
    return names.has(next) === isListed && tagsNamed(tags, next).length > 0;
  };
  return kept(c, ({ tags }) => tags !== null && meant(tags));
}
