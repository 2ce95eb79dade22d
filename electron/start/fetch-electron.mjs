// Fetches Electron's runtime into npm's cache of it, with a line of progress; then its own installer unpacks it.
import { spawnSync } from 'node:child_process';
import { lookup } from 'node:dns/promises';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { root } from './setup.mjs';

/** Who has no network is to be told at once. Milliseconds. */
const NAME_MS = 1_000;
const MEGABYTE = 1_000_000;

/** The proxy that npm uses: from its configuration, which it hands down as variables, or from those that it heeds itself. */
export function proxyOf(env) {
  const { HTTPS_PROXY, https_proxy, HTTP_PROXY, http_proxy, npm_config_https_proxy, npm_config_proxy } = env;
  return HTTPS_PROXY || https_proxy || npm_config_https_proxy || npm_config_proxy || HTTP_PROXY || http_proxy || null;
}

/** Why a download did not come about, in a sentence. */
export function reasonOf(error, host) {
  const code = error.cause?.code ?? error.code;
  if (['ENOTFOUND', 'EAI_AGAIN', 'ENETUNREACH', 'ETIMEOUT'].includes(code))
    return `${host} cannot be found; this computer seems to be offline`;
  if (code === 'ECONNREFUSED') return `${host} refused the connection`;
  if (error.response?.status) return `${host} answered ${error.response.status} ${error.response.statusText}`.trim();
  return [error.message, error.cause?.message].filter(Boolean).join(': ');
}

/** @throws Error with the code that the resolver gave */
async function findHost(host) {
  const found = lookup(host);
  found.catch(() => {});
  const late = sleep(NAME_MS, null, { ref: false }).then(() => {
    throw Object.assign(new Error('no answer'), { code: 'ETIMEOUT' });
  });
  await Promise.race([found, late]);
}

/** @throws Error with the `response`, if that is none with a body */
async function save(url, file) {
  const response = await fetch(url);
  if (!response.ok || !response.body) throw Object.assign(new Error('no file'), { response });
  const total = Number(response.headers.get('content-length')) || null;
  await mkdir(dirname(file), { recursive: true });
  await pipeline(Readable.fromWeb(response.body), withProgress(total), createWriteStream(file));
}

/** Says how far it is, ten times. @param total bytes, null where the server does not tell */
function withProgress(total) {
  const step = total ? total / 10 : 10 * MEGABYTE;
  let bytes = 0;
  return async function* (source) {
    for await (const chunk of source) {
      const before = Math.floor(bytes / step);
      bytes += chunk.length;
      if (Math.floor(bytes / step) > before)
        console.log(`  ${Math.round(bytes / MEGABYTE)}${total ? ` of ${Math.round(total / MEGABYTE)}` : ''} MB`);
      yield chunk;
    }
  };
}

async function main() {
  const require = createRequire(join(root, 'package.json'));
  const proxy = proxyOf(process.env);
  if (proxy) {
    process.env.ELECTRON_GET_USE_PROXY = '1';
    // Whoever reads these takes the small names before the large ones, even where they are empty.
    for (const name of ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy']) process.env[name] = proxy;
  }
  if (process.env.npm_config_noproxy) process.env.NO_PROXY ??= process.env.npm_config_noproxy;
  const { downloadArtifact } = await import(pathToFileURL(require.resolve('@electron/get')).href);
  let host = 'The place that Electron’s runtime is fetched from';
  const downloader = {
    async download(url, file) {
      host = new URL(url).host;
      console.log(`Fetching Electron’s runtime from ${host}…`);
      if (!proxy) await findHost(new URL(url).hostname);
      await save(url, file);
    },
  };
  try {
    await downloadArtifact({
      version: require('electron/package.json').version,
      artifactName: 'electron',
      platform: process.platform,
      arch: process.arch,
      checksums: require('electron/checksums.json'),
      downloader,
    });
  } catch (error) {
    console.log(`Electron’s runtime could not be fetched: ${reasonOf(error, host)}.`);
    process.exit(1);
  }
  const installer = join(root, 'node_modules/electron/install.js');
  process.exitCode = spawnSync(process.execPath, [installer], { stdio: 'inherit' }).status ?? 1;
}

if (process.argv[1] === new URL(import.meta.url).pathname) await main();
