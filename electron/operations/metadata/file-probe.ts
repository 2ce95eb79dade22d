import { setTimeout as sleep } from 'node:timers/promises';
import type { Gate } from '../../hosts/gate.ts';
import { LibvirtError } from '../../libvirt/errors.ts';
import { memoryFileExists } from '../../libvirt/file-probe.ts';

/** What libvirt opens at the other end must not be a device: looking at some does something, and a pipe waits. */
const notLooked = /^\/(dev|proc|sys|run)\//;
/** Each look is a file that libvirtd opens. */
const LOOKS = 200;
const PATIENCE_MS = 5_000;

/**
 * Which of these files are not on the host: opening a missing one as a save image is SYSTEM_ERROR, and any other is
 * OPERATION_FAILED, without a change to it (seen on 9.0 and 11.3). A file that cannot be looked at counts as there.
 * @throws ConnectionError
 */
export async function missingFiles(reads: Gate, files: Iterable<string>): Promise<ReadonlySet<string>> {
  const looked = [...new Set(files)].filter((file) => file.startsWith('/') && !notLooked.test(file)).slice(0, LOOKS);
  const missing = new Set<string>();
  const patience = new AbortController();
  const late = sleep(PATIENCE_MS, undefined, { signal: patience.signal, ref: false }).catch(() => {});
  const look = async () => {
    for (const file of looked) {
      if (patience.signal.aborted) return;
      const there = await memoryFileExists(reads, file).catch((error: unknown) => {
        if (error instanceof LibvirtError) return null;
        throw error;
      });
      if (there === false) missing.add(file);
    }
  };
  const all = look();
  all.catch(() => {}); // it may go on alone when it is late
  await Promise.race([all, late]);
  patience.abort();
  return missing;
}
