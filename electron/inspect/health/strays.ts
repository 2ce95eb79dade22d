import type { DiskLayers } from '../../../shared/chain.ts';
import type { StrayFile } from '../../../shared/health/facts.ts';
import { usersOfImages } from '../../libvirt/block-stats.ts';
import type { Caller } from '../../libvirt/domains.ts';
import { volumeAt, volumePaths } from '../../libvirt/volumes.ts';
import { limited } from './limited.ts';

const AT_ONCE = 2;
/** Of a folder with more unknown files than this only those are looked at that are named like ours. */
const MANY = 300;

/**
 * Files beside some images that lie on one of them, or on each other, though the domain and its snapshots do not name
 * them: nearest first. `unlisted` are folders that no active pool has, so that nothing is known of what is in them.
 * @throws ConnectionError; what the signal was aborted with
 */
export async function findStrays(
  reads: Caller,
  disks: readonly DiskLayers[],
  images: Iterable<string>,
  signal: AbortSignal,
): Promise<{ strays: StrayFile[]; unlisted: string[] }> {
  const known = new Set(disks.flatMap(({ nodes }) => [...nodes.keys()]));
  const below = new Set(images);
  const folders = [...new Set([...below].filter((path) => path.startsWith('/')).map(folderOf))];
  const listed = await limited(folders, AT_ONCE, signal, (folder) => volumePaths(reads, folder));
  const unlisted = folders.filter((_, n) => listed[n] === null);
  const others = listed.flatMap((paths) => paths ?? []).filter((path) => !known.has(path));
  const near = others.length > MANY ? namedLike(others, below) : others;
  const volumes = await limited(near, AT_ONCE, signal, (path) => volumeAt(reads, path));
  const found: Omit<StrayFile, 'usedBy'>[] = [];
  for (const on of below)
    for (const volume of volumes) {
      if (volume?.backing?.path !== on || below.has(volume.path)) continue;
      below.add(volume.path);
      found.push({ path: volume.path, on, allocatedBytes: volume.allocatedBytes });
    }
  if (found.length === 0) return { strays: [], unlisted };
  const users = await usersOfImages(reads);
  // Of a guest that is off libvirt tells the top image alone: who uses that uses what it lies on.
  for (const { path, on } of found.toReversed())
    for (const name of users?.get(path) ?? []) users?.set(on, (users.get(on) ?? new Set()).add(name));
  return {
    strays: found.map((stray) => ({ ...stray, usedBy: users && [...(users.get(stray.path) ?? [])] })),
    unlisted,
  };
}

/** Those whose names begin as that of an image does, without its suffix. */
function namedLike(paths: readonly string[], images: Iterable<string>): string[] {
  const stems = new Set([...images].map((path) => path.replace(/\.[^./]*$/, '')));
  return paths.filter((path) => {
    for (let end = path.length; end > path.lastIndexOf('/'); end--) if (stems.has(path.slice(0, end))) return true;
    return false;
  });
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}
