import { storagePoolListFlag } from '../../shared/libvirt/flags.ts';
import type { StoragePool } from '../../shared/schema.ts';
import { countOf } from './bounds.ts';
import type { Caller } from './domains.ts';
import { LibvirtError } from './errors.ts';
import { procedures } from './procedures.ts';

/** Pools that are asked for at most. */
const MOST = 32;

/** The active storage pools, by name; none where libvirt has no storage driver or does not tell. @throws ConnectionError */
export async function activePools(caller: Caller): Promise<StoragePool[]> {
  const pools = await orNone(async () => {
    const { pools: all } = await caller.call(procedures.connectListAllStoragePools, {
      needResults: 1,
      flags: storagePoolListFlag.active,
    });
    return Promise.all(
      all.slice(0, MOST).map((pool) =>
        orNone(async () => {
          const { capacity, available } = await caller.call(procedures.storagePoolGetInfo, { pool });
          return [{ name: pool.name, capacityBytes: countOf(capacity), freeBytes: countOf(available) }];
        }),
      ),
    );
  });
  return pools.flat().sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** A pool may go while it is asked for. */
async function orNone<T>(ask: () => Promise<T[]>): Promise<T[]> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof LibvirtError) return [];
    throw error;
  }
}
