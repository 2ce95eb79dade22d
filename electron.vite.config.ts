import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';
import type { Plugin } from 'vite';

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')) as { version: string };
const define = { __APP_VERSION__: JSON.stringify(version) };

// Everything is bundled, so that a package holds no node_modules. What stays outside is native code that ssh2 and ws do
// without when it is not there; a package never has it.
const external = ['cpu-features', 'bufferutil', 'utf-8-validate', /\.node$/];

// Less to read and to compile at the start. Names and lines stay: errors are told apart by names, and stacks are for reading.
const minify = {
  compress: true,
  mangle: { keepNames: true },
  codegen: { removeWhitespace: false },
} as const;

export default defineConfig({
  main: {
    define,
    plugins: [listPackages('main')],
    build: {
      externalizeDeps: false,
      rolldownOptions: {
        external,
        input: {
          desktop: 'electron/shell/desktop.ts',
          serve: 'electron/serve.ts',
          'shrink-worker': 'electron/kept/thumbnails/shrink-worker.ts',
        },
        output: { minify, comments: false },
      },
    },
  },
  // What must be CommonJS: a sandboxed preload, and the entry, which has to be done before Electron is ready.
  preload: {
    plugins: [listPackages('preload')],
    build: {
      externalizeDeps: false,
      rolldownOptions: {
        input: { main: 'electron/main.ts', preload: 'electron/shell/preload/preload.ts' },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: 'renderer',
    plugins: [react(), typesAlone(), listPackages('renderer')],
    build: {
      minify: true,
      // What comes later comes from this computer: nothing is told ahead, and how it looks is there from the start.
      modulePreload: false,
      cssCodeSplit: false,
      chunkSizeWarningLimit: 700,
      rolldownOptions: { input: 'renderer/index.html' },
    },
  },
});

/** The window takes types alone from the models of the contract: what comes from the backend was read there. */
function typesAlone(): Plugin {
  return {
    name: 'types-alone',
    generateBundle(_options, bundle) {
      for (const output of Object.values(bundle))
        if (output.type === 'chunk' && output.moduleIds.some((id) => folderOfPackage(id) === 'node_modules/zod'))
          this.error(`${output.fileName} has the models of shared/schema in it: import types of them alone.`);
    },
  };
}

/**
 * Writes the folders of the packages that went into a part of the build to `out/packages/<part>.json`: their licences and
 * the bill of materials are made of them.
 */
function listPackages(part: string): Plugin {
  return {
    name: 'list-packages',
    writeBundle(_options, bundle) {
      const folders = Object.values(bundle).flatMap((output) =>
        output.type === 'chunk' ? output.moduleIds.map((id) => folderOfPackage(id)) : [],
      );
      const directory = new URL('out/packages/', import.meta.url);
      mkdirSync(directory, { recursive: true });
      const list = [...new Set(folders)].filter((folder) => folder !== undefined).sort();
      writeFileSync(new URL(`${part}.json`, directory), `${JSON.stringify(list, null, 2)}\n`);
    },
  };
}

function folderOfPackage(moduleId: string): string | undefined {
  return /(?<=\/)node_modules\/(?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/]+(?=\/)/.exec(moduleId)?.[0];
}
