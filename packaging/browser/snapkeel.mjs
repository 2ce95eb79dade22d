#!/usr/bin/env node
// Serves Snapkeel to this computer alone and opens it in a browser. Installed beside the build, with nothing else.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openBrowser, untilRead } from './browser-window.mjs';

const { version, engines } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const usage = `snapkeel [--no-open] [--port N] [--demo] [--connect URI]… [--data-dir DIR]

  --no-open       print the address, open no window
  --port N        the port to listen on (default: any free one)
  --demo          only the simulated demo host
  --connect URI   connect to this host, e.g. qemu+ssh://user@host/system; may be given several times
  --data-dir DIR  where the list of hosts is kept
  --version       print the version`;
const options = {
  'no-open': { type: 'boolean', default: false },
  port: { type: 'string' },
  demo: { type: 'boolean', default: false },
  connect: { type: 'string', multiple: true },
  'data-dir': { type: 'string' },
  version: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
};

const [needed, running] = [engines.node.replace('>=', ''), process.versions.node].map((each) =>
  each.split('.').map(Number),
);
if (running[0] < needed[0] || (running[0] === needed[0] && running[1] < needed[1])) {
  console.error(`Snapkeel needs Node.js ${needed.join('.')} or newer; this is ${process.versions.node}.`);
  process.exit(1);
}
let values;
try {
  ({ values } = parseArgs({ options }));
} catch (error) {
  console.error(`${error.message}\n\n${usage}`);
  process.exit(2);
}
if (values.help || values.version) {
  console.log(values.help ? usage : version);
  process.exit(0);
}

const server = spawn(
  process.execPath,
  [fileURLToPath(new URL('../out/main/serve.js', import.meta.url)), ...process.argv.slice(2)],
  { stdio: ['inherit', 'pipe', 'inherit'] },
);
let ending = false;
let opened = false;
// The terminal tells the server too: this process may not end before it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(signal, () => {
    ending = true;
    server.kill('SIGTERM');
  });
server.on('error', (error) => {
  console.error(`Snapkeel could not start: ${error.message}`);
  process.exitCode = 1;
});
server.on('close', async (code, signal) => {
  if (opened && code === 0 && !ending) await untilRead(); // the address was that of another one, which goes on
  process.exit(code ?? (signal ? 130 : 1));
});

let seen = '';
server.stdout.setEncoding('utf8').on('data', (text) => {
  process.stdout.write(text);
  seen += text;
  const url = /^Snapkeel is ready at (\S+)\n/m.exec(seen)?.[1];
  if (!url) return;
  server.stdout.removeAllListeners('data').pipe(process.stdout);
  if (!values['no-open']) opened = openBrowser(url);
});
