import { buildDomain, qcow2, type SnapshotSpec } from '../../../electron/simulator/build.ts';
import type { DomainModel } from '../../../electron/simulator/model.ts';

const kinds = ['web', 'db', 'ci-runner', 'build_host', 'win'];
/** Shares no factor with the counts here: names come in no order. */
const stride = 7919;

/** So many running domains without snapshots. @param host its number, which makes their UUIDs its own */
export function manyDomains(count: number, host: number): DomainModel[] {
  return Array.from({ length: count }, (_, at) => {
    const name = `${kinds[at % kinds.length]}-${(at * stride) % count}`;
    return buildDomain({ name, uuid: uuidOf(host, at), id: at + 1, state: 'running' }, seconds());
  });
}

/** How snapshots lie on each other: the place of the parent of each, by its own. */
export const shapes = {
  chain: (at: number) => at - 1,
  bush: (at: number) => Math.floor((at - 1) / 3),
  comb: (at: number) => (at % 2 === 0 ? at - 2 : at - 1),
} as const satisfies Record<string, (at: number) => number>;
export type Shape = keyof typeof shapes;

/**
 * A running domain with so many snapshots. No pool has its image: to invent the metadata of so many is no work of the app’s.
 * @param number of the domain, for its UUID
 */
export function deepDomain(name: string, shape: Shape, count: number, number: number): DomainModel {
  const snapshotName = (at: number) => (at < 0 ? null : `${kinds[at % kinds.length]}-${at}`);
  const snapshots = Array.from(
    { length: count },
    (_, at): SnapshotSpec => ({
      name: snapshotName(at) ?? '',
      description: at % 3 === 0 ? `before change ${at}` : '',
      ago: (count - at) * 600,
      state: at % 4 === 0 ? 'running' : 'shutoff',
      parent: snapshotName(shapes[shape](at)),
    }),
  );
  const disks = [{ ...qcow2(name, 'vda'), path: `/srv/${name}.qcow2` }];
  return buildDomain({ name, uuid: uuidOf(number, 0), state: 'running', disks, snapshots }, seconds());
}

function seconds(): number {
  return Math.floor(Date.now() / 1000);
}

function uuidOf(group: number, at: number): string {
  return `${group.toString(16).padStart(8, '0')}-0000-4000-8000-${at.toString(16).padStart(12, '0')}`;
}
