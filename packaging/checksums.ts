import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Writes SHA256SUMS of all that was made into a folder, in the form that `sha256sum --check` reads.
 * @returns the names of all that is in the folder for others
 */
export function writeChecksums(folder: string): string[] {
  const names = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('builder-') && !entry.name.endsWith('.blockmap'))
    .map(({ name }) => name)
    .filter((name) => name !== 'SHA256SUMS')
    .sort();
  const lines = names.map((name) => `${sha256(join(folder, name))}  ${name}\n`);
  writeFileSync(join(folder, 'SHA256SUMS'), lines.join(''));
  return [...names, 'SHA256SUMS'];
}

function sha256(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}
