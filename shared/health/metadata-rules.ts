import { chainFrom } from '../chain.ts';
import { formatCount, formatVersion } from '../format.ts';
import { imagesOf } from '../libvirt/disks.ts';
import { can, version } from '../libvirt/versions.ts';
import { deleting, fileNamed, type HealthRule, named, theSnapshots, virsh } from './rule.ts';
import type { HealthView } from './view.ts';

const DEEP = 10;
const TOO_DEEP = 25;
/** VIR_STORAGE_MAX_CHAIN_DEPTH */
const DEEPEST = 200;

const isDeep = (depth: number, libvirtVersion: number) => depth > TOO_DEEP && !can(libvirtVersion, 'deepChains');

/** The overlays that libvirt unlinks at the next revert: those of the current snapshot (qemuSnapshotRevertExternalFinish). */
function unlinkedByRevert({ byName, current }: HealthView): { snapshot: string; files: string[] } | null {
  const stored = current === null ? undefined : byName.get(current)?.stored;
  if (!stored) return null;
  const made = stored.disks.flatMap(({ kind, file }) => (kind === 'external' && file !== undefined ? [file] : []));
  const files = stored.reverted.length > 0 ? stored.reverted.map(({ file }) => file) : made;
  return { snapshot: stored.name, files };
}

/** What the metadata says, and what it leads to. */
export const metadataRules: readonly HealthRule[] = [
  {
    code: 'revert-would-destroy',
    driver: 'QEMU',
    source: 'qemuSnapshotRevertExternalFinish',
    since: version.revertsExternal,
    find: (view) => {
      const unlinked = unlinkedByRevert(view);
      const files = (unlinked?.files ?? []).filter((file) => view.neededBy.has(file) && !view.missing.has(file));
      if (!unlinked || files.length === 0) return [];
      const affected = view.snapshots.filter(({ name }) => files.some((file) => view.neededBy.get(file)?.has(name)));
      const names = affected.map(({ name }) => name);
      return [
        {
          level: 'broken' as const,
          what: `The next revert would destroy the ${theSnapshots(names)}.`,
          means: `libvirt assumes that the domain is based on “${unlinked.snapshot}”, and deletes the overlay of that snapshot when it reverts: ${files.map(fileNamed).join(', ')}. The snapshots named above are based on it. This happens when “${unlinked.snapshot}” was made current, or edited with virsh, after a revert.`,
          remedy: `Do not revert this domain. First correct its record of overlays: redefine “${unlinked.snapshot}” with a <revertDisks> element that names the images that the disks write to now.`,
          snapshots: names,
          files,
          shell: [
            virsh(view, 'domblklist'),
            virsh(view, 'snapshot-dumpxml', { snapshotname: unlinked.snapshot, 'security-info': true }),
          ],
        },
      ];
    },
  },
  {
    code: 'no-current',
    source: 'qemuSnapshotRevertExternalFinish takes the current snapshot for given; observed on 11.3 and 12.8',
    find: (view) => {
      if (view.current !== null || view.external.length === 0) return [];
      const made = new Set(view.chains.flatMap(({ layers }) => layers[0]?.made?.snapshot ?? []));
      const [based] = made.size === 1 ? [...made] : [];
      return [
        {
          level: 'warning' as const,
          what: 'The domain has external snapshots, but none of them is current.',
          means:
            'A revert to an external snapshot would crash the libvirt daemon (seen on 11.3). The metadata was probably restored without saying which one is current.',
          remedy: based
            ? `The domain writes to the overlay of “${based}”, so make that one current. With any other, libvirt would delete the wrong overlays.`
            : 'Its images do not show which snapshot the domain is based on. Do not revert to an external snapshot.',
          ...(based === undefined
            ? {}
            : {
                snapshots: [based],
                offers: [{ command: 'snapshot.make-current', snapshot: based }],
                shell: [virsh(view, 'snapshot-current', { snapshotname: based })],
              }),
        },
      ];
    },
  },
  {
    code: 'unreadable',
    source: 'formatsnapshot',
    find: ({ snapshots }) => {
      const names = snapshots.filter(({ readable }) => !readable).map(({ name }) => name);
      if (names.length === 0) return [];
      return [
        {
          level: 'broken' as const,
          what: `libvirt’s XML of the ${theSnapshots(names)} cannot be read.`,
          means: 'It is not known what they contain, or what depends on them.',
          remedy: 'Check what virsh shows. The files are in /var/lib/libvirt/qemu/snapshot on the host.',
          snapshots: names,
        },
      ];
    },
  },
  {
    code: 'no-config',
    source: 'qemuSnapshotRevertValidate: “lacks domain rollback info”',
    find: ({ snapshots }) => {
      const names = snapshots.filter(({ readable, hasConfig }) => readable && !hasConfig).map(({ name }) => name);
      if (names.length === 0) return [];
      return [
        {
          level: 'warning' as const,
          what: `The ${theSnapshots(names)} ${names.length === 1 ? 'does' : 'do'} not hold the domain’s configuration.`,
          means:
            'libvirt does not revert to such a snapshot, even with force. The metadata is from a very old version, or was restored incompletely.',
          remedy: 'Its disks can be read with qemu-img while the domain is off. Otherwise delete it.',
          snapshots: names,
          offers: deleting(names),
        },
      ];
    },
  },
  {
    code: 'unknown-parent',
    source: 'virDomainSnapshotUpdateRelations',
    find: ({ snapshots, byName }) => {
      const found = snapshots.filter(({ parent }) => parent !== null && !byName.has(parent));
      if (found.length === 0) return [];
      const parents = [...new Set(found.map(({ parent }) => parent ?? ''))];
      const names = found.map(({ name }) => name);
      return [
        {
          level: 'warning' as const,
          what: `The ${theSnapshots(names)} ${names.length === 1 ? 'has' : 'have'} a parent that libvirt does not list: ${named(parents)}.`,
          means: 'Reverting works, but the tree is incomplete: it is not known what came in between.',
          remedy: 'Import the missing metadata if you have it, from an export or from Activity.',
          snapshots: names,
        },
      ];
    },
  },
  {
    code: 'chain-depth',
    source: 'NEWS 12.0; VIR_STORAGE_MAX_CHAIN_DEPTH',
    find: ({ disks, chains, libvirtVersion, snapshots, domain }) => {
      const deepest = new Map(chains.map(({ target, layers }) => [target, layers.length]));
      for (const { stored } of snapshots)
        for (const { target, path } of imagesOf(stored.config)) {
          const disk = disks.find((each) => each.target === target);
          const depth = disk && isPoint(stored, target) ? chainFrom(disk, path).length : 0;
          if (depth > (deepest.get(target) ?? 0)) deepest.set(target, depth);
        }
      return [...deepest].flatMap(([target, depth]) => {
        if (depth < DEEP) return [];
        const strong = isDeep(depth, libvirtVersion);
        return [
          {
            level: strong ? ('broken' as const) : ('warning' as const),
            what: `The backing chain of disk ${target} has ${formatCount(depth, 'image')}.`,
            means: strong
              ? `libvirt ${formatVersion(libvirtVersion)} may refuse to start the domain: before 12.0, chains of more than about ${TOO_DEEP} images broke that. Reads slow down with every image.`
              : `Every image makes reads and starts a little slower${!can(libvirtVersion, 'deepChains') ? `, and from about ${TOO_DEEP} images on this libvirt may refuse to start the domain` : ''}. More than ${DEEPEST} are not possible.`,
            remedy: `${strong && domain.active ? 'Do not stop the guest until the chain is shorter. ' : ''}Delete external snapshots that you no longer need: each deletion merges an overlay into its backing file.`,
            shell: [virsh({ domain }, 'domblkinfo', { device: target })],
          },
        ];
      });
    },
  },
  {
    code: 'mixed',
    source: 'qemuSnapshotDeleteValidate; observed on 9.0–12.8',
    find: ({ snapshots, external }) => {
      const internal = snapshots.filter(({ kind, memory }) => kind === 'internal' || memory === 'internal');
      if (internal.length === 0 || external.length === 0) return [];
      const fewer = internal.length <= external.length ? internal : external;
      return [
        {
          level: 'warning' as const,
          what: `Internal and external snapshots are mixed: ${internal.length} and ${external.length}.`,
          means:
            'libvirt refuses to delete some of them. Deleting an external one removes its overlay; internal ones inside that overlay are lost with it, although they stay listed.',
          remedy:
            'Use only one kind from now on. Delete internal snapshots before the external one whose overlay contains them.',
          snapshots: fewer.map(({ name }) => name),
        },
      ];
    },
  },
  {
    code: 'managed-save',
    source: 'qemuSnapshotRevertValidate; observed on 9.0 and 11.3',
    find: ({ domain, external }) => {
      const risky = external.filter(({ memory }) => memory !== 'internal');
      if (!domain.managedSave || risky.length === 0) return [];
      return [
        {
          level: 'warning' as const,
          what: 'The domain has a managed save image: saved memory that is restored at the next start.',
          means:
            'It only fits the disks as they are now. A revert does not remove it, and deleting an external snapshot removes a file that it needs. The next start would then damage the disks, or fail.',
          remedy:
            'Start the domain and shut it down before you revert or delete. Or remove the image when you revert: the dialog offers that.',
          shell: [virsh({ domain }, 'managedsave-remove')],
        },
      ];
    },
  },
  {
    code: 'no-external-revert',
    driver: 'QEMU',
    source: 'NEWS 9.9.0',
    until: version.revertsExternal,
    find: ({ libvirtVersion, external }) => {
      if (external.length === 0) return [];
      const names = external.map(({ name }) => name);
      return [
        {
          level: 'warning' as const,
          what: `libvirt ${formatVersion(libvirtVersion)} cannot revert to external snapshots, and ${names.length === 1 ? 'one is' : `${names.length} are`} external here.`,
          means: 'They can be taken and deleted here. Reverting to them needs libvirt 9.9 or newer.',
          remedy:
            'Update libvirt, or move the domain and its snapshots to a host with a newer version. Internal snapshots can be reverted to on this host.',
          snapshots: names,
        },
      ];
    },
  },
];

function isPoint(stored: HealthView['snapshots'][number]['stored'], target: string): boolean {
  return stored.disks.some((each) => each.target === target && each.kind === 'external');
}
