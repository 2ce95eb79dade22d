import { dirname } from 'node:path';
import type { Stage } from './stage.ts';
import { virshEach } from './virsh.ts';
import { all, first, readXml, type XmlNode } from './xml.ts';

/** A disk or a drive in a configuration. */
export interface Disk {
  readonly target: string;
  readonly device: string;
  /** `file`, `block`, … */
  readonly type: string;
  readonly format: string;
  readonly path: string | null;
  readonly readonly: boolean;
  /** Of a running guest. */
  readonly alias: string | null;
}

/** A snapshot as libvirt describes it. */
export interface Snap {
  readonly name: string;
  readonly parent: string | null;
  readonly state: string;
  /** Seconds since 1970. */
  readonly created: number;
  readonly memory: string;
  readonly memoryFile: string | null;
  /** How each disk is kept: internal, external, no, manual. */
  readonly disks: ReadonlyMap<string, string>;
  /** The disks of the configuration stored with it. */
  readonly stored: readonly Disk[];
}

/** What libvirt says of the domain now. */
export interface World {
  readonly exists: boolean;
  /** As virsh says: running, paused, shut off … */
  readonly state: string;
  readonly active: boolean;
  readonly persistent: boolean;
  readonly managedSave: boolean;
  /** In force: of the running guest, else of the next start. */
  readonly disks: readonly Disk[];
  /** Of the next start. */
  readonly nextDisks: readonly Disk[];
  readonly snapshots: ReadonlyMap<string, Snap>;
  readonly current: string | null;
  readonly checkpoints: readonly string[];
  /** The keys that the running guest was given and never took; tells one memory from another. */
  readonly memory: string | null;
}

/** Where the BIOS keeps the keys that were pressed: two pointers and sixteen words. */
const keyBuffer = 'xp /36xb 0x41a';
/** The signature of the boot sector, once it is loaded. */
const bootSignature = 'xp /1hx 0x7dfe';

/** Whether a memory is that of a guest whose boot sector ran: its BIOS has set both pointers, and takes no key out. */
export function isBootedMemory(memory: string | null): boolean {
  return memory?.startsWith('1e00') ?? false;
}

/**
 * Asks libvirt for everything.
 * @param guess names of snapshots that are likely listed, which saves a second question
 * @throws DaemonGone
 */
export async function look({ lab, uuid }: Pick<Stage, 'lab' | 'uuid'>, guess: readonly string[] = []): Promise<World> {
  const [state, info, live, next, names, current, checkpoints, keys, ...guessed] = await virshEach(lab, [
    ['domstate', uuid],
    ['dominfo', uuid],
    ['dumpxml', uuid],
    ['dumpxml', uuid, '--inactive'],
    ['snapshot-list', uuid, '--name'],
    ['snapshot-current', uuid, '--name'],
    ['checkpoint-list', uuid, '--name'],
    ['qemu-monitor-command', uuid, '--hmp', keyBuffer],
    ...guess.map((name) => dumpOf(uuid, name)),
  ]);
  const listed = (names?.out ?? '').split('\n').filter((name) => name !== '');
  const right = guess.filter((name) => listed.includes(name));
  const missing = listed.filter((name) => !guess.includes(name));
  const more =
    missing.length === 0
      ? []
      : await virshEach(
          lab,
          missing.map((name) => dumpOf(uuid, name)),
        );
  const texts = [...right.map((name) => guessed[guess.indexOf(name)] ?? { out: '' }), ...more];
  const snapshots = texts.flatMap(({ out }) => (out === '' ? [] : [snapOf(readXml(out))]));
  const active = !/shut off|^$/.test(state?.out ?? '');
  return {
    exists: state?.error === '',
    state: state?.out ?? '',
    active,
    persistent: /^Persistent:\s+yes/m.test(info?.out ?? ''),
    managedSave: /^Managed save:\s+yes/m.test(info?.out ?? ''),
    disks: live?.out ? disksOf(readXml(live.out)) : [],
    nextDisks: next?.out ? disksOf(readXml(next.out)) : [],
    snapshots: new Map(snapshots.map((snapshot) => [snapshot.name, snapshot])),
    current: current?.error === '' ? current.out : null,
    checkpoints: (checkpoints?.out ?? '').split('\n').filter((name) => name !== ''),
    memory: active && keys?.error === '' ? keys.out.replaceAll(/^\S+:|\s|0x/gm, '') : null,
  };
}

/** Whether the guest's boot sector runs: from then on its memory can be told. */
export async function isBooted({ lab, uuid }: Pick<Stage, 'lab' | 'uuid'>): Promise<boolean> {
  const [signature, keys] = await virshEach(
    lab,
    [bootSignature, keyBuffer].map((command) => ['qemu-monitor-command', uuid, '--hmp', command]),
  );
  return /0xaa55/.test(signature?.out ?? '') && /41a: 0x1e 0x00/.test(keys?.out ?? '');
}

/** A configuration's disks and drives. */
export function disksOf(domain: XmlNode | undefined): Disk[] {
  return all(domain, 'devices', 'disk').map((disk) => {
    const source = first(disk, 'source')?.attributes ?? {};
    return {
      target: first(disk, 'target')?.attributes.dev ?? '',
      device: disk.attributes.device ?? 'disk',
      type: disk.attributes.type ?? '',
      format: first(disk, 'driver')?.attributes.type ?? 'raw',
      path: source.file ?? source.dev ?? null,
      readonly: first(disk, 'readonly') !== undefined,
      alias: first(disk, 'alias')?.attributes.name ?? null,
    };
  });
}

/** What holds data that is to be kept: not a drive's medium, and not what can't be written to. */
export function isWritable({ device, readonly, path }: Disk): boolean {
  return device !== 'cdrom' && !readonly && path !== null;
}

/** Whether a path lies in the folder of a stage. */
export function isInside(path: string, { dir }: Pick<Stage, 'dir'>): boolean {
  return path === dir || dirname(path) === dir || path.startsWith(`${dir}/`);
}

function dumpOf(uuid: string, name: string): string[] {
  return ['snapshot-dumpxml', '--domain', uuid, `--snapshotname=${name}`];
}

function snapOf(xml: XmlNode): Snap {
  const memory = first(xml, 'memory')?.attributes ?? {};
  return {
    name: first(xml, 'name')?.text ?? '',
    parent: first(xml, 'parent', 'name')?.text ?? null,
    state: first(xml, 'state')?.text ?? '',
    created: Number(first(xml, 'creationTime')?.text ?? 0),
    memory: memory.snapshot ?? 'no',
    memoryFile: memory.file ?? null,
    disks: new Map(
      all(xml, 'disks', 'disk').map(({ attributes }) => [attributes.name ?? '', attributes.snapshot ?? 'no']),
    ),
    stored: disksOf(first(xml, 'domain')),
  };
}
