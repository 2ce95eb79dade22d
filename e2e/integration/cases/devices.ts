import { existsSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../../../shared/libvirt/flags.ts';
import type { Guest } from '../../lab/lab.ts';
import { everywhere, type FieldCase, withBranches } from './field-case.ts';
import { createFlag, type Trial } from './trial.ts';

const shmem = "<shmem name='seen'><model type='ivshmem-plain'/><size unit='M'>4</size></shmem>";
const usb = "<controller type='usb' index='0' model='piix3-uhci'/>";
const usbDevice =
  "<hostdev mode='subsystem' type='usb'><source startupPolicy='optional'><vendor id='0x1d6b'/><product id='0xbeef'/></source></hostdev>";
const withUsb = (xml: string) =>
  xml
    .replace(/<controller type='usb'[^>]*?(\/>|>[\s\S]*?<\/controller>)/, usb)
    .replace('</devices>', `${usbDevice}</devices>`);

/** What disks and devices there are. */
export const deviceCases: readonly FieldCase[] = [
  {
    name: 'volume',
    on: everywhere,
    short: ['host'],
    async run(t) {
      const guest = await withVolume(t);
      const path = join(guest.folder, 'hda.qcow2');
      await t.putIn(path, 'early');
      const create = await t.saysOfCreate(guest, 'disks-internal', { name: 's1' });
      t.expect.soft(create.blockers, 'Snapkeel').toBe('');
      t.done('taken', await t.take(guest, 'disks-internal', { name: 's1' }));
      if (!(await guest.snapshots()).includes('s1')) await guest.snapshot('s1');
      t.libvirt(
        'the tag',
        (await t.tags(path)).map(({ name }) => name),
        ['s1'],
      );
      await t.putIn(path, 'later');
      if (t.major < 8) {
        // This one takes it, and does not bring it back.
        t.blocked('a volume', await t.says(guest, 's1'), /hda/);
        t.libvirt('revert', await t.libvirtReverts(guest, 's1'), errorCode.OPERATION_INVALID);
        return;
      }
      const { plan, outcome } = await t.revert(guest, 's1');
      t.expect.soft(plan.choices['as-saved'].verdict, 'Snapkeel').not.toBe('willFail');
      t.expect.soft(plan.safety.available, 'Snapkeel').toBe(true);
      t.done('revert', outcome);
      if (outcome.result === 'refused') t.libvirt('revert', await t.libvirtReverts(guest, 's1'), null);
      t.libvirt('bytes', await t.gotIn(path), 'early');
      t.done('deletion', await t.remove(guest, ['s1']));
      t.libvirt('tags', await t.tags(path), []);
    },
  },
  {
    name: 'volume-running',
    on: everywhere,
    short: [],
    async run(t) {
      const guest = await withVolume(t);
      await t.start(guest, '--paused');
      t.done('taken', await t.take(guest, 'memory-internal', { name: 's1' }));
      if (!(await guest.snapshots()).includes('s1')) await guest.snapshot('s1');
      t.done('revert', (await t.revert(guest, 's1')).outcome);
    },
  },
  {
    // libvirt refuses to put a volume back from an external snapshot, and takes it.
    name: 'volume-external',
    on: withBranches,
    short: [],
    async run(t) {
      const guest = await withVolume(t);
      const create = await t.saysOfCreate(guest, 'disks-external', { name: 's1' });
      t.expect.soft(create.text, 'Snapkeel').toMatch(/hda/);
      const answer = await t.libvirtTakes(
        guest,
        `<name>s1</name><disks><disk name='hda' snapshot='external'><source file='${t.overlay(guest, 's1')}'/></disk></disks>`,
        16,
      );
      t.libvirt('external', answer, null);
      t.blocked('not a file', await t.says(guest, 's1'), /hda/);
      t.libvirt('revert', await t.libvirtReverts(guest, 's1'), errorCode.OPERATION_UNSUPPORTED);
    },
  },
  {
    name: 'floppy',
    on: everywhere,
    short: ['11.3'],
    async run(t) {
      const guest = await withFloppy(t);
      const internal = await t.saysOfCreate(guest, 'disks-internal');
      t.expect.soft(internal.blocked, `Snapkeel, internal: ${internal.text}`).toBe(true);
      t.expect.soft(internal.text, 'Snapkeel, internal').toMatch(/fda/);
      t.libvirt('internal', await t.libvirtTakes(guest, '<name>i</name>'), errorCode.CONFIG_UNSUPPORTED);
      const external = await t.saysOfCreate(guest, 'disks-external', { name: 'x' });
      t.expect.soft(external.text, 'Snapkeel, external').toMatch(/fda/);
      const outcome = await t.take(guest, 'disks-external', { name: 'x' });
      t.done('external', outcome);
      const files = await readdir(guest.folder);
      t.expect
        .soft(
          files.filter((file) => file.startsWith('drivers')),
          'the floppy',
        )
        .toHaveLength((await guest.diskPath('fda')).endsWith('drivers.img') ? 1 : 2);
      t.libvirt('the overlay', existsSync(await guest.diskPath('fda')), true);
    },
  },
  {
    name: 'floppy-running',
    on: everywhere,
    short: [],
    async run(t) {
      const guest = await withFloppy(t);
      await t.start(guest, '--paused');
      const internal = await t.saysOfCreate(guest, 'memory-internal');
      t.expect.soft(internal.blocked, `Snapkeel, internal: ${internal.text}`).toBe(true);
      t.expect(await t.libvirtTakes(guest, '<name>i</name>'), 'libvirt').toBeTypeOf('number');
      const safety = await t.takes().plan(await t.uuid(guest));
      t.expect
        .soft(
          safety.facts.disks.map(({ target }) => target),
          'Snapkeel',
        )
        .toContain('fda');
    },
  },
  {
    name: 'floppy-empty-or-read-only',
    on: everywhere,
    short: [],
    async run(t) {
      const guest = await t.guest();
      await t.add(guest, "<disk type='file' device='floppy'><target dev='fda' bus='fdc'/></disk>");
      t.done('internal', await t.take(guest, 'disks-internal', { name: 'i' }));
      t.done('revert', (await t.revert(guest, 'i')).outcome);
    },
  },
  {
    // The others' roots have no virtiofsd.
    name: 'memory-cannot-be-saved',
    on: ['7.0', 'host'],
    short: ['host'],
    system: true,
    async run(t) {
      const guest = await t.guest();
      await t.edit(guest, (xml) =>
        xml
          .replace('<vcpu', "<memoryBacking><source type='memfd'/><access mode='shared'/></memoryBacking><vcpu")
          .replace(
            '</devices>',
            `<filesystem type='mount'><driver type='virtiofs'/><source dir='${guest.folder}'/><target dir='host'/></filesystem></devices>`,
          ),
      );
      await t.start(guest, '--paused');
      await notSaved(t, guest, /virtiofs|filesystem|file system|shared/i);
    },
  },
  {
    name: 'memory-cannot-be-saved-shmem',
    on: everywhere,
    short: [],
    async run(t) {
      const guest = await t.guest();
      await t.add(guest, shmem);
      await t.start(guest, '--paused');
      await notSaved(t, guest, /shmem|shared memory/i);
    },
  },
  {
    name: 'memory-cannot-be-saved-transient-disk',
    on: ['host', '11.3', '12.8'],
    short: [],
    async run(t) {
      const guest = await t.guest({ disks: 2 });
      await t.edit(guest, (xml) =>
        xml.replace(/<target dev='hdb' bus='ide'\/>\s*<address[^>]*>/, "<target dev='hdb' bus='virtio'/><transient/>"),
      );
      await t.start(guest, '--paused');
      await notSaved(t, guest, /hdb|transient/);
    },
  },
  {
    name: 'usb-device-can-be-saved',
    on: everywhere,
    short: ['12.8'],
    async run(t) {
      const guest = await t.guest();
      await t.edit(guest, withUsb);
      // A machine without USB has no list of its devices.
      await t.lab.run([
        'sh',
        '-c',
        '[ -d /sys/bus/usb ] || { mount -t tmpfs usb /sys/bus && mkdir -p /sys/bus/usb/devices; }',
      ]);
      await t.start(guest, '--paused');
      const create = await t.saysOfCreate(guest, 'memory-internal', { name: 's1' });
      t.expect.soft(create.blockers, 'Snapkeel').toBe('');
      t.done('taken', await t.take(guest, 'memory-internal', { name: 's1' }));
      if (!(await guest.snapshots()).includes('s1')) await guest.snapshot('s1');
      t.expect.soft((await t.saysOfSafety(guest, 's1')).available, 'Snapkeel offers a way back').toBe(true);
      t.done('revert', (await t.revert(guest, 's1')).outcome);
    },
  },
  {
    name: 'shareable',
    on: everywhere,
    short: [],
    async run(t) {
      const guest = await t.guest({ disks: ['qcow2', 'raw'] });
      await t.edit(guest, (xml) => xml.replace(/(<target dev='hdb'[^>]*>)/, '$1<shareable/>'));
      const internal = await t.saysOfCreate(guest, 'disks-internal');
      t.libvirt('internal', await t.libvirtTakes(guest, '<name>i</name>'), errorCode.CONFIG_UNSUPPORTED);
      t.expect.soft(internal.blocked, `Snapkeel, internal: ${internal.text}`).toBe(true);
      const external = await t.saysOfCreate(guest, 'disks-external', { name: 'x' });
      const disks = ['hda', 'hdb'].map((target) => `<disk name='${target}' snapshot='external'/>`).join('');
      const answer = await t.libvirtTakes(guest, `<name>x</name><disks>${disks}</disks>`, 16);
      t.expect.soft(external.blocked, `Snapkeel, external: ${external.text}; libvirt: ${answer}`).toBe(answer !== null);
    },
  },
  {
    name: 'uefi-off',
    on: everywhere,
    short: [],
    async run(t) {
      const guest = await t.guest();
      const [firmware, vars] = ['code.fd', 'vars.fd'].map((file) => join(guest.folder, file)) as [string, string];
      await Promise.all([firmware, vars].map((file) => writeFile(file, Buffer.alloc(1 << 20))));
      await t.edit(guest, (xml) =>
        xml.replace(
          '</os>',
          `<loader readonly='yes' type='pflash'>${firmware}</loader><nvram>${vars}</nvram></os><features><acpi/></features>`,
        ),
      );
      const says = await t.saysOfCreate(guest, 'disks-internal', { name: 'i' });
      const answer = await t.libvirtTakes(guest, '<name>i</name>');
      t.expect.soft(says.blocked, `Snapkeel: ${says.text}; libvirt: ${answer}`).toBe(answer !== null);
      if (answer !== null) return;
      t.expect.soft((await t.says(guest, 'i')).text, 'Snapkeel, the variables stay').toMatch(/NVRAM/);
    },
  },
];

async function withVolume(t: Trial): Promise<Guest> {
  const guest = await t.guest({ pool: false });
  await t.pool(guest);
  await t.edit(guest, (xml) =>
    xml
      .replace(/<disk type='file'/, "<disk type='volume'")
      .replace(/<source file='[^']*'/, `<source pool='${guest.name}' volume='hda.qcow2'`),
  );
  return guest;
}

async function withFloppy(t: Trial): Promise<Guest> {
  const guest = await t.guest();
  const image = join(guest.folder, 'drivers.img');
  await writeFile(image, Buffer.alloc(1_474_560));
  await t.add(
    guest,
    `<disk type='file' device='floppy'><driver name='qemu' type='raw'/><source file='${image}'/><target dev='fda' bus='fdc'/></disk>`,
  );
  return guest;
}

/** With memory: refused by libvirt for the device's sake; without, it is fine. */
async function notSaved(t: Trial, guest: Guest, device: RegExp): Promise<void> {
  for (const mode of ['memory-internal', 'memory-external'] as const) {
    const says = await t.saysOfCreate(guest, mode, { name: 's1' });
    t.expect.soft(says.blocked, `Snapkeel, ${mode}: ${says.text}`).toBe(true);
    t.expect.soft(says.blockers, `Snapkeel, ${mode}`).toMatch(device);
  }
  t.expect(await t.libvirtTakes(guest, '<name>s1</name>'), 'libvirt').toBeTypeOf('number');
  const says = await t.saysOfCreate(guest, 'disks-external', { name: 's2' });
  const answer = await t.libvirtTakes(guest, '<name>s2</name>', createFlag.diskOnly);
  t.expect.soft(says.blocked, `Snapkeel, disks only: ${says.text}; libvirt: ${answer}`).toBe(answer !== null);
}
