import { spawnSync } from 'node:child_process';

/** Why this machine would draw other pictures; undefined where it would not. */
export function otherFont(): string | undefined {
  const { stdout } = spawnSync('fc-match', ['-f', '%{file}', 'system-ui'], { encoding: 'utf8' });
  return stdout?.endsWith('/DejaVuSans.ttf') ? undefined : 'the font of this machine’s windows is not DejaVu Sans';
}
