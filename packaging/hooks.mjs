// Plain JavaScript: electron-builder loads this itself.
import { readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Before an artifact is made of it, everything in the staged app gets one date, so that the same sources make the same
 * bytes. Without SOURCE_DATE_EPOCH nothing is done.
 * @param {{ file: string }} artifact
 */
export default function artifactBuildStarted({ file }) {
  const seconds = Number(process.env.SOURCE_DATE_EPOCH);
  if (!process.env.SOURCE_DATE_EPOCH || !Number.isInteger(seconds)) return;
  const output = join(file, '..');
  for (const staged of readdirSync(output, { withFileTypes: true })) {
    if (!staged.isDirectory() || !/^(linux|mac)/.test(staged.name)) continue;
    const folder = join(output, staged.name);
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }))
      if (!entry.isSymbolicLink()) utimesSync(join(entry.parentPath, entry.name), seconds, seconds);
    utimesSync(folder, seconds, seconds);
  }
}
