import { spawnSync } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { desktopId, manifest, root } from './project.ts';

export type Arch = 'x64' | 'arm64';
/** In the order that they are made in: deb and rpm leave an AppArmor profile in the staged app. */
export const kinds = {
  linux: ['AppImage', 'tar.gz', 'deb', 'rpm'],
  mac: ['dmg', 'zip'],
} as const;
export type LinuxKind = (typeof kinds.linux)[number];
export type MacKind = (typeof kinds.mac)[number];

export interface Build {
  readonly arch: Arch;
  /** A folder for all that is made. */
  readonly output: string;
  /** Seconds */
  readonly date: number;
  /** A folder laid out like Electron's own; without it Electron's is fetched. */
  readonly runtime?: string;
  /** What else electron-builder is told, such as the paths of its tools. */
  readonly env?: NodeJS.ProcessEnv;
  /** Shows what electron-builder prints; otherwise only an error holds it. */
  readonly verbose?: boolean;
}

/** What lies in the staged app goes before what electron-builder itself puts into an AppImage. */
const onlyInAppImage = [
  // Its own turns the sandbox off where that can't run.
  { from: 'packaging/linux/AppRun', to: 'AppRun' },
  { from: `out/packaging/${desktopId}.metainfo.xml`, to: `usr/share/metainfo/${desktopId}.metainfo.xml` },
];

/**
 * Stages the app for Linux: the folder that packages are made of. Needs a build and what `prepare` wrote.
 * @returns the folder
 * @throws Error when electron-builder fails
 */
export function stageForLinux(build: Build): string {
  runBuilder(build, ['--linux', 'dir']);
  return join(build.output, build.arch === 'x64' ? 'linux-unpacked' : `linux-${build.arch}-unpacked`);
}

/**
 * Makes one package of a staged app.
 * @throws Error when electron-builder or tar fails
 */
export function packForLinux(build: Build, kind: LinuxKind, staged: string): void {
  if (kind === 'tar.gz') packTar(build, staged);
  else packByBuilder(build, kind, staged);
}

function packByBuilder(build: Build, kind: Exclude<LinuxKind, 'tar.gz'>, staged: string): void {
  const added = kind === 'AppImage' ? onlyInAppImage : [];
  for (const { from, to } of added) cpSync(join(root, from), join(staged, to));
  try {
    runBuilder(build, ['--linux', kind, '--prepackaged', staged]);
  } finally {
    for (const { to } of added) rmSync(join(staged, to.split('/')[0] ?? to), { recursive: true, force: true });
  }
}

/** By GNU tar, for electron-builder's own tarballs hold the time at which they were made. */
function packTar({ arch, output, date }: Build, staged: string): void {
  const name = `${manifest.name}-${manifest.version}-linux-${arch}`;
  const args = [
    ...['--create', `--file=${join(output, `${name}.tar.gz`)}`, '--use-compress-program=gzip -9 --no-name'],
    ...['--sort=name', '--owner=root:0', '--group=root:0', `--mtime=@${date}`, `--transform=s|^\\.|${name}|S`],
    ...[`--directory=${staged}`, '.'],
  ];
  const { status, stderr, error } = spawnSync('tar', args, { encoding: 'utf8' });
  if (error) throw error;
  if (status !== 0) throw new Error(`tar ended with ${status}: ${stderr.trim()}`);
}

/**
 * Makes packages for macOS; signs and notarises them where the environment has what that takes.
 * @throws Error when electron-builder fails
 */
export function packForMac(build: Build, wanted: readonly MacKind[]): void {
  runBuilder(build, ['--mac', ...wanted]);
}

function runBuilder({ arch, output, date, runtime, env, verbose }: Build, args: readonly string[]): void {
  const { status, stdout, stderr, error } = spawnSync(
    process.execPath,
    [
      join(root, 'node_modules/electron-builder/cli.js'),
      ...args,
      `--${arch}`,
      '--publish=never',
      `-c.directories.output=${output}`,
      ...(runtime ? [`-c.electronDist=${runtime}`] : []),
    ],
    {
      cwd: root,
      stdio: verbose ? 'inherit' : 'pipe',
      encoding: 'utf8',
      env: { ...process.env, ...env, SOURCE_DATE_EPOCH: String(date) },
    },
  );
  if (error) throw error;
  if (status === 0) return;
  throw new Error(`electron-builder ${args.join(' ')} ended with ${status}${verbose ? '' : `\n${stdout}${stderr}`}`);
}
