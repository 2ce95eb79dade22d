#!/usr/bin/env node
// Serves Snapkeel to this computer alone and opens it in a browser. Installed beside the build, with nothing else.
import { fileURLToPath } from 'node:url';
import { endAfterTheApp, exitCode, readPackage, readSwitches, runBrowserShell, switches } from './browser-shell.mjs';

const { version } = readPackage(new URL('../package.json', import.meta.url));
const values = readSwitches('snapkeel', { ...switches, version: { does: 'print the version' } });
if (values.version) {
  console.log(version);
  process.exit(0);
}
endAfterTheApp();
const server = fileURLToPath(new URL('../out/main/serve.js', import.meta.url));
process.exitCode = exitCode(await runBrowserShell(server, process.argv.slice(2), { open: !values['no-open'] }));
