import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { App } from '../app.ts';
import { launchChromium, startShell } from '../shell.ts';
import { shiftClock, stopClock } from './clock.ts';
import { settled, views } from './views.ts';

/** Takes the pictures of the README and the documentation anew, from the demo host: `npm run screenshots`. */
const folder = fileURLToPath(new URL('../../docs/pictures/', import.meta.url));
const size = { width: 1280, height: 800 };

const home = await mkdtemp(join(tmpdir(), 'snapkeel-pictures-'));
const browser = await launchChromium();
await mkdir(folder, { recursive: true });
for (const { name, show } of views.filter(({ inDocs }) => inDocs)) {
  const end = shiftClock();
  const started = await startShell('browser', { args: ['--demo', '--data-dir', join(home, name)], home, browser });
  const app = new App(started);
  await app.page.setViewportSize(size);
  await stopClock(app.page);
  await app.page.reload();
  await show(app);
  await settled(app);
  await app.page.screenshot({ path: join(folder, `${name}.png`), animations: 'disabled' });
  await started.stop();
  end();
  console.log(`docs/pictures/${name}.png`);
}
await browser.close();
await rm(home, { recursive: true, force: true });
process.exit();
