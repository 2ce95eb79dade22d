import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Where Electron keeps its fuses: this text, a version, a count, and one digit for each. */
const sentinel = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';
const fuses = '01001101';
const fuseWire = Buffer.concat([Buffer.from(sentinel), Buffer.from([1, fuses.length]), Buffer.from(fuses)]);

const linuxFiles = [
  'LICENSE',
  'LICENSES.chromium.html',
  'chrome_100_percent.pak',
  'icudtl.dat',
  'libEGL.so',
  'libffmpeg.so',
  'locales/de.pak',
  'locales/en-GB.pak',
  'locales/en-US.pak',
  'resources.pak',
  'snapshot_blob.bin',
  'v8_context_snapshot.bin',
  'version',
];
const nothing = 'exit 0\n';
/** Has another runtime run what is packed beside it, if `STUB_RUNS` is the path of one. */
const passOn = `[ -n "$STUB_RUNS" ] || exit 0
exec "$STUB_RUNS" "$(dirname "$(readlink -f "$0")")/resources/app.asar" "$@"
`;

/** Writes a folder that is packaged like Electron’s for Linux, and does nothing of its own when it is run. */
export function writeLinuxRuntime(folder: string): void {
  for (const file of linuxFiles) write(join(folder, file), `${file}\n`);
  write(join(folder, 'electron'), script(passOn, true), 0o755);
  for (const program of ['chrome-sandbox', 'chrome_crashpad_handler']) write(join(folder, program), script(), 0o755);
  mkdirSync(join(folder, 'resources'), { recursive: true });
}

/** Writes `Electron.app` into the folder: its frame, helpers and fuses, and nothing that runs. */
export function writeMacRuntime(folder: string): void {
  writeBundle(join(folder, 'Electron.app'), 'Electron');
  const frameworks = join(folder, 'Electron.app/Contents/Frameworks');
  for (const kind of ['', ' (Renderer)', ' (GPU)', ' (Plugin)'])
    writeBundle(join(frameworks, `Electron Helper${kind}.app`), `Electron Helper${kind}`);
  const framework = join(frameworks, 'Electron Framework.framework');
  write(join(framework, 'Versions/A/Electron Framework'), script(nothing, true), 0o755);
  write(join(framework, 'Versions/A/Resources/en.lproj/locale.pak'), 'en\n');
  write(join(framework, 'Versions/A/Resources/de.lproj/locale.pak'), 'de\n');
  symlinkSync('A', join(framework, 'Versions/Current'));
  for (const name of ['Electron Framework', 'Resources'])
    symlinkSync(`Versions/Current/${name}`, join(framework, name));
  for (const language of ['en', 'de']) mkdirSync(join(folder, `Electron.app/Contents/Resources/${language}.lproj`));
  for (const file of ['LICENSE', 'LICENSES.chromium.html', 'version']) write(join(folder, file), `${file}\n`);
}

function script(commands = nothing, withFuses = false): Buffer {
  const text = Buffer.from(`#!/bin/sh\n${commands}`);
  return withFuses ? Buffer.concat([text, fuseWire, Buffer.from('\n')]) : text;
}

function writeBundle(path: string, name: string): void {
  const keys = { CFBundleExecutable: name, CFBundleIdentifier: 'com.github.Electron', CFBundleName: name };
  const entries = Object.entries(keys).map(([key, value]) => `<key>${key}</key><string>${value}</string>`);
  const plist = `<?xml version="1.0" encoding="UTF-8"?>\n<plist version="1.0"><dict>${entries.join('')}</dict></plist>\n`;
  write(join(path, 'Contents/Info.plist'), plist);
  write(join(path, 'Contents/MacOS', name), script(), 0o755);
  mkdirSync(join(path, 'Contents/Resources'), { recursive: true });
}

function write(path: string, content: string | Buffer, mode = 0o644): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  chmodSync(path, mode);
}
