import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createDisk, writeDisk } from '../lab/disk.ts';
import type { Lab } from '../lab/lab.ts';
import { run } from '../lab/run.ts';
import { writeCommands } from './marks.ts';
import { virshEach } from './virsh.ts';
import { element } from './xml.ts';

/** A disk or a drive of the domain that a sequence is about; all images have one mebibyte. */
export interface DiskSpec {
  readonly target: string;
  readonly device: 'disk' | 'cdrom' | 'floppy';
  readonly format: 'qcow2' | 'raw';
  /** In the domain's folder; null for an empty drive. */
  readonly file: string | null;
  /** `<disk snapshot= >` */
  readonly attribute?: string;
  readonly readonly?: boolean;
  readonly shareable?: boolean;
}

export interface DomainSpec {
  readonly name: string;
  /** The last part of its folder's path. */
  readonly folder: string;
  readonly disks: readonly DiskSpec[];
  readonly transient: boolean;
  /** Whether a storage pool holds its images, which is where their own snapshot tables can be read; and reads new files. */
  readonly pool: 'none' | 'once' | 'always';
}

/** Where a sequence takes place. */
export interface Stage {
  readonly lab: Lab;
  readonly uuid: string;
  /** The folder with all images. */
  readonly dir: string;
  readonly spec: DomainSpec;
}

/** Images that no disk uses at first, to attach and to insert. */
export const spares = { qcow2: 'spare.qcow2', raw: 'spare.raw', media: ['tools.iso', 'other.iso'] } as const;

/** What somebody may lay on an image of the domain. */
export const clone = 'clone.qcow2';

const withMetadata = ['--snapshots-metadata', '--checkpoints-metadata', '--managed-save'];
const mebibytes = 1;
/** A boot sector that sleeps for ever: `sti`, `hlt`, and back. A key that is pressed stays where the BIOS keeps it. */
const sleeper = Uint8Array.from(
  { length: 512 },
  (_, n) => ({ 0: 0xfb, 1: 0xf4, 2: 0xeb, 3: 0xfd, 510: 0x55, 511: 0xaa })[n] ?? 0,
);
/** The mark of an image that nobody wrote to yet. */
const firstMark = 1;

/** Makes the images and defines the domain, or starts it when it is transient. */
export async function setStage(lab: Lab, spec: DomainSpec, number: number): Promise<Stage> {
  const dir = join(lab.dir, 'guests', `${number}`, spec.folder);
  await mkdir(dir, { recursive: true });
  const templates = await templatesOf(lab);
  const files = [
    ...spec.disks.flatMap(({ file, format }) => (file === null ? [] : [{ file, format }])),
    { file: spares.qcow2, format: 'qcow2' as const },
    ...[spares.raw, ...spares.media].map((file) => ({ file, format: 'raw' as const })),
  ];
  await Promise.all(files.map(({ file, format }) => copyFile(templates[format], join(dir, file))));
  const uuid = `00000000-0000-4000-8000-${number.toString(16).padStart(12, '0')}`;
  const xmlFile = join(dir, 'domain.xml');
  await writeFile(xmlFile, domainXml(spec, uuid, dir));
  const stage = { lab, uuid, dir, spec };
  const pool = spec.pool === 'none' ? [] : [['pool-create-as', poolOf(stage), 'dir', '--target', dir]];
  // One of that name may have come back while the last sequence was taken down.
  const [, ...answers] = await virshEach(lab, [
    ['undefine', `--domain=${spec.name}`, ...withMetadata],
    [spec.transient ? 'create' : 'define', xmlFile],
    ...pool,
  ]);
  const problem = answers.find(({ error }) => error !== '');
  if (problem) throw new Error(problem.error);
  await rm(xmlFile);
  return stage;
}

/** The name of the pool that holds the images of a stage, where there is one. */
function poolOf({ uuid }: Pick<Stage, 'uuid'>): string {
  return `pool-${uuid}`;
}

/** Has the pool read new files, where it always does: what no pool has read yet nobody can tell. */
export async function refreshPool(stage: Stage): Promise<void> {
  if (stage.spec.pool === 'always') await virshEach(stage.lab, [['pool-refresh', poolOf(stage)]]);
}

/** Takes everything down. Answers whether libvirt has let go of it: else the lab is of no use any more. */
export async function clearStage(stage: Stage): Promise<boolean> {
  const { lab, uuid, dir, spec } = stage;
  const answers = await virshEach(lab, [
    ...(spec.pool === 'none' ? [] : [['pool-destroy', poolOf(stage)]]),
    ['destroy', uuid],
    ['undefine', uuid, ...withMetadata],
    ['domstate', uuid],
  ]);
  await rm(join(dir, '..'), { recursive: true, force: true });
  return answers.at(-1)?.error !== '';
}

const made = new WeakMap<Lab, Promise<Readonly<Record<'qcow2' | 'raw', string>>>>();

/** Images with a boot sector and a first mark, to be copied. */
function templatesOf(lab: Lab): Promise<Readonly<Record<'qcow2' | 'raw', string>>> {
  const known = made.get(lab);
  if (known) return known;
  const making = (async () => {
    const paths = { qcow2: join(lab.dir, 'template.qcow2'), raw: join(lab.dir, 'template.raw') };
    for (const [format, path] of Object.entries(paths)) {
      await createDisk(path, mebibytes);
      await writeDisk(path, 0, sleeper);
      const commands = writeCommands(firstMark).flatMap((command) => ['-c', command]);
      await run(['qemu-io', '-f', format, ...commands, path]);
    }
    return paths;
  })();
  made.set(lab, making);
  return making;
}

function domainXml({ name, disks }: DomainSpec, uuid: string, dir: string): string {
  const text = element;
  return text('domain', { type: 'qemu' }, [
    text('name', {}, name),
    text('uuid', {}, uuid),
    text('memory', { unit: 'MiB' }, '16'),
    text('vcpu', {}, '1'),
    text('os', {}, [text('type', { arch: 'x86_64', machine: 'pc' }, 'hvm'), text('boot', { dev: 'hd' })]),
    text('devices', {}, [
      ...disks.map((disk) => diskXml(disk, dir)),
      text('controller', { type: 'usb', model: 'none' }),
      text('video', {}, [text('model', { type: 'vga', vram: '1024' })]),
      text('memballoon', { model: 'none' }),
    ]),
  ]);
}

function diskXml({ target, device, format, file, attribute, readonly, shareable }: DiskSpec, dir: string): string {
  return element('disk', { type: 'file', device, ...(attribute === undefined ? {} : { snapshot: attribute }) }, [
    element('driver', { name: 'qemu', type: format }),
    ...(file === null ? [] : [element('source', { file: join(dir, file) })]),
    element('target', { dev: target, bus: busOf(target) }),
    ...(readonly ? [element('readonly', {})] : []),
    ...(shareable ? [element('shareable', {})] : []),
  ]);
}

export function busOf(target: string): string {
  return { hd: 'ide', vd: 'virtio', fd: 'fdc', sd: 'scsi' }[target.slice(0, 2)] ?? 'virtio';
}
