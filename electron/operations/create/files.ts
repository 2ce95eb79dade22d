import { statfs } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { folderOf } from '../../../shared/operations/create/paths.ts';
import type { FileFacts } from '../../../shared/schema.ts';
import type { HostSession } from '../../hosts/host-session.ts';
import { fileExists } from '../../libvirt/file-probe.ts';
import { poolFreeBytes } from '../../libvirt/volumes.ts';

/** How long libvirt may look at a path, milliseconds: a named pipe holds it up for ever. */
const PATIENCE_MS = 4_000;

/**
 * Whether paths are taken and their folders there, and the space left in those. Nothing is written.
 * @param folders besides those of the paths, each with a slash at its end.
 * @throws ConnectionError
 */
export async function fileFacts(
  session: HostSession,
  paths: readonly string[],
  folders: readonly string[] = [],
): Promise<FileFacts> {
  const absolute = [...new Set(paths.filter((path) => path.startsWith('/') && !path.endsWith('/')))];
  const all = [...new Set([...folders, ...absolute.map(folderOf)])];
  const [exists, free] = await Promise.all([
    Promise.all([...absolute, ...all].map(async (path) => [path, await limitedLook(session, path)] as const)),
    Promise.all(all.map(async (folder) => [folder, await freeBytes(session, folder)] as const)),
  ]);
  return { exists: Object.fromEntries(exists), free: Object.fromEntries(free) };
}

/** Whether the host has a file; null where it cannot be told, or libvirt takes too long. @throws ConnectionError */
export async function limitedLook(session: HostSession, path: string): Promise<boolean | null> {
  const over = new AbortController();
  try {
    const late = sleep(PATIENCE_MS, null, { signal: over.signal, ref: false }).catch(() => null);
    return await Promise.race([fileExists(session.reads, path), late]);
  } finally {
    over.abort();
  }
}

/** This computer’s file systems tell best; of another host only its storage pools tell. */
async function freeBytes(session: HostSession, folder: string): Promise<number | null> {
  if (session.host.kind === 'local') {
    const found = await statfs(folder).catch(() => null); // not there, or not for this user to see
    if (found) return found.bavail * found.bsize;
  }
  return poolFreeBytes(session.reads, folder.replace(/(?<=.)\/$/, ''));
}
