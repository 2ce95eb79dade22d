// The browser shell on the demo host, with the window and the backend renewed as their sources change.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureInstalled, root } from './setup.mjs';

ensureInstalled();
const { createServer: serveWindow } = await import('vite');
const { default: react } = await import('@vitejs/plugin-react');

const given = process.argv.slice(2);
const args =
  given.length > 0 ? given : ['--demo', '--data-dir', join(tmpdir(), `snapkeel-dev-${process.getuid?.() ?? 0}`)];
const port = await freePort();
const token = randomBytes(32).toString('base64url');
const backend = spawn(
  process.execPath,
  [
    join(root, 'node_modules/tsx/dist/cli.mjs'),
    'watch',
    '--clear-screen=false',
    'electron/start/dev-backend.ts',
    ...args,
  ],
  { cwd: root, stdio: 'inherit', env: { ...process.env, SNAPKEEL_DEV_PORT: `${port}`, SNAPKEEL_DEV_TOKEN: token } },
);
backend.once('exit', (code) => process.exit(code ?? 0));

const target = `127.0.0.1:${port}`;
const window = await serveWindow({
  configFile: false,
  root: join(root, 'renderer'),
  plugins: [react()],
  server: {
    host: '127.0.0.1',
    // The backend answers to its own page alone.
    proxy: {
      '/rpc': { target: `ws://${target}`, ws: true, changeOrigin: true, headers: { origin: `http://${target}` } },
    },
  },
});
await window.listen();
console.log(`Snapkeel is at ${window.resolvedUrls?.local[0]}#token=${token}`);

function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
