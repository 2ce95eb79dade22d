import type { DiskLayers } from '../../../shared/chain.ts';
import type { StrayFile } from '../../../shared/health/facts.ts';
import { statsFlag, statsGroup } from '../../../shared/libvirt/flags.ts';
import type { Caller } from '../../libvirt/domains.ts';
import { LibvirtError } from '../../libvirt/errors.ts';
import { procedures } from '../../libvirt/procedures.ts';
import { volumeAt, volumePaths } from '../../libvirt/volumes.ts';
import { limited } from './limited.ts';

const AT_ONCE = 2;
/** Of a folder with more unknown files than this only those are looked at that are named like ours. */
const MANY = 300;

/** Files beside a domain's images that lie on one of them, of which no domain's disks know. */
export async function findStrays(
  reads: Caller,
  disks: readonly DiskLayers[],
  signal: AbortSignal,
): Promise<{ strays: StrayFile[]; unlisted: string[] }> {
  const known = new Set(disks.flatMap(({ nodes }) => [...nodes.keys()]));
  const folders = [...new Set([...known].filter((path) => path.startsWith('/')).map(folderOf))];
  const listed = await limited(folders, AT_ONCE, signal, (folder) => volumePaths(reads, folder));
  const unlisted = folders.filter((_, n) => listed[n] === null);
  const others = listed.flatMap((paths) => paths ?? []).filter((path) => !known.has(path));
  const stems = [...known].map((path) => path.replace(/\.[^./]*$/, ''));
  const near = others.length > MANY ? others.filter((path) => stems.some((stem) => path.startsWith(stem))) : others;
  const volumes = await limited(near, AT_ONCE, signal, (path) => volumeAt(reads, path));
  const lying = volumes.flatMap((volume) =>
    volume?.backing && known.has(volume.backing.path) ? [{ ...volume, on: volume.backing.path }] : [],
  );
  if (lying.length === 0) return { strays: [], unlisted };
  const used = await imagesInUse(reads);
  const strays = used === null ? [] : lying.filter(({ path }) => !used.has(path));
  return { strays: strays.map(({ path, on, allocatedBytes }) => ({ path, on, allocatedBytes })), unlisted };
}

/** Every image of every domain's disks; null where that cannot be told of all of them. */
async function imagesInUse(reads: Caller): Promise<Set<string> | null> {
  try {
    const { records } = await reads.call(procedures.connectGetAllDomainStats, {
      domains: [],
      stats: statsGroup.block,
      flags: statsFlag.backing,
    });
    const paths = records.flatMap(({ params }) =>
      params.flatMap(({ field, value }) => (/^block\.\d+\.path$/.test(field) ? [String(value.value)] : [])),
    );
    return new Set(paths);
  } catch (error) {
    if (error instanceof LibvirtError) return null;
    throw error;
  }
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}
