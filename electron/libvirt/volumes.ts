import { isMoment } from '../../shared/format.ts';
import type { Image } from '../../shared/libvirt/disks.ts';
import { countOf } from './bounds.ts';
import type { Caller } from './domains.ts';
import { LibvirtError } from './errors.ts';
import { procedures, type WireStorageVol } from './procedures.ts';
import { readXml, XmlError } from './xml.ts';

/** A file of a storage pool, as libvirt reads it afresh. Sizes in bytes. */
export interface Volume {
  readonly path: string;
  readonly format: string | null;
  readonly virtualBytes: number | null;
  readonly allocatedBytes: number | null;
  /** When it was last written to, milliseconds since 1970. */
  readonly modifiedAt: number | null;
  /** Of the file, whatever it was replaced by: when its inode and its data changed last, as libvirt writes it; null where not. */
  readonly version: string | null;
  /** What it lies on; null for nothing. */
  readonly backing: Image | null;
}

/** The volume of a path; null where no active pool knows it. @throws ConnectionError */
export async function volumeAt(caller: Caller, path: string): Promise<Volume | null> {
  return orNull(async () => describe(caller, (await caller.call(procedures.storageVolLookupByPath, { path })).vol));
}

/** The paths in a folder that an active pool of that folder knows of; null where there is none. @throws ConnectionError */
export async function volumePaths(caller: Caller, folder: string): Promise<string[] | null> {
  return orNull(async () => {
    const { pool } = await caller.call(procedures.storagePoolLookupByTargetPath, { path: folder });
    const { vols } = await caller.call(procedures.storagePoolListAllVolumes, { pool, needResults: 1, flags: 0 });
    return vols.map(({ key }) => key); // of a folder's pool the key is the path (virStorageBackendVolOpen)
  });
}

/** The active pool of a folder; null where there is none. @throws ConnectionError */
export async function poolNameAt(caller: Caller, folder: string): Promise<string | null> {
  return orNull(async () => (await caller.call(procedures.storagePoolLookupByTargetPath, { path: folder })).pool.name);
}

/**
 * Has libvirt scan an active pool's folder again (virStoragePoolRefresh): what it lists may be other volumes then. No file is
 * changed.
 * @throws LibvirtError `NO_STORAGE_POOL`, and what refuses it; ConnectionError
 */
export async function refreshPoolAt(caller: Caller, folder: string): Promise<void> {
  const { pool } = await caller.call(procedures.storagePoolLookupByTargetPath, { path: folder });
  await caller.call(procedures.storagePoolRefresh, { pool, flags: 0 });
}

/**
 * Bytes that are free in a folder, as they were when its pool was refreshed last; null where no active pool has the
 * folder.
 * @throws ConnectionError
 */
export async function poolFreeBytes(caller: Caller, folder: string): Promise<number | null> {
  return orNull(async () => {
    const { pool } = await caller.call(procedures.storagePoolLookupByTargetPath, { path: folder });
    return countOf((await caller.call(procedures.storagePoolGetInfo, { pool })).available);
  });
}

async function describe(caller: Caller, vol: WireStorageVol): Promise<Volume> {
  const { xml } = await caller.call(procedures.storageVolGetXmlDesc, { vol, flags: 0 });
  const volume = await readXml(xml, 'volume');
  const bytes = (name: string) => countOf(volume.at(name)?.text); // libvirt writes bytes
  const modified = Math.floor(Number(volume.at('target', 'timestamps', 'mtime')?.text) * 1000); // seconds, with a fraction
  const times = ['mtime', 'ctime'].map((name) => volume.at('target', 'timestamps', name)?.text);
  const backing = volume.at('backingStore', 'path')?.text;
  return {
    path: volume.at('target', 'path')?.text ?? vol.key,
    format: volume.at('target', 'format')?.attribute('type') ?? null,
    virtualBytes: bytes('capacity'),
    allocatedBytes: bytes('allocation'),
    modifiedAt: isMoment(modified) ? modified : null,
    version: times[0] === undefined ? null : times.join(' '),
    backing: backing
      ? { path: backing, type: 'file', format: volume.at('backingStore', 'format')?.attribute('type') ?? null }
      : null,
  };
}

async function orNull<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof LibvirtError || error instanceof XmlError) return null;
    throw error;
  }
}
