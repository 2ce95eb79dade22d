import { errorCode } from '../../../shared/libvirt/flags.ts';
import type { Guest } from '../../lab/lab.ts';
import { run } from '../../lab/run.ts';
import { everywhere, type FieldCase } from './field-case.ts';
import type { Trial } from './trial.ts';

/** Names that QEMU reads otherwise, and names that stand twice. */
export const nameCases: readonly FieldCase[] = [
  {
    name: 'number-names',
    on: everywhere,
    short: ['host'],
    async run(t) {
      const guest = await numbered(t);
      const refused = await t.saysOfCreate(guest, 'disks-internal', { name: '3' });
      t.expect.soft(refused.blocked, `Snapkeel, a name of digits: ${refused.text}`).toBe(true);
      t.warned('“2” is the ID of “1”', await t.says(guest, '2'), /“1”|number|digits|\bID\b/);
      await t.pool(guest);
      t.warned('the same, with the image readable', await t.says(guest, '2'), /“1”/);
      t.libvirt('revert to 2', await t.libvirtReverts(guest, '2'), null);
      t.libvirt('bytes', await t.got(guest), 'content of 1');
    },
  },
  {
    name: 'number-names-running',
    on: everywhere,
    short: ['12.8'],
    async run(t) {
      const guest = await numbered(t);
      await t.start(guest, '--paused');
      const refused = await t.saysOfCreate(guest, 'memory-internal', { name: '3' });
      t.expect.soft(refused.blocked, `Snapkeel, a name of digits: ${refused.text}`).toBe(true);
      await guest.snapshot('9'); // gets ID 3
      await guest.snapshot('3'); // gets ID 4
      t.warned('“3” is the ID of “9”', await t.says(guest, '3'), /“9”|number|digits|\bID\b/);
    },
  },
  {
    // Its ID is its name: what comes back is its own.
    name: 'number-names-own',
    on: everywhere,
    short: [],
    async run(t) {
      const guest = await t.guest();
      await t.put(guest, 'content of 1');
      await guest.snapshot('1');
      await t.put(guest, 'now');
      const { verdict } = await t.says(guest, '1');
      t.expect.soft(verdict, 'Snapkeel').not.toBe('willFail');
      t.libvirt('revert to 1', await t.libvirtReverts(guest, '1'), null);
      t.libvirt('bytes', await t.got(guest), 'content of 1');
    },
  },
  {
    // Each image has its own IDs.
    name: 'number-names-two-disks',
    on: everywhere,
    short: [],
    async run(t) {
      const guest = await t.guest({ disks: 2 });
      await run(['qemu-img', 'snapshot', '-c', 'by hand', await guest.diskPath('hdb')]);
      for (const name of ['1', 'b']) {
        await t.put(guest, `hda of ${name}`);
        await t.put(guest, `hdb of ${name}`, 'hdb');
        await guest.snapshot(name);
      }
      t.warned('ID 1 of hdb is another', await t.says(guest, '1'), /hdb/);
      t.libvirt('revert to 1', await t.libvirtReverts(guest, '1'), null);
      t.libvirt('bytes', [await t.got(guest), await t.got(guest, 'hdb')], ['hda of 1', '']);
    },
  },
  {
    name: 'same-tag-twice',
    on: everywhere,
    short: ['11.3'],
    async run(t) {
      const guest = await t.guest();
      await t.put(guest, 'old');
      await guest.snapshot('s1');
      await t.virsh(guest, 'snapshot-delete', 's1', '--metadata');
      await t.put(guest, 'new');
      const create = await t.saysOfCreate(guest, 'disks-internal', { name: 's1' });
      t.expect.soft(create.text, 'Snapkeel, the tag is there already').toMatch(/hda|s1/);
      t.expect.soft(create.blocked, 'Snapkeel, the tag is there already').toBe(true);
      await guest.snapshot('s1');
      await t.put(guest, 'now');
      t.warned('two tags of one name', await t.says(guest, 's1'), /twice|two/i);
      t.libvirt('revert', await t.libvirtReverts(guest, 's1'), null);
      t.libvirt('bytes', await t.got(guest), 'old');
    },
  },
  {
    name: 'same-tag-by-hand',
    on: everywhere,
    short: [],
    async run(t) {
      const guest = await t.guest();
      await t.put(guest, 'old');
      await run(['qemu-img', 'snapshot', '-c', 's1', await guest.diskPath()]);
      await t.put(guest, 'new');
      await guest.snapshot('s1');
      await t.put(guest, 'now');
      t.warned('two tags of one name', await t.says(guest, 's1'), /twice|two/i);
      t.libvirt('revert', await t.libvirtReverts(guest, 's1'), null);
      t.libvirt('bytes', await t.got(guest), 'old');
    },
  },
  {
    // Nothing in the image: libvirt lists it all the same.
    name: 'tag-gone',
    on: everywhere,
    short: [],
    async run(t) {
      const guest = await t.guest();
      await guest.snapshot('s1');
      await t.start(guest, '--paused');
      await guest.snapshot('s2');
      await guest.destroy();
      const path = await guest.diskPath();
      for (const name of ['s1', 's2']) await run(['qemu-img', 'snapshot', '-d', name, path]);
      t.blocked('off, gone from the image', await t.says(guest, 's1'), /hda/);
      await t.start(guest, '--paused');
      t.blocked('live, gone from the image', await t.says(guest, 's2'), /hda/);
      t.expect(await t.libvirtReverts(guest, 's2'), 'libvirt').toBeTypeOf('number');
    },
  },
  ...['a"b', 'a\\b'].map(
    (name): FieldCase => ({
      name: name.includes('"') ? 'quoted-name' : 'backslash-name',
      on: ['7.0', 'host'],
      short: name.includes('"') ? ['host'] : [],
      async run(t) {
        const guest = await t.guest();
        await t.start(guest, '--paused');
        const create = await t.saysOfCreate(guest, 'memory-internal', { name });
        t.expect.soft(create.blocked, `Snapkeel, the name: ${create.text}`).toBe(true);
        await guest.snapshot(name);
        t.libvirt('lists it', await guest.snapshots(), [name]);
        t.libvirt('tags', (await t.tags(await guest.diskPath())).map((tag) => tag.name).includes(name), false);
        t.warned('a name that is not in the image', await t.says(guest, name), /image|monitor|quot|backslash/i);
        if (t.major < 8) {
          // The same monitor reads it the same way again, as long as the guest runs.
          t.libvirt('revert in place', await t.libvirtReverts(guest, name), null);
          await guest.destroy();
          t.warned('the guest is off', await t.says(guest, name), /image|monitor|quot|backslash/i);
        }
        t.expect(await t.libvirtReverts(guest, name), 'libvirt').toBeTypeOf('number');
        t.libvirt('the guest', await guest.state(), 'shut off');
      },
    }),
  ),
  {
    name: 'quoted-name-off',
    on: everywhere,
    short: [],
    async run(t) {
      const guest = await t.guest();
      for (const name of ['a"b', 'a\\b', 'a,b', 'a b', 'ä=€']) {
        await t.put(guest, `of ${[...name].length} ${name.codePointAt(1)}`);
        const create = await t.saysOfCreate(guest, 'disks-internal', { name });
        await guest.snapshot(name);
        const kept = (await t.tags(await guest.diskPath())).some((tag) => tag.name === name);
        t.libvirt(`${name} is in the image`, kept, true);
        t.expect.soft(create.blockers, `Snapkeel, ${name}`).toBe('');
      }
      await t.put(guest, 'now');
      t.libvirt('revert', await t.libvirtReverts(guest, 'a"b'), null);
      t.libvirt('bytes', await t.got(guest), 'of 3 34');
    },
  },
  {
    name: 'name-with-a-space-running',
    on: ['11.3', '12.8'],
    short: [],
    async run(t) {
      const guest = await t.guest();
      await t.start(guest, '--paused');
      for (const name of ['a b', 'a"b', 'a,b']) {
        const create = await t.saysOfCreate(guest, 'memory-internal', { name });
        t.expect.soft(create.blocked, `Snapkeel, ${name}`).toBe(true);
        const xml = `<name>${name.replace('"', '&quot;')}</name>`;
        t.libvirt(`${name} is refused`, await t.libvirtTakes(guest, xml), errorCode.INTERNAL_ERROR);
      }
    },
  },
];

/** “2” has ID 1, “1” has ID 2. */
async function numbered(t: Trial): Promise<Guest> {
  const guest = await t.guest({ pool: false });
  for (const name of ['2', '1']) {
    await t.put(guest, `content of ${name}`);
    await guest.snapshot(name);
  }
  await t.put(guest, 'now');
  return guest;
}
