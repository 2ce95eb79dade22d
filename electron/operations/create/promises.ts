import { stateLabel } from '../../../shared/format.ts';
import type { SnapshotDisk } from '../../../shared/libvirt/disks.ts';
import { listed } from '../../../shared/operations/create/text.ts';
import type { CreateExpected, CreateSeen } from './verify.ts';

type Check = (seen: CreateSeen, expected: CreateExpected) => readonly string[];

const listedKinds: Readonly<Record<SnapshotDisk['kind'], string>> = {
  internal: 'saved inside its image',
  external: 'saved below a new file',
  none: 'left out',
  manual: 'left to another program',
  unknown: 'saved in a way that Snapkeel does not know',
};
const askedKinds = { internal: 'internal', external: 'external', no: 'none' } as const;
const imageOf = (disks: CreateSeen['disks'], target: string) =>
  disks.find((disk) => disk.target === target)?.image?.path ?? null;

/** What was promised of a snapshot, and the sentences where what came is something else. */
const promises: readonly Check[] = [
  ({ current }, { name }) => (current === name ? [] : [`“${name}” is not the current snapshot.`]),
  ({ snapshot }, { row }) =>
    !snapshot || snapshot.memory === row.memory ? [] : [`Its memory is ${snapshot.memory}; ${row.memory} was planned.`],
  ({ memoryFile, present }, { files }) => [
    ...(memoryFile === files.memory
      ? []
      : [`Its memory is in ${memoryFile ?? 'no file'}; ${files.memory ?? 'no file'} was planned.`]),
    ...(files.memory === null || present.includes(files.memory) || memoryFile !== files.memory
      ? []
      : [`The file ${files.memory} with its memory could not be found.`]),
  ],
  ({ snapshot }, { row, before }) => {
    const state = row.state === 'guest' ? before.state : row.state;
    return !snapshot || snapshot.state === state
      ? []
      : [`It has the guest ${stateLabel(snapshot.state)}; ${stateLabel(state)} was expected.`];
  },
  ({ snapshot }, { disks }) =>
    disks.flatMap(({ target, location }) => {
      const kind = snapshot?.disks.find((disk) => disk.target === target)?.kind ?? 'none';
      const asked = askedKinds[location];
      return kind === asked ? [] : [`${target} is ${listedKinds[kind]}; it should be ${listedKinds[asked]}.`];
    }),
  ({ snapshot }, { files }) =>
    files.overlays.flatMap(({ target, file }) => {
      const found = snapshot?.disks.find((disk) => disk.target === target)?.file;
      return found === undefined || found === file
        ? []
        : [`The snapshot names ${found} as the new file of ${target}; ${file} was planned.`];
    }),
  ({ disks }, { files, before }) =>
    before.disks.flatMap(({ target, image }) => {
      const planned = files.overlays.find((overlay) => overlay.target === target)?.file ?? image?.path ?? null;
      const found = imageOf(disks, target);
      return found === planned ? [] : [`${target} writes to ${found ?? 'nothing'}, not to ${planned ?? 'nothing'}.`];
    }),
  ({ next }, { files, before }) =>
    before.persistent
      ? files.overlays.flatMap(({ target, file }) => {
          const disk = before.disks.find((each) => each.target === target);
          if (disk?.next !== disk?.image?.path) return []; // that was said before
          const found = imageOf(next, target);
          return found === file
            ? []
            : [`At the next start, ${target} writes to ${found ?? 'nothing'}, not to ${file}.`];
        })
      : [],
  (seen, { name }) =>
    [...missingTags(seen, name)].map((target) => `The image of ${target} does not contain the snapshot.`),
  ({ tags }, { name }) =>
    [...tags].flatMap(([target, found]) => {
      const twins = (found ?? []).filter((tag) => tag.name === name).length;
      return twins > 1
        ? [`The image of ${target} contains ${twins} snapshots with this name, and the oldest one is used.`]
        : [];
    }),
  (seen, { name, row }) => {
    const all = [...seen.tags.values()];
    const known = row.memory === 'internal' && all.length > 0 && all.every((tags) => tags !== null);
    if (!known || missingTags(seen, name).length > 0) return [];
    const kept = all.some((tags) => tags?.some((tag) => tag.name === name && tag.vmStateBytes > 0));
    return kept ? [] : ['No image contains the memory of the guest.'];
  },
  (seen, expected) => stateChanged(seen, expected),
];

/** Sentences where a snapshot that libvirt says it has taken is not as planned. */
export function differencesOfTaken(seen: CreateSeen, expected: CreateExpected): string[] {
  if (!seen.snapshot) return [`libvirt does not list “${expected.name}”.`];
  return promises.flatMap((promise) => promise(seen, expected));
}

/** Whether nothing could be reverted to: libvirt does not list it, or its data is not in the images. */
export function isUseless(seen: CreateSeen, { name }: CreateExpected): boolean {
  return seen.snapshot === null || missingTags(seen, name).length > 0;
}

/** What could not be compared, in a sentence; none where all could. */
export function notCompared({ tags }: CreateSeen): string[] {
  const unread = [...tags].filter(([, found]) => found === null).map(([target]) => target);
  if (unread.length === 0) return [];
  const one = unread.length === 1;
  return [
    `It is not known whether the ${one ? 'image' : 'images'} of ${listed(unread)} ${one ? 'contains' : 'contain'} it: no storage pool covers ${one ? 'it' : 'them'}.`,
  ];
}

/** Sentences where one that was not taken has left something behind. */
export function leftBehind(seen: CreateSeen, expected: CreateExpected): string[] {
  const { name, files } = expected;
  const used = new Set(seen.disks.map(({ image }) => image?.path));
  const held = [...seen.tags].filter(([, tags]) => tags?.some((tag) => tag.name === name)).map(([target]) => target);
  return [
    ...(seen.snapshot ? [`libvirt lists “${name}” anyway.`] : []),
    ...movedDisks(seen, files).map(({ target, file }) => `${target} writes to the new file ${file}.`),
    ...seen.present.filter((path) => !used.has(path)).map((path) => `The file ${path} was left behind.`),
    ...(seen.snapshot
      ? []
      : held.map((target) => `The image of ${target} contains a snapshot “${name}” that libvirt does not list.`)),
    ...stateChanged(seen, { ...expected, row: { ...expected.row, halt: false } }),
  ];
}

/** Disks that write to the new files. */
export function movedDisks(
  { disks }: CreateSeen,
  { overlays }: CreateExpected['files'],
): CreateExpected['files']['overlays'] {
  return overlays.filter(({ target, file }) => imageOf(disks, target) === file);
}

function missingTags({ tags }: CreateSeen, name: string): string[] {
  return [...tags]
    .filter(([, found]) => found !== null && !found.some((tag) => tag.name === name))
    .map(([target]) => target);
}

function stateChanged(seen: CreateSeen, { before, row }: CreateExpected): string[] {
  const expected = row.halt ? 'shutoff' : before.state;
  if (seen.state === expected) return [];
  return row.halt
    ? [`The domain is ${stateLabel(seen.state)}; it should be ${stateLabel(expected)}.`]
    : [`The domain is ${stateLabel(seen.state)}; it was ${stateLabel(expected)}.`];
}
