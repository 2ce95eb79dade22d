// `npm run proofs`: in full what `npm test` runs in a short form, on several generations of libvirt.
// `npm run proofs -- 11.3 12.8` runs on these alone.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ensureBuilt, ensureInstalled, root } from '../electron/start/setup.mjs';

const wanted = process.argv.slice(2);
const env = { ...process.env, SNAPKEEL_PROOFS: (wanted.length > 0 ? wanted : ['host', '11.3', '12.8']).join() };
const proofs = [
  ['vitest/vitest.mjs', 'run', 'e2e/integration'],
  ['@playwright/test/cli.js', 'test', '--project=browser', 'create-modes', 'external'],
];

ensureInstalled();
ensureBuilt();
for (const [script, ...args] of proofs) {
  const { status } = spawnSync(process.execPath, [join(root, 'node_modules', script), ...args], {
    cwd: root,
    stdio: 'inherit',
    env,
  });
  if (status !== 0) process.exitCode = 1;
}
