// `npm run package`: makes the packages that this machine can make, into dist/, and says what is left out and why.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { debForBrowser, packForNpm } from './browser.ts';
import { writeChecksums } from './checksums.ts';
import { type Arch, kinds, packForLinux, packForMac, stageForLinux } from './desktop.ts';
import { bundledPackages } from './licences.ts';
import { prepare } from './prepare.ts';
import { manifest, root, sourceDate } from './project.ts';
import { billOfMaterials } from './sbom.ts';

const usage = `npm run package -- [--only browser|desktop] [--arch x64|arm64]… [--strict]

  --only    the packages that use a browser, or those with Electron
  --arch    of the packages with Electron; may be given twice (default: both)
  --strict  fail when anything is left out`;
const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    arch: { type: 'string', multiple: true, default: ['x64', 'arm64'] },
    strict: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const archs = values.arch.filter((arch): arch is Arch => arch === 'x64' || arch === 'arm64');
if (values.help || archs.length < values.arch.length || ![undefined, 'browser', 'desktop'].includes(values.only)) {
  console.log(usage);
  process.exit(values.help ? 0 : 2);
}

const output = join(root, 'dist');
const date = sourceDate();
const leftOut: string[] = [];
rmSync(output, { recursive: true, force: true });
mkdirSync(output);
const setup = new URL('../electron/start/setup.mjs', import.meta.url);
const { ensureBuilt } = (await import(setup.href)) as { ensureBuilt(): void };
ensureBuilt();
prepare(date);
if (values.only !== 'desktop') browserPackages();
if (values.only !== 'browser') for (const arch of archs) desktopPackages(arch);
if (readdirSync(output).some((name) => /\.(AppImage|deb|rpm|dmg|zip|tar\.gz)$/.test(name) && !name.includes('browser')))
  write(`snapkeel-${manifest.version}.cdx.json`, billOfMaterials(bundledPackages(), true, date));
const made = writeChecksums(output);

console.log(`\nIn dist/:\n${made.map((name) => `  ${name}\n`).join('')}`);
for (const reason of leftOut) console.log(`Left out: ${reason}`);
if (values.strict && leftOut.length > 0) process.exitCode = 1;

function browserPackages(): void {
  attempt('the package for npm', () => packForNpm(output));
  attempt('the deb that uses a browser', () => debForBrowser(output, date));
  const packages = bundledPackages(['main', 'renderer']);
  write(`snapkeel-browser-${manifest.version}.cdx.json`, billOfMaterials(packages, false, date));
}

function desktopPackages(arch: Arch): void {
  const build = { arch, output, date, verbose: true };
  if (process.platform === 'darwin') attempt(`dmg and zip for ${arch}`, () => packForMac(build, kinds.mac));
  if (process.platform === 'linux') {
    const staged = attempt(`every package with Electron for Linux on ${arch} (see above)`, () => stageForLinux(build));
    if (staged) for (const kind of kinds.linux) attempt(`${kind} for ${arch}`, () => packForLinux(build, kind, staged));
  }
}

function attempt<T>(what: string, make: () => T): T | undefined {
  try {
    return make();
  } catch (error) {
    leftOut.push(`${what}: ${error instanceof Error ? error.message : error}`);
    return undefined;
  }
}

function write(name: string, content: string): void {
  writeFileSync(join(output, name), content);
}
