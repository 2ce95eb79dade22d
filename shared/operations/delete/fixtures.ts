import type { DiskImage } from '../../libvirt/disks.ts';
import { diskWith } from '../../libvirt/fixtures.ts';
import type { DeleteFacts, DeleteSnapshot, ImageFact } from '../../schema.ts';

/** For tests: a snapshot as it was taken; the one before it in the list is its parent unless told. */
export interface Row {
  readonly name: string;
  readonly parent?: string | null;
  readonly kind?: 'internal' | 'external' | 'none';
  /** Deleted since, its metadata alone. */
  readonly forgotten?: true;
  readonly change?: Partial<DeleteSnapshot>;
}
export interface History {
  readonly rows: readonly Row[];
  /** The last one unless told. */
  readonly current?: string | null;
  readonly change?: Partial<Omit<DeleteFacts, 'domain' | 'snapshots' | 'current'>>;
  readonly domain?: Partial<DeleteFacts['domain']>;
  /** What of its images was not read, or is otherwise. */
  readonly images?: Readonly<Record<string, Partial<ImageFact>>>;
}

/** For tests: how a domain is that runs. */
export const running = { state: 'running', reason: 'booted', active: true } as const;

/**
 * For tests: a domain that is off with one disk, on libvirt 11.3, after these snapshots, everything read; a revert to one
 * with children lays an overlay.
 */
export function deleteFacts({
  rows,
  current = rows.at(-1)?.name ?? null,
  change,
  domain,
  images,
}: History): DeleteFacts {
  const base: DiskImage = { target: 'vda', path: '/i/base', type: 'file', format: 'qcow2', below: [] };
  const taken = new Map<string, { row: Row; image: DiskImage; overlays: string[] }>();
  const known = new Map<string, DiskImage>([[base.path, base]]);
  /** What is written to after a snapshot was taken, or reverted to once more. */
  const onto = (name: string | null): DiskImage => {
    const at = name === null ? undefined : taken.get(name);
    if (!at) return base;
    const { row, image, overlays } = at;
    if (row.kind !== 'external') return image;
    const path = overlays.length === 0 ? `/i/${row.name}` : `/i/${row.name}.${overlays.length}`;
    overlays.push(path);
    const { target: _, below, ...under } = image;
    const made = { ...base, path, below: [under, ...below] };
    known.set(path, made);
    return made;
  };
  const parents = rows.map(({ name, parent }, index) => ({
    name,
    parent: parent === undefined ? (rows[index - 1]?.name ?? null) : parent,
  }));
  for (const [index, row] of rows.entries())
    taken.set(row.name, { row, image: onto(parents[index]?.parent ?? null), overlays: [] });
  const now = onto(current);
  const forgotten = new Set(rows.flatMap((row) => (row.forgotten ? [row.name] : [])));
  const heir = (name: string | null): string | null =>
    name !== null && forgotten.has(name) ? heir(parents.find((each) => each.name === name)?.parent ?? null) : name;
  return {
    driver: 'QEMU',
    libvirtVersion: 11_003_000,
    strays: [],
    ...change,
    domain: {
      uuid: 'u',
      name: 'web',
      state: 'shutoff',
      reason: 'shutdown',
      active: false,
      managedSave: false,
      savedImages: null,
      blockJobs: [],
      busy: false,
      disks: [diskWith(now)],
      ...domain,
    },
    current: heir(current),
    snapshots: rows.flatMap(({ name, kind = 'internal', change: own }, index) => {
      if (forgotten.has(name)) return [];
      const { image = base, overlays = [] } = taken.get(name) ?? {};
      const [file = `/i/${name}`, ...more] = overlays;
      return {
        name,
        parent: heir(parents[index]?.parent ?? null),
        state: 'shutoff',
        memory: 'none',
        kind,
        memoryFile: null,
        known: true,
        pinned: false,
        undoes: false,
        interrupted: false,
        stored: {
          name,
          config: [diskWith(image)],
          disks: [{ target: 'vda', kind, ...(kind === 'external' ? { file } : {}) }],
          reverted: more.map((path) => ({ target: 'vda', file: path })),
        },
        ...own,
      };
    }),
    images: Object.fromEntries(
      [...new Set([...known.keys(), ...Object.keys(images ?? {})])].map((path): [string, ImageFact] => [
        path,
        { exists: true, under: known.get(path)?.below[0] ?? null, tags: [], ...images?.[path] },
      ]),
    ),
  };
}

export const chain = (kind: NonNullable<Row['kind']>, ...names: string[]): Row[] =>
  names.map((name) => ({ name, kind }));
