import type { Writable } from 'node:stream';

/** Writes, and waits while the other side does not read; false when there is no other side any more. */
export async function write(stream: Writable, bytes: Uint8Array): Promise<boolean> {
  if (stream.destroyed) return false;
  if (stream.write(bytes)) return true;
  await new Promise<void>((resolve) => {
    const go = () => {
      stream.off('drain', go).off('close', go);
      resolve();
    };
    stream.on('drain', go).on('close', go);
  });
  return !stream.destroyed;
}
