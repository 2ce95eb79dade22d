import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { getRawHeader, listPackage } from '@electron/asar';
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { XMLParser } from 'fast-xml-parser';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LinuxKind, packForLinux, packForMac, stageForLinux } from '../../packaging/desktop.ts';
import { prepare } from '../../packaging/prepare.ts';
import { desktopId, manifest, root, sourceDate } from '../../packaging/project.ts';
import { Layer } from './layer.ts';
import { cannotRun, runtime, showsDemo } from './run-packed.ts';
import { writeLinuxRuntime, writeMacRuntime } from './stub-runtime.ts';
import { builderTools, program, run, without } from './tools.ts';

// Takes longer than a person waits, so it is not part of `npm test`: npm run package:check
const wanted = process.env.SNAPKEEL_EVERY_PACKAGE === '1' && process.platform === 'linux';
const noRun = wanted && cannotRun('running the app as packages hold it');

const lacks = (name: string, leftOut: string): boolean => !wanted || without(name, leftOut);

describe.skipIf(!wanted)('every kind of package, on runtimes that only look like one', () => {
  const folder = mkdtempSync(join(tmpdir(), 'snapkeel-every-'));
  const output = join(folder, 'dist');
  const unpacked = join(folder, 'unpacked');
  const date = sourceDate();
  const version = manifest.version;
  let env: NodeJS.ProcessEnv = {};
  let staged = '';

  const pack = (kind: LinuxKind, name: string): string => {
    packForLinux({ arch: 'x64', output, date, runtime: join(folder, 'linux'), env }, kind, staged);
    return join(output, name);
  };

  /** Whatever is made of the same sources, later, is the same. */
  const packTwice = (kind: LinuxKind, name: string): string => {
    const first = readFileSync(pack(kind, name));
    const file = pack(kind, name);
    expect(readFileSync(file).equals(first)).toBe(true);
    return file;
  };

  beforeAll(() => {
    prepare(date);
    env = builderTools(join(folder, 'tools'));
    writeLinuxRuntime(join(folder, 'linux'));
    writeMacRuntime(join(folder, 'mac'));
    staged = stageForLinux({ arch: 'x64', output, date, runtime: join(folder, 'linux'), env });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.skipIf(lacks('rpmbuild', 'the rpm package'))('rpm', () => {
    const rpm = pack('rpm', `snapkeel-${version}.x86_64.rpm`);
    const query = (what: string): string => run('rpm', ['--query', '--package', what, rpm]);
    expect(query('--info')).toMatch(/^Name +: snapkeel$/m);
    expect(query('--info')).toMatch(/^License +: Apache-2\.0$/m);
    expect(query('--requires')).toContain('(gtk3 or libgtk-3-0)');
    const files = query('--list').split('\n');
    for (const file of [
      '/opt/Snapkeel/snapkeel',
      `/usr/share/applications/${desktopId}.desktop`,
      `/usr/share/metainfo/${desktopId}.metainfo.xml`,
      '/usr/share/man/man1/snapkeel.1.gz',
      '/usr/share/doc/snapkeel/CHANGELOG.md',
      '/usr/share/icons/hicolor/256x256/apps/snapkeel.png',
    ])
      expect(files).toContain(file);
    expect(query('--scripts')).toContain('apparmor_parser');
  });

  test('tar.gz', () => {
    const archive = packTwice('tar.gz', `snapkeel-${version}-linux-x64.tar.gz`);
    const entries = run('tar', ['--list', '--verbose', '--utc', '--file', archive]).trim().split('\n');
    const day = new Date(date * 1000).toISOString().slice(0, 10);
    for (const entry of entries) expect(entry).toContain(day);
    const names = entries.map((entry) => entry.split(' ').at(-1) ?? '');
    expect(new Set(names.map((name) => name.split('/')[0]))).toEqual(new Set([`snapkeel-${version}-linux-x64`]));
    for (const name of ['snapkeel', 'resources/app.asar', 'resources/third-party-licences.txt'])
      expect(
        names.some((each) => each.endsWith(`/${name}`)),
        name,
      ).toBe(true);
  });

  test.skipIf(lacks('mksquashfs', 'the AppImage'))('AppImage', async () => {
    const image = packTwice('AppImage', `Snapkeel-${version}-x86_64.AppImage`);
    expect(statSync(image).mode & 0o111).toBe(0o111);
    const offset = statSync(join(folder, 'tools/appimage/runtimes/runtime-x64')).size;
    const inside = join(unpacked, 'appimage');
    mkdirSync(unpacked, { recursive: true });
    run('unsquashfs', ['-quiet', '-no-progress', '-offset', String(offset), '-dest', inside, image]);
    const starter = readFileSync(join(inside, 'AppRun'), 'utf8');
    expect(starter).toBe(readFileSync(`${root}packaging/linux/AppRun`, 'utf8'));
    expect(starter).not.toContain('no-sandbox');
    const entry = readFileSync(join(inside, `${desktopId}.desktop`), 'utf8');
    expect(entry).toContain('\nExec=AppRun %U\n');
    expect(entry).toContain(`\nStartupWMClass=${desktopId}\n`);
    expect(existsSync(join(inside, '.DirIcon'))).toBe(true);
    expect(existsSync(join(inside, `usr/share/metainfo/${desktopId}.metainfo.xml`))).toBe(true);
    // Where the sandbox can't run it says so, and starts nothing.
    const { status, stderr } = spawnSync(join(inside, 'AppRun'), { encoding: 'utf8' });
    expect(status === 0 ? '' : stderr).toMatch(status === 0 ? /^$/ : /user namespaces/);
    if (status === 0 && !noRun) await showsDemo(join(inside, 'AppRun'), runtime, join(folder, 'home'));
    for (const name of ['AppRun', 'usr']) expect(existsSync(join(staged, name))).toBe(false);
  });

  const isRoot = process.getuid?.() === 0;
  if (wanted && !isRoot) console.log('Left out: installing the deb in a system of its own, which only root can make.');
  describe.skipIf(!isRoot || lacks('dpkg-deb', 'installing the deb'))('deb, in a layer over this system', () => {
    let layer: Layer;
    const dpkg = (...args: readonly string[]): string => layer.run('dpkg', '--force-depends', ...args);

    beforeAll(async () => {
      const deb = pack('deb', `snapkeel_${version}_amd64.deb`);
      layer = await Layer.over(noRun ? undefined : dirname(runtime));
      layer.copy(deb, '/package.deb');
      dpkg('--install', '/package.deb');
    });
    afterAll(() => layer?.remove());

    test('is installed, with a command', () => {
      expect(dpkg('--status', 'snapkeel')).toContain('Status: install ok installed');
      expect(layer.run('readlink', '-f', '/usr/bin/snapkeel')).toBe('/opt/Snapkeel/snapkeel\n');
      expect(layer.added('*snapkeel*')).toContain(`/usr/share/metainfo/${desktopId}.metainfo.xml`);
      expect(layer.added('app.asar')).toEqual(['/opt/Snapkeel/resources/app.asar']);
    });

    test.skipIf(noRun)('runs by its command', async () => {
      const launcher = join(folder, 'snapkeel-in-layer');
      layer.launcher(launcher, '/usr/bin/snapkeel');
      expect(await showsDemo(launcher, `/mnt/${basename(runtime)}`, '/root/tried')).toContain('app.asar');
      expect(layer.added('running.pid')).toEqual(['/root/tried/data/window/running.pid']);
    });

    test('is purged without a trace', () => {
      dpkg('--purge', 'snapkeel');
      expect(layer.added('*snapkeel*').filter((path) => !path.startsWith('/root/tried/'))).toEqual([]);
      expect(layer.added('app.asar')).toEqual([]);
    });
  });

  test.skipIf(lacks('7zz', 'the zip for macOS'))('zip for macOS', async () => {
    const tools = { ...env, CSC_IDENTITY_AUTO_DISCOVERY: 'false' };
    packForMac({ arch: 'arm64', output, date, runtime: join(folder, 'mac'), env: tools }, ['zip']);
    const inside = join(unpacked, 'mac');
    run(program('7zz') ?? '', ['x', '-snld', `-o${inside}`, join(output, `Snapkeel-${version}-mac-arm64.zip`)]);
    const contents = join(inside, 'Snapkeel.app/Contents');
    const info = plist(readFileSync(join(contents, 'Info.plist'), 'utf8'));
    expect(info).toMatchObject({
      CFBundleIdentifier: desktopId,
      CFBundleName: 'Snapkeel',
      CFBundleExecutable: 'Snapkeel',
      CFBundleShortVersionString: version,
      CFBundleIconFile: 'icon.icns',
      LSApplicationCategoryType: 'public.app-category.developer-tools',
      NSLocalNetworkUsageDescription: expect.stringContaining('libvirt'),
      CFBundleURLTypes: [{ CFBundleURLSchemes: ['snapkeel'] }],
      CFBundleDocumentTypes: [{ CFBundleTypeExtensions: ['snapkeel'] }],
    });
    const asar = join(contents, 'Resources/app.asar');
    expect(listPackage(asar, { isPack: false })).toContain('/out/preload/main.cjs');
    const { headerString } = getRawHeader(asar);
    const hash = createHash('sha256').update(headerString).digest('hex');
    expect(info.ElectronAsarIntegrity).toEqual({ 'Resources/app.asar': { algorithm: 'SHA256', hash } });
    const wire = await getCurrentFuseWire(join(inside, 'Snapkeel.app'));
    expect(wire[FuseV1Options.EnableEmbeddedAsarIntegrityValidation]).toBe('1'.charCodeAt(0));
    expect(wire[FuseV1Options.RunAsNode]).toBe('0'.charCodeAt(0));
    expect(readFileSync(join(folder, 'tools/codesign.log'), 'utf8')).toContain('Snapkeel.app');
    expect(readdirSync(join(contents, 'Resources'))).toEqual(
      expect.arrayContaining(['LICENSE.txt', 'icon.icns', 'third-party-licences.txt']),
    );
    expect(pictures(readFileSync(join(contents, 'Resources/icon.icns')))).toContain('ic10');
  });

  test.skipIf(lacks('lintian', 'lintian’s view of the deb'))(
    'lintian finds nothing in the deb but what /opt brings',
    () => {
      const deb = packTwice('deb', `snapkeel_${version}_amd64.deb`);
      const allowed = [
        // A program that brings its own runtime belongs below /opt.
        'dir-or-file-in-opt',
        // electron-builder's scripts, which must not fail where AppArmor or alternatives are missing.
        ...['command-with-path-in-maintainer-script', 'maintainer-script-ignores-errors', 'postrm-removes-alternative'],
      ];
      const found = run('lintian', ['--no-cfg', '--suppress-tags', allowed.join(','), deb]);
      expect(
        found.split('\n').filter((line) => /^[EW]:/.test(line)),
        basename(deb),
      ).toEqual([]);
    },
  );
});

/** Reads Apple's XML form, as far as Info.plist uses it. */
function plist(xml: string): Record<string, unknown> {
  type Node = Record<string, Node[]> & { '#text'?: string };
  const parser = new XMLParser({ preserveOrder: true, ignoreDeclaration: true, parseTagValue: false });
  const value = (node: Node): unknown => {
    const [name, children] = Object.entries(node)[0] as [string, Node[]];
    if (name === 'dict') {
      const keys = children.filter((_, index) => index % 2 === 0).map((key) => value(key) as string);
      const values = children.filter((_, index) => index % 2 === 1).map(value);
      return Object.fromEntries(keys.map((key, index) => [key, values[index]]));
    }
    if (name === 'array') return children.map(value);
    if (name === 'true' || name === 'false') return name === 'true';
    return children[0]?.['#text'] ?? '';
  };
  const [document] = (parser.parse(xml) as Node[]).filter((node) => 'plist' in node);
  return value(document?.plist?.[0] as Node) as Record<string, unknown>;
}

/** The types of the pictures in an .icns. */
function pictures(icns: Buffer): string[] {
  const types: string[] = [];
  for (let offset = 8; offset < icns.length; offset += icns.readUInt32BE(offset + 4))
    types.push(icns.toString('latin1', offset, offset + 4));
  return types;
}
