// `npm run package:check`: makes every kind of package that can be made on Linux, on runtimes that only look like Electron's,
// and reads them back. Plain JavaScript: nothing may be installed yet.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ensureBuilt, ensureInstalled, root } from '../../electron/start/setup.mjs';
import { installSystemPackages, neededForEveryPackage } from '../system-packages.mjs';

installSystemPackages(neededForEveryPackage);
ensureInstalled();
ensureBuilt();
const { status } = spawnSync(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', 'e2e/package'], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, SNAPKEEL_EVERY_PACKAGE: '1' },
});
process.exitCode = status ?? 1;
