import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { extractFile, listPackage } from '@electron/asar';
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packForLinux, stageForLinux } from '../../packaging/desktop.ts';
import { bundledPackages } from '../../packaging/licences.ts';
import { prepare } from '../../packaging/prepare.ts';
import { desktopId, manifest, root, sourceDate } from '../../packaging/project.ts';
import { billOfMaterials } from '../../packaging/sbom.ts';
import { cannotRun, runtime, showsDemo } from './run-packed.ts';
import { writeLinuxRuntime } from './stub-runtime.ts';
import { builderTools, run, without } from './tools.ts';

/** Bytes that the app's archive may take: what is bundled, and half as much again. */
const asarBudget = 4_500_000;
const inAsar = [
  /^\/out$/,
  /^\/out\/main$/,
  /^\/out\/main\/desktop\.js$/,
  /^\/out\/main\/shrink-worker\.js$/,
  /^\/out\/main\/chunks$/,
  /^\/out\/main\/chunks\/[\w.-]+\.(js|png)$/,
  /^\/out\/preload$/,
  /^\/out\/preload\/(main|preload)\.cjs$/,
  /^\/out\/renderer$/,
  /^\/out\/renderer\/index\.html$/,
  /^\/out\/renderer\/assets$/,
  /^\/out\/renderer\/assets\/[\w-]+\.(css|js|svg|png|woff2)$/,
  /^\/package\.json$/,
];
const fuses = {
  RunAsNode: false,
  EnableCookieEncryption: true,
  EnableNodeOptionsEnvironmentVariable: false,
  EnableNodeCliInspectArguments: false,
  EnableEmbeddedAsarIntegrityValidation: true,
  OnlyLoadAppFromAsar: true,
  LoadBrowserProcessSpecificV8Snapshot: false,
  GrantFileProtocolExtraPrivileges: false,
} as const;

describe.skipIf(process.platform !== 'linux' || without('dpkg-deb', 'the deb package'))(
  'the packaged app, on a runtime that only looks like one',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'snapkeel-deb-'));
    const unpacked = join(folder, 'unpacked');
    const resources = join(unpacked, 'opt/Snapkeel/resources');
    const asar = join(resources, 'app.asar');
    const date = sourceDate();
    let deb = '';

    beforeAll(() => {
      prepare(date);
      writeLinuxRuntime(join(folder, 'runtime'));
      const env = builderTools(join(folder, 'tools'));
      const build = { arch: 'x64', output: join(folder, 'dist'), date, runtime: join(folder, 'runtime'), env } as const;
      packForLinux(build, 'deb', stageForLinux(build));
      deb = join(folder, `dist/snapkeel_${manifest.version}_amd64.deb`);
      run('dpkg-deb', ['--raw-extract', deb, unpacked]);
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    test('the archive holds what was built and nothing else', () => {
      const listed = listPackage(asar, { isPack: false });
      expect(listed.filter((path) => !inAsar.some((pattern) => pattern.test(path)))).toEqual([]);
      for (const pattern of inAsar)
        expect(
          listed.some((path) => pattern.test(path)),
          `${pattern}`,
        ).toBe(true);
      expect(statSync(asar).size).toBeLessThan(asarBudget);
      const packed = JSON.parse(extractFile(asar, 'package.json').toString()) as Record<string, unknown>;
      expect(packed).toMatchObject({ main: manifest.main, desktopName: `${desktopId}.desktop` });
      expect(packed).not.toHaveProperty('devDependencies');
      expect(packed).not.toHaveProperty('scripts');
    });

    test('every fuse is set', async () => {
      const wire = await getCurrentFuseWire(join(unpacked, 'opt/Snapkeel/snapkeel'));
      for (const [name, on] of Object.entries(fuses))
        expect(wire[FuseV1Options[name as keyof typeof fuses]], name).toBe((on ? '1' : '0').charCodeAt(0));
    });

    test('the licences of all that is inside are inside', () => {
      const texts = readFileSync(join(resources, 'third-party-licences.txt'), 'utf8');
      const copyright = readFileSync(join(unpacked, 'usr/share/doc/snapkeel/copyright'), 'utf8');
      const bundled = bundledPackages();
      expect(bundled.length).toBeGreaterThan(20);
      for (const { name, version, licence } of bundled)
        for (const text of [texts, copyright]) expect(text).toContain(`${name} ${version} (${licence})`);
      const resourcesOf = ['LICENSE.txt', 'app.asar', 'apparmor-profile', 'third-party-licences.txt'];
      expect(readdirSync(resources).sort()).toEqual(resourcesOf);
    });

    test('the bill of materials names what is bundled, and Electron', () => {
      const bom = JSON.parse(billOfMaterials(bundledPackages(), true, date)) as { components: { name: string }[] };
      expect(bom).toMatchObject({ bomFormat: 'CycloneDX', metadata: { component: { name: 'snapkeel' } } });
      const names = bom.components.map(({ name }) => name);
      expect(names).toEqual(expect.arrayContaining(['electron', 'ssh2', 'react']));
      expect(names).not.toContain('vitest');
      expect(billOfMaterials(bundledPackages(), true, date)).toBe(`${JSON.stringify(bom, null, 2)}\n`);
    });

    test('the fields of the deb', () => {
      const field = (name: string): string => run('dpkg-deb', ['--field', deb, name]).trim();
      expect(field('Package')).toBe('snapkeel');
      expect(field('Version')).toBe(manifest.version);
      expect(field('Architecture')).toBe('amd64');
      expect(field('Maintainer')).toMatch(/^.+ <.+@.+>$/);
      expect(field('Homepage')).toBe(manifest.homepage);
      expect(field('Depends')).toContain('libgtk-3-0');
      expect(Number(field('Installed-Size'))).toBeGreaterThan(1000);
      const [synopsis, ...description] = field('Description').split('\n');
      expect(synopsis).toBe('Snapshots of libvirt domains');
      expect(description.join('\n').length).toBeGreaterThan(60);
    });

    test('files of the deb are root’s, nobody else may write them, and none is setuid', () => {
      const entries = run('dpkg-deb', ['--contents', deb]).trim().split('\n');
      for (const entry of entries) expect(entry).toMatch(/^[-dl]r[w-][x-]r-[x-]r-[x-] root\/root |^l/);
      const opt = ['chrome-sandbox', 'chrome_crashpad_handler', 'snapkeel'];
      for (const name of opt) expect(statSync(join(unpacked, 'opt/Snapkeel', name)).mode & 0o111, name).toBe(0o111);
      for (const line of readFileSync(join(unpacked, 'DEBIAN/md5sums'), 'utf8').trim().split('\n'))
        expect(existsSync(join(unpacked, line.slice(34)))).toBe(true);
      expect(entries.join('\n')).not.toContain('AppRun');
    });

    test('the scripts of the deb are shell, and take away what they set up', () => {
      for (const name of ['postinst', 'postrm']) run('bash', ['-n', join(unpacked, 'DEBIAN', name)]);
      expect(readFileSync(join(unpacked, 'DEBIAN/postinst'), 'utf8')).toContain("'/opt/Snapkeel/snapkeel'");
      expect(readFileSync(join(unpacked, 'DEBIAN/postrm'), 'utf8')).toContain('update-alternatives --remove');
    });

    test('what belongs to a Debian package is there', () => {
      const text = (path: string): string => gunzipSync(readFileSync(join(unpacked, 'usr/share', path))).toString();
      expect(text('doc/snapkeel/changelog.gz')).toContain(`snapkeel (${manifest.version})`);
      expect(text('man/man1/snapkeel.1.gz')).toContain(`"Snapkeel ${manifest.version}"`);
      expect(readFileSync(`${root}CHANGELOG.md`, 'utf8')).toContain(`\n## ${manifest.version}`);
    });

    test('icons in all sizes are as large as they say', () => {
      const theme = join(unpacked, 'usr/share/icons/hicolor');
      const sizes = readdirSync(theme).map((name) => Number(name.split('x')[0]));
      expect(sizes.sort((a, b) => a - b)).toEqual([16, 24, 32, 48, 64, 96, 128, 256, 512]);
      for (const size of sizes) {
        const icon = PNG.sync.read(readFileSync(join(theme, `${size}x${size}/apps/snapkeel.png`)));
        expect([icon.width, icon.height]).toEqual([size, size]);
      }
    });

    test('the window belongs to the desktop entry', () => {
      const entry = readFileSync(join(unpacked, `usr/share/applications/${desktopId}.desktop`), 'utf8');
      expect(entry).toContain('\nExec=/opt/Snapkeel/snapkeel %U\n');
      expect(entry).toContain(`\nStartupWMClass=${desktopId}\n`);
      expect(entry).toContain('\nMimeType=application/x-snapkeel;x-scheme-handler/snapkeel;\n');
      expect(entry).toContain('\nIcon=snapkeel\n');
      expect(entry).not.toContain('no-sandbox');
      const mime = readFileSync(join(unpacked, 'usr/share/mime/packages/snapkeel.xml'), 'utf8');
      expect(mime).toContain('<glob pattern="*.snapkeel"/>');
    });

    test.skipIf(without('desktop-file-validate', 'validating the desktop entry'))('the desktop entry is valid', () => {
      const path = join(unpacked, `usr/share/applications/${desktopId}.desktop`);
      expect(run('desktop-file-validate', [path])).toBe('');
    });

    test.skipIf(without('appstreamcli', 'validating the metadata'))(
      'the metadata for software centres is valid',
      () => {
        run('appstreamcli', ['validate', '--no-net', join(unpacked, `usr/share/metainfo/${desktopId}.metainfo.xml`)]);
      },
    );

    test.skipIf(cannotRun('running the app from its archive'))('the archive runs', () =>
      showsDemo(join(unpacked, 'opt/Snapkeel/snapkeel'), runtime, join(folder, 'home')),
    );
  },
);
