import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildDeb } from './deb.ts';
import { bundledPackages, licenceTexts } from './licences.ts';
import { components } from './metainfo.ts';
import { manifest, prepared, root } from './project.ts';

const debName = 'snapkeel-browser';
/** Where each file of the packages comes from, and where it goes below the program's own folder. */
const program = [
  ['packaging/browser/snapkeel.mjs', 'bin/snapkeel.mjs'],
  ['electron/start/browser-shell.mjs', 'bin/browser-shell.mjs'],
  ['electron/start/browser-window.mjs', 'bin/browser-window.mjs'],
  ['out/main/serve.js', 'out/main/serve.js'],
  ['out/main/shrink-worker.js', 'out/main/shrink-worker.js'],
  ['out/main/chunks', 'out/main/chunks'],
  ['out/renderer', 'out/renderer'],
] as const;

/**
 * The browser shell as a package for npm that depends on nothing.
 * @param output a folder
 * @returns the tarball
 * @throws Error when npm fails
 */
export function packForNpm(output: string): string {
  return inTemporary((stage) => {
    layOut(stage);
    cpSync(join(root, 'packaging/browser/README.md'), join(stage, 'README.md'));
    cpSync(join(root, 'LICENSE'), join(stage, 'LICENSE'));
    writeFileSync(join(stage, 'third-party-licences.txt'), licenceTexts(bundledPackages(['main', 'renderer'])));
    const args = ['pack', '--ignore-scripts', '--json', '--pack-destination', output];
    const { status, stderr } = spawnSync('npm', args, { cwd: stage, encoding: 'utf8' });
    if (status !== 0) throw new Error(`npm pack ended with ${status}: ${stderr.trim()}`);
    return join(output, `${manifest.name}-${manifest.version}.tgz`);
  });
}

/**
 * The browser shell as a Debian package for every architecture. Needs what `prepare` wrote.
 * @param output a folder
 * @param date of the files, in seconds
 * @returns the package
 * @throws Error when dpkg-deb fails
 */
export function debForBrowser(output: string, date: number): string {
  const file = join(output, `${debName}_${manifest.version}_all.deb`);
  inTemporary((tree) => {
    const share = join(tree, 'usr/share');
    layOut(join(share, debName));
    mkdirSync(join(tree, 'usr/bin'), { recursive: true });
    symlinkSync(`../share/${debName}/bin/snapkeel.mjs`, join(tree, 'usr/bin', debName));
    const { id } = components.browser;
    const files = [
      [`${root}packaging/browser/${id}.desktop`, `applications/${id}.desktop`],
      [`${prepared}${id}.metainfo.xml`, `metainfo/${id}.metainfo.xml`],
      [`${prepared}${debName}.1.gz`, `man/man1/${debName}.1.gz`],
      [`${prepared}copyright`, `doc/${debName}/copyright`],
      [`${prepared}${debName}.changelog.gz`, `doc/${debName}/changelog.gz`],
      ...readdirSync(`${root}assets/icons`).map((name) => [
        `${root}assets/icons/${name}`,
        `icons/hicolor/${name.slice(0, -'.png'.length)}/apps/${debName}.png`,
      ]),
      [`${root}assets/icon.svg`, `icons/hicolor/scalable/apps/${debName}.svg`],
    ] as [string, string][];
    for (const [from, to] of files) cpSync(from, join(share, to));
    plainModes(tree);
    chmodSync(join(share, debName, 'bin/snapkeel.mjs'), 0o755);
    const control = {
      Package: debName,
      Version: manifest.version.replaceAll('-', '~'),
      Section: 'admin',
      Priority: 'optional',
      Architecture: 'all',
      Depends: `nodejs (>= ${manifest.engines.node.replace('>=', '')})`,
      Recommends: 'chromium | www-browser',
      Suggests: 'virt-viewer',
      Maintainer: manifest.author,
      Homepage: manifest.homepage,
      Description: `snapshots of libvirt domains, shown in a browser
 Takes, shows, reverts to and deletes the snapshots of KVM and QEMU virtual
 machines, on this computer and on hosts reached over SSH. Before a revert it
 says in plain words what will be lost.
 .
 This variant has no runtime of its own: its window is one of a browser.`,
    };
    buildDeb(file, tree, control, { date });
  });
  return file;
}

function layOut(folder: string): void {
  // Pictures beside the code are for Electron's own windows.
  const wanted = (from: string): boolean => !/\/out\/main\/.*\.png$/.test(from);
  for (const [from, to] of program) cpSync(join(root, from), join(folder, to), { recursive: true, filter: wanted });
  const { name, version, description, license, homepage, author, engines } = manifest;
  const own = {
    ...{ name, version, description, license, homepage, author, type: 'module' },
    ...{ bin: { snapkeel: 'bin/snapkeel.mjs' }, engines, os: ['linux', 'darwin'] },
    keywords: ['libvirt', 'kvm', 'qemu', 'snapshot'],
  };
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(own, null, 2)}\n`);
}

function plainModes(tree: string): void {
  chmodSync(tree, 0o755);
  for (const entry of readdirSync(tree, { recursive: true, withFileTypes: true }))
    if (!entry.isSymbolicLink()) chmodSync(join(entry.parentPath, entry.name), entry.isDirectory() ? 0o755 : 0o644);
}

function inTemporary<T>(use: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'snapkeel-package-'));
  try {
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
