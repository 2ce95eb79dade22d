import { readFileSync } from 'node:fs';
import { createBackend } from '../backend.ts';
import { readCommandLine } from '../command-line.ts';
import { serveBrowser } from '../shell/browser-server.ts';

/** The backend of `npm run dev`: at an address and with a token that stay when it is started anew. */
const { SNAPKEEL_DEV_PORT: port = '', SNAPKEEL_DEV_TOKEN: token = '' } = process.env;
const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};
const options = readCommandLine(process.argv.slice(2), process.env);
const log = (line: string) => void process.stdout.write(`${line}\n`);
const backend = await createBackend({ ...options, shell: 'browser', version, log });
await serveBrowser(backend.router, 'renderer', token, Number(port));
