import { mayBeId } from '../libvirt/names.ts';
import { shellQuote } from '../libvirt/virsh.ts';
import { type Damage, isDamaged, type SnapshotData } from './data.ts';
import { deleting, fileNamed, type HealthRule, named, theSnapshots, virsh } from './rule.ts';
import type { HealthView } from './view.ts';

interface Concerned {
  readonly name: string;
  readonly damage: Damage;
}

/** The snapshots of which something was found, with what was found. */
function concerned({ data }: HealthView, code: Damage['code']): Concerned[] {
  return [...data.values()].flatMap(({ name, why }: SnapshotData) =>
    why.filter((damage) => damage.code === code).map((damage) => ({ name, damage })),
  );
}

const names = (found: readonly Concerned[]) => [...new Set(found.map(({ name }) => name))];
const paths = (found: readonly Concerned[]) => [...new Set(found.flatMap(({ damage }) => damage.path ?? []))];
const byPath = (found: readonly Concerned[]) =>
  paths(found).map((path) => [path, found.filter(({ damage }) => damage.path === path)] as const);
const list = (path: string) => `qemu-img snapshot -l ${shellQuote(path)}`;

/** What the images say of the snapshots that libvirt lists. */
export const dataRules: readonly HealthRule[] = [
  {
    code: 'merge-broken-off',
    driver: 'QEMU',
    source: 'qemuSnapshotSetInvalid; observed on 9.0–12.8',
    find: (view) =>
      [...byPath([...concerned(view, 'merge-broken-off'), ...concerned(view, 'merge-perhaps')])].map(
        ([path, found]) => {
          const affected = names(found);
          const isSure = found.some(({ damage }) => isDamaged(damage));
          return {
            level: isSure ? ('broken' as const) : ('warning' as const),
            what: isSure
              ? `A deletion was interrupted while it wrote into ${fileNamed(path)}.`
              : `A deletion was interrupted, and may have written into ${fileNamed(path)}.`,
            means: `${found[0]?.damage.text ?? ''} The domain has lost nothing, but a revert to the ${theSnapshots(affected)} may bring back a mix of two states.`,
            remedy: `Delete ${named(affected)} again to finish the deletion. Until then, do not revert to it; libvirt also refuses to delete the snapshot above it.`,
            snapshots: affected,
            files: [path],
            offers: deleting(affected),
            shell: affected.slice(0, 1).map((name) => virsh(view, 'snapshot-delete', { snapshotname: name })),
          };
        },
      ),
  },
  {
    code: 'written-since',
    source: 'what was taken later of the same image: so it was written to in between',
    find: (view) =>
      byPath(concerned(view, 'written-since')).map(([path, found]) => ({
        level: 'broken' as const,
        what: `${fileNamed(path)} was written to again after the ${theSnapshots(names(found))} ${names(found).length === 1 ? 'was' : 'were'} taken.`,
        means:
          'Their data is in that image or based on it: a revert brings back later data, and the file system can be damaged. This happens after a revert to an internal snapshot in the image.',
        remedy: 'Restore the image from a backup if you need them. Otherwise delete their metadata.',
        snapshots: names(found),
        files: [path],
        offers: deleting(names(found)),
      })),
  },
  {
    code: 'tag-gone',
    source: 'the image’s own table of internal snapshots',
    find: (view) =>
      byPath(concerned(view, 'tag-gone')).map(([path, found]) => ({
        level: 'broken' as const,
        what: `${fileNamed(path)} does not contain the internal ${theSnapshots(names(found))} that libvirt lists.`,
        means: 'The metadata is there, but the data is not. A revert stops the guest and then fails.',
        remedy: 'Restore the image from a backup that contains it, or delete the snapshot: only its metadata is left.',
        snapshots: names(found),
        files: [path],
        offers: deleting(names(found)),
        shell: [list(path)],
      })),
  },
  {
    code: 'tag-without-memory',
    driver: 'QEMU',
    source: 'loadsMemory (shared/libvirt/image-tags.ts); observed on 7.0–12.8',
    find: (view) =>
      concerned(view, 'tag-without-memory').map(({ name, damage }) => ({
        level: 'broken' as const,
        what: `The memory of “${name}” is not in its images.`,
        means: `${damage.text} A revert to it stops the guest and then fails.`,
        remedy:
          'Something replaced the internal snapshot with that name. Restore the image from a backup that contains it, or delete the snapshot.',
        snapshots: [name],
        files: damage.path === null ? [] : [damage.path],
        offers: deleting([name]),
        shell: damage.path === null ? [] : [list(damage.path)],
      })),
  },
  {
    code: 'tag-twice',
    driver: 'QEMU',
    source: 'QEMU find_snapshot_by_id_or_name: the first counts; observed on 7.0–12.8',
    find: (view) =>
      byPath(concerned(view, 'tag-twice')).map(([path, found]) => ({
        level: 'broken' as const,
        what: `${fileNamed(path)} contains more than one internal snapshot ${named(names(found))}.`,
        means: 'QEMU uses the first one, which is the oldest: a revert brings back its data and reports success.',
        remedy:
          'Delete the snapshot: libvirt removes the first one. The other stays in the image; remove it with qemu-img snapshot -d while the domain is off.',
        snapshots: names(found),
        files: [path],
        offers: deleting(names(found)),
        shell: [list(path)],
      })),
  },
  {
    code: 'id-is-another',
    driver: 'QEMU',
    source: 'QEMU find_snapshot_by_id_or_name: an ID counts before a name; observed on 7.0–12.8, off and running',
    find: (view) =>
      concerned(view, 'id-is-another').map(({ name, damage }) => ({
        level: 'broken' as const,
        what: `A revert to “${name}” would bring back another snapshot.`,
        means: damage.text,
        remedy: `Do not revert to “${name}”. It can be deleted safely, because deleting uses only the name.`,
        snapshots: [name],
        files: damage.path === null ? [] : [damage.path],
        offers: deleting([name]),
        shell: damage.path === null ? [] : [list(damage.path)],
      })),
  },
  {
    code: 'digits-name',
    driver: 'QEMU',
    source: 'QEMU find_snapshot_by_id_or_name: an ID counts before a name; observed on 7.0–12.8, off and running',
    find: (view) => {
      const found = concerned(view, 'tags-unread').filter(({ name }) => mayBeId(name));
      if (found.length === 0) return [];
      return [
        {
          level: 'warning' as const,
          what: `The internal ${theSnapshots(names(found))} ${names(found).length === 1 ? 'has a name' : 'have names'} made only of digits.`,
          means:
            'If an internal snapshot in the image has that number as its ID, QEMU reverts to that one instead. The image’s list of snapshots could not be read here.',
          remedy: 'Compare names and IDs in the image before you revert.',
          snapshots: names(found),
          files: paths(found),
          shell: paths(found).map(list),
        },
      ];
    },
  },
  {
    code: 'unlisted-tag',
    source: 'the image’s own table of internal snapshots',
    find: (view) =>
      [...view.tags].flatMap(([path, tags]) => {
        const listed = new Set(view.byName.keys());
        const others = (tags ?? []).filter(({ name }) => !listed.has(name)).map(({ name }) => name);
        if (others.length === 0) return [];
        return [
          {
            level: 'note' as const,
            what: `${fileNamed(path)} contains internal snapshots that libvirt does not list: ${named(others)}.`,
            means:
              'Only their metadata was deleted, or they were taken with qemu-img. They use space. A revert to a new snapshot with the same name would bring back their data.',
            remedy: 'If they are not needed, remove them with qemu-img snapshot -d while the domain is off.',
            files: [path],
            shell: [list(path)],
          },
        ];
      }),
  },
  {
    code: 'checkpoints',
    driver: 'QEMU',
    source: 'libvirt domain checkpoints; observed on 9.0–12.8: “Device has active dirty bitmaps”',
    find: (view) => {
      const { checkpoints, snapshots } = view;
      const internal = snapshots.filter(
        ({ kind, memory }) => kind === 'internal' || kind === 'mixed' || memory === 'internal',
      );
      if (!checkpoints || checkpoints.length === 0 || internal.length === 0) return [];
      return [
        {
          level: 'warning' as const,
          what: `The domain has checkpoints from incremental backups: ${named(checkpoints)}.`,
          means: 'While they exist, a revert to an internal snapshot stops the guest and then fails.',
          remedy:
            'Start the domain and delete the checkpoints before you revert; that works only while it runs. The next backup is then a full backup.',
          snapshots: internal.map(({ name }) => name),
          shell: checkpoints.slice(0, 3).map((name) => virsh(view, 'checkpoint-delete', { checkpointname: name })),
        },
      ];
    },
  },
];
