import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isRoot } from '../../lab/available.ts';
import type { Guest, GuestOptions } from '../../lab/lab.ts';
import type { MatrixCase } from '../kinds.ts';
import type { Stage } from '../stage.ts';

/** A guest with a history, on which many cases are tried one after the other. */
export interface Scene {
  /** Makes it, with the snapshots that its cases name. */
  make(stage: Stage, name: string): Promise<Guest>;
  /** What is to be defined before each case, whatever the last revert has put there. */
  configure?(xml: string, guest: Guest): string;
  /** What is to be so before each case, whatever state the domain is in. */
  prepare?(guest: Guest): Promise<void>;
  /** What is to be so once the domain is in the state that a case starts from. */
  arrange?(stage: Stage, guest: Guest, each: MatrixCase): Promise<void>;
  /** The daemon is restarted for it. */
  readonly restarts?: true;
  /** Whether it can be started is tried after each revert that is called safe and leaves it off. */
  readonly starts?: true;
}

export type Scenes = Readonly<Record<string, Scene>>;

export async function makeGuest(stage: Stage, name: string, options: Partial<GuestOptions> = {}): Promise<Guest> {
  const guest = await stage.lab.guest({ name, ...options });
  stage.watch(guest);
  return guest;
}

export async function start({ lab }: Stage, { name }: Guest, ...args: string[]): Promise<void> {
  await lab.virsh('start', name, ...args);
}

export const memoryFile = ({ folder }: Guest, snapshot: string): string => join(folder, `${snapshot}.mem`);
export const overlayFile = ({ folder }: Guest, snapshot: string, target = 'hda'): string =>
  join(folder, `${target}-${snapshot}.qcow2`);

export async function internal(stage: Stage, guest: Guest, name: string, ...more: string[]): Promise<void> {
  await stage.bytes(guest).take(name, more);
}

export interface ExternalOptions {
  /** Default: hda. */
  readonly disks?: readonly string[];
  readonly others?: Readonly<Record<string, 'no' | 'manual'>>;
  readonly memory?: boolean;
  readonly diskOnly?: boolean;
  /** The overlays lie beside the images, under names of libvirt's choice. */
  readonly beside?: boolean;
}

export async function external(
  stage: Stage,
  guest: Guest,
  name: string,
  { disks = ['hda'], others = {}, memory = false, diskOnly = false, beside = false }: ExternalOptions = {},
): Promise<void> {
  const specs = [
    ...disks.map((target) =>
      [target, 'snapshot=external', ...(beside ? [] : [`file=${overlayFile(guest, name, target)}`])].join(','),
    ),
    ...Object.entries(others).map(([target, how]) => `${target},snapshot=${how}`),
  ].flatMap((spec) => ['--diskspec', spec]);
  const memspec = memory ? ['--memspec', `file=${memoryFile(guest, name)},snapshot=external`] : [];
  // An old libvirt takes an external snapshot without memory only if it is called disk-only.
  const only = diskOnly || (!memory && Number.parseFloat(stage.lab.version) < 9.9) ? ['--disk-only'] : [];
  await stage.bytes(guest).take(name, [...specs, ...memspec, ...only]);
}

/** Internal snapshots of a domain that is off, and of one that runs; it is off again. */
export async function offAndRun(stage: Stage, guest: Guest): Promise<void> {
  await internal(stage, guest, 'off');
  await start(stage, guest);
  await internal(stage, guest, 'run');
  await guest.destroy();
}

/** Writes a snapshot's metadata over what there is. */
export async function redefine(
  { lab }: Stage,
  { name, folder }: Guest,
  snapshot: string,
  change: (xml: string) => string,
  ...more: string[]
): Promise<void> {
  const file = join(folder, 'redefined.xml');
  await writeFile(file, change(await lab.virsh('snapshot-dumpxml', name, snapshot, '--security-info')));
  await lab.virsh('snapshot-create', name, file, '--redefine', ...more);
}

/** Writes a snapshot's metadata anew, as after a move to another host: nothing is current then. */
export async function remake({ lab }: Stage, { name, folder }: Guest, snapshot: string): Promise<void> {
  const file = join(folder, 'remade.xml');
  await writeFile(file, await lab.virsh('snapshot-dumpxml', name, snapshot, '--security-info'));
  await lab.virsh('snapshot-delete', name, snapshot, '--metadata');
  await lab.virsh('snapshot-create', name, file, '--redefine');
}

/** Changes a snapshot's metadata in a way that libvirt does not offer: the daemon reads it when it starts. */
export async function editMetadata(stage: Stage, name: string, change: (xml: string) => string): Promise<void> {
  const folder = isRoot() ? 'lib/qemu/snapshot' : 'etc/libvirt/qemu/snapshot';
  const file = join(stage.lab.dir, folder, name, 'off.xml');
  await writeFile(file, change(await readFile(file, 'utf8')));
  await stage.restartDaemon();
}

/** Changes what is defined. */
export async function edit(stage: Stage, guest: Guest, change: (xml: string) => string): Promise<void> {
  await stage.define(guest, change(await stage.lab.virsh('dumpxml', '--inactive', guest.name)));
}

export const withDevices =
  (...devices: string[]) =>
  (xml: string) =>
    xml.replace('</devices>', `${devices.join('')}</devices>`);

export const addDevices = (stage: Stage, guest: Guest, ...devices: string[]) =>
  edit(stage, guest, withDevices(...devices));
