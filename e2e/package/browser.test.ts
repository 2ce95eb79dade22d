import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { debForBrowser, packForNpm } from '../../packaging/browser.ts';
import { writeChecksums } from '../../packaging/checksums.ts';
import { prepare } from '../../packaging/prepare.ts';
import { browserId, manifest, sourceDate } from '../../packaging/project.ts';
import { type Link, linkText } from '../../shared/link.ts';
import type { Domain } from '../../shared/schema.ts';
import { openWindow } from '../open-window.ts';
import { run, without } from './tools.ts';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'snapkeel-browser-')));
/** Bytes; what the page and the server take, compressed. */
const budget = 1_200_000;

beforeAll(() => prepare(sourceDate()));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the package for npm', () => {
  const prefix = join(folder, 'npm');
  const program = join(prefix, 'bin/snapkeel');
  const made = join(folder, 'made');
  const npm = (...args: readonly string[]): string =>
    run('npm', [...args, '--global', `--prefix=${prefix}`, '--offline', '--no-audit', '--no-fund'], { cwd: folder });

  test('is installed without anything else, serves the demo host, and is removed again', async () => {
    mkdirSync(made);
    const tarball = packForNpm(made);
    expect(statSync(tarball).size).toBeLessThan(budget);
    expect(writeChecksums(made)).toEqual([basename(tarball), 'SHA256SUMS']);
    expect(run('sha256sum', ['--check', 'SHA256SUMS'], { cwd: made })).toBe(`${basename(tarball)}: OK\n`);
    npm('install', tarball);
    expect(readdirSync(join(prefix, 'lib/node_modules'))).toEqual([manifest.name]);
    const installed = join(prefix, 'lib/node_modules', manifest.name);
    expect(readdirSync(installed).sort()).toEqual(
      ['LICENSE', 'README.md', 'bin', 'out', 'package.json', 'third-party-licences.txt'].sort(),
    );
    expect(JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'))).not.toHaveProperty('dependencies');
    expect(run(program, ['--version']).trim()).toBe(manifest.version);
    expect(run(program, ['--help'])).toContain('--no-open');
    expect(() => run(program, ['--what'])).toThrow('ended with 2');
    expect(() => run(program, ['what'])).toThrow('neither a link');
    await serves(program);
    npm('uninstall', manifest.name);
    expect(existsSync(program)).toBe(false);
    expect(existsSync(installed)).toBe(false);
  });
});

/** dpkg gives the files to root. */
const asRoot = process.getuid?.() === 0 ? [] : ['fakeroot'];
const noDeb =
  without('dpkg-deb', 'the deb that uses a browser') || asRoot.some((name) => without(name, 'installing it'));

describe.skipIf(noDeb)('the deb that uses a browser', () => {
  const system = join(folder, 'system');
  const share = join(system, 'usr/share');
  let deb = '';
  const dpkg = (...args: readonly string[]): string => {
    const command = [
      ...asRoot,
      'dpkg',
      `--root=${system}`,
      '--force-depends,not-root,bad-path',
      `--log=${folder}/dpkg.log`,
      ...args,
    ];
    return run(command[0] ?? '', command.slice(1));
  };

  beforeAll(() => {
    deb = debForBrowser(folder, sourceDate());
    for (const name of ['info', 'updates']) mkdirSync(join(system, 'var/lib/dpkg', name), { recursive: true });
    writeFileSync(join(system, 'var/lib/dpkg/status'), '');
  });

  test('is for every architecture, and needs Node alone', () => {
    const field = (name: string): string => run('dpkg-deb', ['--field', deb, name]).trim();
    expect(field('Architecture')).toBe('all');
    expect(field('Depends')).toBe(`nodejs (>= ${manifest.engines.node.slice(2)})`);
    expect(field('Recommends')).toContain('chromium');
    for (const entry of run('dpkg-deb', ['--contents', deb]).trim().split('\n'))
      expect(entry).toMatch(/^([-d]rw[-x]r-[-x]r-[-x]|lrwxrwxrwx) root\/root /);
  });

  test('the same sources make the same bytes', () => {
    const first = readFileSync(deb);
    expect(readFileSync(debForBrowser(folder, sourceDate())).equals(first)).toBe(true);
  });

  test('is installed, serves the demo host, and leaves nothing behind', async () => {
    dpkg('--install', deb);
    expect(dpkg('--status', 'snapkeel-browser')).toContain('Status: install ok installed');
    await serves(join(system, 'usr/bin/snapkeel-browser'));
    const doc = ['changelog.gz', 'copyright'];
    expect(readdirSync(join(share, 'doc/snapkeel-browser')).sort()).toEqual(doc);
    expect(existsSync(join(share, 'man/man1/snapkeel-browser.1.gz'))).toBe(true);
    expect(readdirSync(join(share, 'icons/hicolor')).length).toBe(10);

    dpkg('--purge', 'snapkeel-browser');
    expect(existsSync(share)).toBe(false);
    expect(existsSync(join(system, 'usr/bin'))).toBe(false);
  });

  test.skipIf(without('desktop-file-validate', 'validating the desktop entry'))('the desktop entry is valid', () => {
    dpkg('--unpack', deb);
    expect(run('desktop-file-validate', [join(share, `applications/${browserId}.desktop`)])).toBe('');
  });

  test.skipIf(without('appstreamcli', 'validating the metadata'))('the metadata is valid', () => {
    dpkg('--unpack', deb);
    run('appstreamcli', ['validate', '--no-net', join(share, `metainfo/${browserId}.metainfo.xml`)]);
  });
});

/**
 * Starts an installed program on the demo host with a link and a file that holds one, asks it for the page and where to
 * go, and ends it.
 */
async function serves(program: string): Promise<void> {
  const demo = { host: 'qemu:///system', domain: 'web-01', snapshot: null };
  const [first, second] = [
    { action: 'open', ...demo } as const,
    { action: 'revert', ...demo, snapshot: 'app-2.0' } as const,
  ];
  writeFileSync(join(folder, 'lab.snapkeel'), `${linkText(second)}\n`);
  const args = ['--no-open', '--demo', '--data-dir', join(folder, 'data'), linkText(first), 'lab.snapkeel'];
  const child = spawn(program, args, { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const url = new URL(await addressOf(child));
    expect(url.hostname).toBe('127.0.0.1');
    const page = await (await fetch(url)).text();
    const scripts = [...page.matchAll(/(?:src|href)="\.?(\/[^"]+)"/g)].map(([, path]) => path ?? '');
    expect(scripts.length).toBeGreaterThan(1);
    for (const path of scripts) expect((await fetch(new URL(path, url))).status, path).toBe(200);
    expect(await linksFrom(url, url.hash.slice('#token='.length))).toEqual([first, second]);
    await expect(once(socketTo(url, 'wrong'), 'open')).rejects.toThrow('401');
  } finally {
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await ended).toEqual([128 + constants.signals.SIGTERM, null]);
  }
}

function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let seen = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      seen += text;
      const url = /^Snapkeel is ready at (\S+)\n/m.exec(seen)?.[1];
      if (url) resolve(url);
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the program ended with ${code}`)));
  });
}

function socketTo(url: URL, token: string): WebSocket {
  return new WebSocket(`ws://${url.host}/rpc`, ['snapkeel', `token.${token}`], { origin: url.origin });
}

/** The first two links that a window is told of; meanwhile it is shown a screen, which a file of its own makes small. */
async function linksFrom(url: URL, token: string): Promise<Link[]> {
  const { client, close } = await openWindow(url, token);
  const links: Link[] = [];
  let on: Domain | undefined;
  for await (const event of await client.events()) {
    if (event.type === 'link') links.push(event.link);
    if (event.type === 'everything' || event.type === 'domains')
      on ??= event.domains.find(({ state }) => state === 'running');
    if (links.length === 2 && on) break;
  }
  const { hostId, uuid } = on as Domain;
  await expect.poll(() => client.thumbnails.now({ hostId, uuid })).not.toBeNull();
  close();
  return links;
}
