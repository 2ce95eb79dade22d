import { pointsOf, usualOverlay } from '../chain.ts';
import { formatBytes } from '../format.ts';
import { inVersions, version } from '../libvirt/versions.ts';
import { shellQuote } from '../libvirt/virsh.ts';
import { deleting, fileNamed, type HealthRule, theSnapshots, virsh } from './rule.ts';
import type { HealthView } from './view.ts';

/** The names of the snapshots that need an image, parents first. */
function needing({ neededBy, snapshots }: HealthView, path: string): string[] {
  const names = neededBy.get(path);
  return names ? snapshots.flatMap(({ name }) => (names.has(name) ? [name] : [])) : [];
}

function markedAs({ marked }: HealthView, wanted: 'corrupt' | 'dirty'): string[] {
  return [...marked].flatMap(([path, mark]) => (mark === wanted ? path : []));
}

function lost(names: readonly string[]): string {
  return names.length === 0 ? '' : ` The ${theSnapshots(names)} cannot be reverted to without it.`;
}

/** Whether the domain itself can do without an image: only where it was read what its disks lie on. */
function forDomain({ disks, unread }: HealthView, path: string): string {
  const unsure = disks.some(({ target, nodes }) => nodes.has(path) && unread.has(target));
  return unsure
    ? 'It is not known whether the domain itself needs the file: its backing chain could not be read.'
    : 'The domain itself does not need the file.';
}

/** qemuSnapshotDeleteValidate of 9.0 */
const crashesWithoutDisk = (libvirtVersion: number) =>
  inVersions(libvirtVersion, { since: version.deletesExternal, until: version.deletesDetached });

const inspect = (path: string) => `qemu-img info --backing-chain ${shellQuote(path)}`;

/** Files that are not where they have to be, and files that nobody asked for. */
export const fileRules: readonly HealthRule[] = [
  {
    code: 'active-missing',
    source: 'virStorageSource: libvirt opens every image when the domain starts',
    find: (view) =>
      view.chains.flatMap(({ target, layers: [top] }) => {
        if (!top || !view.missing.has(top.path)) return [];
        const affected = needing(view, top.path);
        return [
          {
            level: 'broken' as const,
            what: `The image of disk ${target} is missing, or libvirt cannot open it: ${fileNamed(top.path)}.`,
            means: `${
              view.domain.active
                ? 'The guest still has it open. Everything it writes there is lost for good when it stops.'
                : 'The domain cannot start.'
            }${lost(affected)}`,
            remedy: view.domain.active
              ? 'Copy the data out of the running guest before you stop it.'
              : 'Restore the file from a backup. Reverting to a snapshot that does not need it makes the domain usable again, without anything written since.',
            snapshots: affected,
            files: [top.path],
            shell: [virsh(view, 'domblklist', { details: true })],
          },
        ];
      }),
  },
  {
    code: 'backing-missing',
    source: 'qemuDomainDetermineDiskChain',
    find: (view) =>
      view.chains.flatMap(({ target, layers }) =>
        layers.slice(1).flatMap(({ path }) => {
          if (!view.missing.has(path)) return [];
          const affected = needing(view, path);
          return [
            {
              level: 'broken' as const,
              what: `An image in the backing chain of disk ${target} is missing, or libvirt cannot open it: ${fileNamed(path)}.`,
              means: `The images based on it cannot be used without it: the domain ${
                view.domain.active ? 'cannot be started again once it stops' : 'cannot start'
              }.${lost(affected)}`,
              remedy:
                'Restore exactly this file from a backup. Snapshots further down the chain can still be reverted to.',
              snapshots: affected,
              files: [path],
              shell: layers[0] ? [inspect(layers[0].path)] : [],
            },
          ];
        }),
      ),
  },
  {
    code: 'image-corrupt',
    source: 'qcow2 specification, incompatible features bit 1; qcow2_do_open: “cannot be opened read/write”',
    find: (view) =>
      markedAs(view, 'corrupt').map((path) => ({
        level: 'broken' as const,
        what: `QEMU has marked the image ${fileNamed(path)} as corrupt.`,
        means:
          'QEMU found that it contradicts itself, and does not write to it any more: no guest starts with it, and what is in it cannot be relied on.',
        remedy: 'Keep a copy of the file before you do anything else. Then repair it, or put it back from a backup.',
        snapshots: needing(view, path),
        files: [path],
        shell: [`qemu-img check ${shellQuote(path)}`, `qemu-img check -r all ${shellQuote(path)}`],
      })),
  },
  {
    code: 'image-dirty',
    source: 'qcow2 specification, incompatible features bit 0; qcow2_do_open repairs it',
    find: (view) =>
      view.domain.active
        ? []
        : markedAs(view, 'dirty').map((path) => ({
            level: 'note' as const,
            what: `The image ${fileNamed(path)} was not closed: QEMU, or the host, ended all at once.`,
            means: 'With lazy refcounts it does not know what of it is free. No data is lost by that.',
            remedy: 'Nothing needs to be done: QEMU counts again when the domain starts.',
            files: [path],
            shell: [`qemu-img check ${shellQuote(path)}`],
          })),
  },
  {
    code: 'snapshot-disk-missing',
    source: 'qemuSnapshotRevertActive stops the guest before it opens the images; observed on 9.0–12.8',
    find: (view) =>
      [...view.missing].flatMap((path) => {
        const affected = view.inUse.has(path) ? [] : needing(view, path);
        if (affected.length === 0) return [];
        return [
          {
            level: 'broken' as const,
            what: `The ${theSnapshots(affected)} ${affected.length === 1 ? 'needs' : 'need'} an image that is missing, or that libvirt cannot open: ${fileNamed(path)}.`,
            means: `The metadata is there, but the data is not. A revert to ${affected.length === 1 ? 'it' : 'them'} stops the guest and then fails. ${forDomain(view, path)}`,
            remedy:
              'Restore the file from a backup, or delete only the metadata: libvirt refuses to delete data that it cannot find.',
            snapshots: affected,
            files: [path],
            offers: deleting(affected),
            shell: affected
              .slice(0, 1)
              .map((name) => virsh(view, 'snapshot-delete', { snapshotname: name, metadata: true })),
          },
        ];
      }),
  },
  {
    code: 'memory-missing',
    source: 'qemuSaveImageOpen; observed on 11.3: 38, guest off',
    find: (view) =>
      view.snapshots.flatMap(({ name, memoryFile }) => {
        if (memoryFile === null || view.files.get(memoryFile)?.exists !== false) return [];
        return [
          {
            level: 'broken' as const,
            what: `The memory of snapshot “${name}” is missing, or libvirt cannot open it: ${fileNamed(memoryFile)}.`,
            means: 'A revert to it stops the guest and then fails. Its disks are not affected.',
            remedy: 'Restore the file from a backup, or delete the snapshot.',
            snapshots: [name],
            files: [memoryFile],
            offers: deleting([name]),
          },
        ];
      }),
  },
  {
    code: 'written-under',
    source: 'qcow2: an overlay is worth nothing once what it lies on has changed',
    find: (view) =>
      view.chains.flatMap(({ target, layers: [top] }) => {
        const held = top ? top.holds : [];
        const inside = new Set(top?.inside);
        const affected = top ? needing(view, top.path).filter((name) => !inside.has(name)) : [];
        if (!top || affected.length === 0) return [];
        return [
          {
            level: 'broken' as const,
            what: `Disk ${target} writes to an image that ${held.length > 0 ? `holds the data of the ${theSnapshots(held)}` : 'images of snapshots are based on'}: ${fileNamed(top.path)}.`,
            means: `Whatever the guest writes changes the ${theSnapshots(affected)} too: ${affected.length === 1 ? 'it no longer holds' : 'they no longer hold'} the state that was captured. A revert can bring back a damaged file system.`,
            remedy:
              'Stop the guest. If you need those snapshots, restore the image from a backup and let the disk write to an overlay of it. Otherwise delete their metadata.',
            snapshots: affected,
            files: [top.path],
            offers: deleting(affected),
            shell: [virsh(view, 'domblklist', { details: true })],
          },
        ];
      }),
  },
  {
    code: 'unowned-layer',
    source: 'what lies on what, against what snapshots say they made',
    find: (view) =>
      view.disks.flatMap(({ target, nodes }) =>
        [...nodes.values()].flatMap(({ path, under, made, active }) => {
          const needed = view.inUse.has(path) || view.neededBy.has(path);
          if (under === null || made || !needed || view.missing.has(path)) return [];
          const suffix = path.slice(path.lastIndexOf('.') + 1);
          const isUsual = usualOverlay(under, suffix) === path && !/^(qcow2?|img|raw)$/.test(suffix);
          // Of a revert to a snapshot without children libvirt keeps no other record than the name.
          if (isUsual && /^\d{10}$/.test(suffix)) return [];
          return [
            isUsual
              ? {
                  level: 'warning' as const,
                  what: `No snapshot owns ${fileNamed(path)}, an image of disk ${target}. By its name, it was made for a snapshot “${suffix}”, which libvirt no longer lists.`,
                  means: `Only the metadata was deleted, or the snapshot was taken without any. The data is in use${active ? ': the domain writes to it' : ', and the images above depend on it'}. libvirt refuses to delete some of the snapshots next to it.`,
                  remedy:
                    'Do not delete the file. Merging it into its backing file takes it out of the chain. Do that only if no other snapshot or domain uses that backing file.',
                  files: [path],
                  shell: [
                    inspect(path),
                    active
                      ? virsh(view, 'blockcommit', { path: target, active: true, pivot: true, verbose: true })
                      : virsh(view, 'blockcommit', { path: target, top: path, base: under, wait: true, verbose: true }),
                  ],
                }
              : {
                  level: 'note' as const,
                  what: `The image of disk ${target} has a backing file that no snapshot of this domain explains: ${fileNamed(path)} is based on ${fileNamed(under)}.`,
                  means:
                    'This is normal for a clone of a template. It can also be left over from a snapshot whose metadata was deleted.',
                  remedy: 'Nothing needs to be done. Keep both files: the overlay is useless without its backing file.',
                  files: [path, under],
                  shell: [inspect(path)],
                },
          ];
        }),
      ),
  },
  {
    code: 'unneeded-file',
    source: 'what lies on what',
    find: (view) => [
      ...view.disks.flatMap(({ target, nodes }) =>
        [...nodes.values()].flatMap(({ path, under }) => {
          const there = view.files.get(path)?.exists === true;
          if (!there || under === null || view.inUse.has(path) || view.neededBy.has(path)) return [];
          return [
            leftover(
              path,
              `It was made for disk ${target}, and is based on ${fileNamed(under)}.`,
              view.files.get(path)?.allocatedBytes,
            ),
          ];
        }),
      ),
      ...view.strays.map(({ path, on, allocatedBytes }) =>
        leftover(path, `It is based on ${fileNamed(on)}, which belongs to this domain.`, allocatedBytes),
      ),
    ],
  },
  {
    code: 'disk-detached',
    source: 'qemuSnapshotRevert brings the stored configuration back; qemuSnapshotDeleteValidate',
    find: (view) => {
      const targets = new Set(view.domain.targets);
      const affected = view.snapshots.filter(({ stored }) =>
        pointsOf(stored).some(({ target }) => !targets.has(target)),
      );
      if (affected.length === 0) return [];
      const names = affected.map(({ name }) => name);
      const gone = [...new Set(affected.flatMap(({ stored }) => pointsOf(stored).map(({ target }) => target)))];
      const which = gone.filter((target) => !targets.has(target));
      const isHit = view.domain.active && affected.some(({ kind }) => kind !== 'external');
      const crashes = isHit && crashesWithoutDisk(view.libvirtVersion);
      return [
        {
          level: crashes ? ('warning' as const) : ('note' as const),
          what: `The ${theSnapshots(names)} ${names.length === 1 ? 'holds' : 'hold'} ${which.length === 1 ? `disk ${which[0]}` : `disks ${which.join(', ')}`}, which the domain no longer has.`,
          means: `A revert brings the disk back if its image still exists.${
            crashes ? ' Deleting such a snapshot while the guest runs crashes this libvirt (9.0).' : ''
          }`,
          remedy: crashes
            ? 'Shut the domain down, or attach the disk again, before you delete the snapshot.'
            : 'Keep the disk’s image for as long as you may want to revert.',
          snapshots: names,
        },
      ];
    },
  },
];

function leftover(path: string, where: string, bytes: number | null | undefined) {
  return {
    level: 'note' as const,
    what: `${fileNamed(path)} is not used by the domain, nor by any snapshot that libvirt lists.`,
    means: `${where}${bytes ? ` It uses ${formatBytes(bytes)}.` : ''} libvirt does not report whether a snapshot of another domain needs it.`,
    remedy: `If it is not a clone that someone uses, it can be deleted.`,
    files: [path],
    shell: [inspect(path), `rm ${shellQuote(path)}`],
  };
}
