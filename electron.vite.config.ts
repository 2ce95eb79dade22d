import { readFileSync } from 'node:fs';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')) as { version: string };
const define = { __APP_VERSION__: JSON.stringify(version) };

export default defineConfig({
  main: {
    define,
    build: { rolldownOptions: { input: { desktop: 'electron/shell/desktop.ts', serve: 'electron/serve.ts' } } },
  },
  // What must be CommonJS: a sandboxed preload, and the entry, which has to be done before Electron is ready.
  preload: {
    build: {
      rolldownOptions: {
        input: { main: 'electron/main.ts', preload: 'electron/shell/preload/preload.ts' },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: 'renderer',
    plugins: [react()],
    build: { rolldownOptions: { input: 'renderer/index.html' } },
  },
});
