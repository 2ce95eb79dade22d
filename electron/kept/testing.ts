import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** For tests: a small disk of its own. */
export interface Disk {
  readonly path: string;
  /** Takes all the space that is left. */
  fill(): void;
  /** Gives it back. */
  free(): void;
  readOnly(yes: boolean): void;
  close(): void;
}

export function mountDisk(): Disk {
  const path = mkdtempSync(join(tmpdir(), 'snapkeel-disk-'));
  const filler = join(path, 'filler');
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', path], { stdio: 'pipe' });
  return {
    path,
    fill() {
      const file = openSync(filler, 'a');
      try {
        for (;;) writeSync(file, Buffer.alloc(4_096));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      } finally {
        closeSync(file);
      }
    },
    free: () => rmSync(filler),
    readOnly: (yes) => void execFileSync('mount', ['-o', `remount,${yes ? 'ro' : 'rw'}`, path], { stdio: 'pipe' }),
    close() {
      execFileSync('umount', ['-l', path], { stdio: 'pipe' });
      rmSync(path, { recursive: true });
    },
  };
}

/** Why there are no such disks here, which is printed; false where there are. */
export function withoutDisks(title: string): boolean {
  const reason = whyNoDisks();
  if (reason) console.warn(`${title} are left out: ${reason}`);
  return reason !== undefined;
}

function whyNoDisks(): string | undefined {
  if (process.platform !== 'linux') return 'only Linux has tmpfs';
  if (process.getuid?.() !== 0) return 'only root can mount a disk';
  try {
    mountDisk().close();
  } catch (error) {
    return `no disk can be mounted: ${error instanceof Error ? error.message.trim() : error}`;
  }
  return undefined;
}
