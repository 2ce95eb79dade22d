import { mkdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { withHiddenTold } from '../../shared/visible.ts';
import { withoutSecrets } from '../redact.ts';
import { appendRegular } from '../regular-file.ts';

export type Log = (line: string) => void;

/** A file is put aside when it is larger; bytes. One older than those that are kept is written over. */
const LARGEST = 1024 * 1024;
const KEPT = 3;

/**
 * Lines on standard error, and in a file that does not grow without end; what cannot be kept is not. What is hidden in a
 * line, such as what a terminal would obey, is told: names and messages come from outside.
 */
export function logInto(folder: string): Log {
  const file = join(folder, 'snapkeel.log');
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch {}
  return (line) => {
    const text = stamped(line);
    process.stderr.write(text);
    try {
      rotate(file);
      appendRegular(file, text);
    } catch {}
  };
}

function stamped(line: string): string {
  return `${new Date().toISOString()} ${withHiddenTold(withoutSecrets(line))}\n`;
}

/** `snapkeel.log` becomes `snapkeel.log.1`, that `.2`. */
function rotate(file: string): void {
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) < LARGEST) return;
  for (let n = KEPT - 1; n >= 1; n--) {
    const from = n === 1 ? file : `${file}.${n - 1}`;
    if (statSync(from, { throwIfNoEntry: false })) renameSync(from, `${file}.${n}`);
  }
}
