import type { Caller } from './domains.ts';
import { LibvirtError } from './errors.ts';
import { procedures } from './procedures.ts';

/**
 * Whether the host has a file, asked by having libvirt read its head as a save image's: seen on 9.0, 11.3 and 12.8 to
 * answer SYSTEM_ERROR where it cannot open it, and OPERATION_FAILED (the test driver: INTERNAL_ERROR) where it is
 * something else. Nothing is written. Null where it cannot be told: a path that is not absolute, a read-only connection.
 * @throws ConnectionError
 */
export async function fileExists(caller: Caller, file: string): Promise<boolean | null> {
  if (!file.startsWith('/')) return null;
  try {
    await caller.call(procedures.domainSaveImageGetXmlDesc, { file, flags: 0 });
    return true;
  } catch (error) {
    if (!(error instanceof LibvirtError)) throw error;
    if (error.is('SYSTEM_ERROR')) return false;
    return error.is('OPERATION_FAILED', 'INTERNAL_ERROR') ? true : null;
  }
}

/** Whether the file with a snapshot's memory can be opened: it has the format of a save image. Null is unknown. */
export async function memoryFileExists(caller: Caller, file: string): Promise<boolean | null> {
  try {
    await caller.call(procedures.domainSaveImageGetXmlDesc, { file, flags: 0 });
    return true;
  } catch (error) {
    if (!(error instanceof LibvirtError)) throw error;
    return error.is('SYSTEM_ERROR') ? false : null;
  }
}
