import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorCode } from '../../../shared/libvirt/flags.ts';
import { writeDisk } from '../../lab/disk.ts';
import type { Guest } from '../../lab/lab.ts';
import { retry } from '../../lab/run.ts';
import { everywhere, type FieldCase, withBranches } from './field-case.ts';
import type { Trial } from './trial.ts';

/** What libvirt and QEMU are in the middle of, or have on record. */
export const stateCases: readonly FieldCase[] = [
  {
    name: 'checkpoint',
    on: ['host', '11.3', '12.8'],
    short: ['host'],
    async run(t) {
      const guest = await t.guest();
      await t.start(guest, '--paused');
      await guest.snapshot('live0');
      await t.virsh(guest, 'checkpoint-create-as', 'cp1');
      t.blocked('a checkpoint', await t.says(guest, 'live0'), /cp1/);
      const safety = await t.saysOfSafety(guest, 'live0');
      t.expect.soft(safety.available, 'Snapkeel offers no way back').toBe(false);
      t.expect(await t.libvirtReverts(guest, 'live0'), 'libvirt').toBe(t.revertsExternal ? 9 : 1);
      t.libvirt('the guest', await guest.state(), 'shut off');
      t.blocked('off', await t.says(guest, 'live0'), /cp1/);
      // The way out.
      await t.start(guest, '--paused');
      await t.virsh(guest, 'checkpoint-delete', 'cp1');
      t.done('without it', (await t.revert(guest, 'live0')).outcome);
    },
  },
  {
    name: 'checkpoint-off',
    on: ['host', '11.3', '12.8'],
    short: ['12.8'],
    async run(t) {
      const guest = await t.guest();
      await guest.snapshot('off0');
      await t.start(guest, '--paused');
      await t.virsh(guest, 'checkpoint-create-as', 'cp1');
      await guest.destroy();
      t.blocked('a checkpoint', await t.says(guest, 'off0'), /cp1/);
      const disks = "<disks><disk name='hda' snapshot='external'/></disks>";
      const external = await t.saysOfCreate(guest, 'disks-external');
      t.expect.soft(external.blocked, `Snapkeel, external: ${external.text}`).toBe(true);
      const taken = await t.libvirtTakes(guest, `<name>x</name>${disks}`, 16);
      t.libvirt('external', taken, errorCode.OPERATION_UNSUPPORTED);
      const internal = await t.saysOfCreate(guest, 'disks-internal');
      const answer = await t.libvirtTakes(guest, '<name>i</name>');
      t.libvirt('internal', answer, t.revertsExternal ? null : errorCode.OPERATION_UNSUPPORTED);
      t.expect.soft(internal.blocked, `Snapkeel, internal: ${internal.text}`).toBe(answer !== null);
      t.expect(await t.libvirtReverts(guest, 'off0'), 'libvirt').toBeTypeOf('number');
    },
  },
  {
    // External reverts do not mind: nothing is loaded into an image.
    name: 'checkpoint-external',
    on: withBranches,
    short: [],
    async run(t) {
      const guest = await t.guest();
      await t.external(guest, 's1');
      await t.start(guest, '--paused');
      await t.virsh(guest, 'checkpoint-create-as', 'cp1');
      const { verdict, text } = await t.says(guest, 's1');
      const answer = await t.libvirtReverts(guest, 's1');
      t.expect.soft(verdict === 'willFail', `Snapkeel: ${text}`).toBe(answer !== null);
    },
  },
  {
    name: 'backup-running',
    on: ['host', '11.3', '12.8'],
    short: [],
    async run(t) {
      const guest = await t.guest();
      await t.start(guest, '--paused');
      await guest.snapshot('live0');
      const file = join(guest.folder, 'backup.xml');
      const server = `<server transport='unix' socket='${join(guest.folder, 'nbd')}'/>`;
      await writeFile(
        file,
        `<domainbackup mode='pull'>${server}<disks><disk name='hda' backup='yes' type='file'><scratch file='${join(guest.folder, 'scratch')}'/></disk></disks></domainbackup>`,
      );
      await t.virsh(guest, 'backup-begin', file);
      const { verdict, text } = await t.says(guest, 'live0');
      const create = await t.saysOfCreate(guest, 'memory-internal');
      t.expect.soft(verdict, `Snapkeel: ${text}`).toBe('willFail');
      t.expect.soft(create.blocked, `Snapkeel, create: ${create.text}`).toBe(true);
      t.expect(await t.libvirtTakes(guest, '<name>x</name>'), 'libvirt, create').toBeTypeOf('number');
      t.expect(await t.libvirtReverts(guest, 'live0'), 'libvirt, revert').toBeTypeOf('number');
      t.libvirt('the guest', await guest.state(), 'paused');
    },
  },
  {
    name: 'delete-in-progress',
    on: ['host', '11.3', '12.8'],
    short: ['11.3'],
    async run(t) {
      const guest = await t.guest();
      for (const name of ['s1', 's2']) await t.external(guest, name);
      await t.redefine(guest, 's1', (xml) =>
        xml.replace(/(<disks>[\s\S]*?<disk name='hda'[^>]*>)/, '$1<snapshotDeleteInProgress/>'),
      );
      t.warned('s2 is a mixture', await t.says(guest, 's2'), /delet/i);
      const first = await t.saysOfDelete(guest, ['s1']);
      t.expect.soft(first.blocked, `Snapkeel, deletion of s1: ${first.text}`).toBe(true);
      t.expect.soft(await t.saysOfHealth(guest), 'Snapkeel, health').toMatch(/“s2”|s2/);
      t.libvirt('deletion of s1', await t.libvirtDeletes(guest, 's1'), errorCode.OPERATION_INVALID);
      // It is what has to be done again.
      const second = await t.saysOfDelete(guest, ['s2']);
      t.expect.soft(second.blocked, `Snapkeel, deletion of s2: ${second.text}`).toBe(false);
      t.done('deletion of s2', await t.remove(guest, ['s2']));
      const again = await t.saysOfDelete(guest, ['s1']);
      t.expect.soft(again.blocked, `Snapkeel, s1 is whole again: ${again.text}`).toBe(false);
    },
  },
  {
    name: 'panicked',
    on: everywhere,
    short: ['host'],
    async run(t) {
      const guest = await t.guest();
      await t.edit(guest, (xml) =>
        xml
          .replace(/<on_crash>[^<]*<\/on_crash>/, '')
          .replace('<devices>', '<on_crash>preserve</on_crash><devices>')
          .replace('</devices>', "<panic model='isa'/></devices>"),
      );
      await writeDisk(await guest.diskPath(), 0, panics());
      await guest.snapshot('off0');
      await t.start(guest);
      await retry(async () => {
        if ((await guest.state()) !== 'crashed') throw new Error('it does not panic');
      }, 30_000);
      const { verdict, text } = await t.says(guest, 'off0');
      t.expect.soft(text, `Snapkeel, ${verdict}: its memory is lost`).toMatch(/memory/i);
      const plan = await t.saysOfCreate(guest, 'disks-internal');
      t.expect.soft(plan.blocked, `Snapkeel, a snapshot without memory: ${plan.text}`).toBe(true);
      t.expect(await t.libvirtTakes(guest, "<name>x</name><memory snapshot='no'/>"), 'libvirt').toBeTypeOf('number');
      const { outcome } = await t.revert(guest, 'off0');
      t.done('revert', outcome);
      t.libvirt('the guest', await guest.state(), 'shut off');
    },
  },
  {
    name: 'creation-time',
    on: everywhere,
    short: ['host'],
    async run(t) {
      const guest = await t.guest();
      await guest.snapshot('us');
      await t.redefine(guest, 'us', (xml) => xml.replace(/<creationTime>\d+/, '<creationTime>1764110000000000'));
      await t.put(guest, 'later');
      const { facts, choices } = await t.plan(guest, 'us');
      const { createdAt } = facts.snapshot;
      const shown = createdAt === null || !Number.isNaN(new Date(createdAt).getTime());
      t.expect.soft(shown, `Snapkeel shows a time: ${createdAt}`).toBe(true);
      t.expect.soft(choices['as-saved'].verdict, 'Snapkeel').not.toBe('willFail');
      t.done('revert', (await t.revert(guest, 'us')).outcome);
    },
  },
  {
    name: 'paused-merge',
    on: ['host', '11.3', '12.8'],
    short: ['host', '12.8'],
    async run(t) {
      const guest = await t.guest();
      await t.start(guest, '--paused');
      await t.external(guest, 'm', { memory: true });
      const says = await t.saysOfDelete(guest, ['m']);
      const fine = t.major >= 12;
      t.expect.soft(says.blocked, `Snapkeel: ${says.text}`).toBe(!fine);
      if (!fine) {
        t.libvirt('deletion', await t.libvirtDeletes(guest, 'm'), errorCode.INTERNAL_ERROR);
        await t.virsh(guest, 'resume');
      }
      t.done('deletion', await t.remove(guest, ['m']));
      t.libvirt('snapshots', await guest.snapshots(), []);
    },
  },
  {
    // Memory that was loaded by a revert.
    name: 'paused-merge-after-revert',
    on: withBranches,
    short: [],
    async run(t) {
      const guest = await t.guest();
      await t.start(guest);
      await t.virsh(guest, 'suspend');
      await t.external(guest, 'm', { memory: true });
      await t.external(guest, 'n');
      t.libvirt('revert', await t.libvirtReverts(guest, 'm'), null);
      const says = await t.saysOfDelete(guest, ['n']);
      const answer = await t.libvirtDeletes(guest, 'n');
      t.expect.soft(says.blocked, `Snapkeel, another branch: ${says.text}`).toBe(answer !== null);
    },
  },
  {
    // Paused by hand and never saved or loaded: merges are fine.
    name: 'paused-merge-plain',
    on: ['host', '11.3', '12.8'],
    short: [],
    async run(t) {
      const guest = await t.guest();
      await t.start(guest, '--paused');
      await t.external(guest, 's');
      const says = await t.saysOfDelete(guest, ['s']);
      t.expect.soft(says.blocked, `Snapkeel: ${says.text}`).toBe(false);
      t.done('deletion', await t.remove(guest, ['s']));
    },
  },
  ...(['off', 'running'] as const).map(
    (state): FieldCase => ({
      name: `delete-children-${state}`,
      on: ['host', '11.3', '12.8'],
      short: state === 'off' ? ['11.3'] : [],
      alone: true,
      async run(t) {
        const safe = await forked(t);
        const doomed = await forked(t);
        if (state === 'running') for (const guest of [safe, doomed]) await t.start(guest, '--paused');
        const outcome = await t.remove(safe, ['a'], 'children-only');
        t.done('children', outcome);
        if (outcome.result !== 'done') return;
        t.libvirt('snapshots', await safe.snapshots(), ['a']);
        // The one call that does the same.
        await answers(t.virsh(doomed, 'snapshot-delete', 'a', '--children-only'));
        t.libvirt('the daemon lives', await answers(t.lab.virsh('list')), false);
      },
    }),
  ),
  {
    name: 'delete-with-children',
    on: everywhere,
    short: ['12.8'],
    alone: true,
    async run(t) {
      const guest = await forked(t);
      await guest.snapshot('e');
      const outcome = await t.remove(guest, ['a'], 'with-children');
      t.done('deletion', outcome);
      if (outcome.result !== 'done') return;
      t.libvirt('snapshots', await guest.snapshots(), []);
      t.libvirt('tags', await t.tags(await guest.diskPath()), []);
    },
  },
  {
    name: 'delete-detached',
    on: ['host', '11.3', '12.8'],
    short: [],
    alone: true,
    async run(t) {
      const guest = await t.guest({ disks: 2 });
      await guest.snapshot('s1');
      await t.virsh(guest, 'detach-disk', 'hdb', '--config');
      const off = await t.saysOfDelete(guest, ['s1']);
      t.expect.soft(off.blocked, `Snapkeel, off: ${off.text}`).toBe(false);
      await t.start(guest, '--paused');
      const on = await t.saysOfDelete(guest, ['s1']);
      t.expect.soft(on.blocked, `Snapkeel, running: ${on.text}`).toBe(true);
      if (t.revertsExternal) t.libvirt('running', await t.libvirtDeletes(guest, 's1'), errorCode.OPERATION_FAILED);
      await guest.destroy();
      t.done('deletion, off', await t.remove(guest, ['s1']));
    },
  },
  {
    // Its parent is internal, and the domain is on another branch: libvirt deletes it.
    name: 'delete-off-chain-leaf',
    on: withBranches,
    short: ['12.8'],
    async run(t) {
      const guest = await t.guest();
      await guest.snapshot('i');
      await t.external(guest, 'e');
      t.libvirt('back to i', await t.libvirtReverts(guest, 'i'), null);
      const says = await t.saysOfDelete(guest, ['e']);
      t.expect.soft(says.blocked, `Snapkeel: ${says.text}`).toBe(false);
      t.libvirt('deletion', await t.libvirtDeletes(guest, 'e'), null);
    },
  },
];

/** Memory that was freed is used: mostly the daemon dies of it, and sometimes it never answers again. */
const UNANSWERED_MS = 20_000;

async function answers(call: Promise<unknown>): Promise<boolean> {
  const given = new AbortController();
  const silence = sleep(UNANSWERED_MS, false, { signal: given.signal });
  const answer = call.then(
    () => true,
    () => false,
  );
  const answered = await Promise.race([answer, silence]);
  given.abort();
  await silence.catch(() => {});
  return answered;
}

/** a – (b, c – d), with the domain at d. */
async function forked(t: Trial): Promise<Guest> {
  const guest = await t.guest();
  await guest.snapshot('a');
  await guest.snapshot('b');
  await guest.revert('a');
  await guest.snapshot('c');
  await guest.snapshot('d');
  return guest;
}

/** A boot sector that waits for a few ticks of the clock and tells QEMU’s panic device. */
function panics(): Uint8Array {
  const sector = new Uint8Array(512);
  // sti; hlt × 4; mov dx, 505h; mov al, 1; out dx, al; hlt; jmp back
  sector.set([0xfb, 0xf4, 0xf4, 0xf4, 0xf4, 0xba, 0x05, 0x05, 0xb0, 0x01, 0xee, 0xf4, 0xeb, 0xfd]);
  sector.set([0x55, 0xaa], 510);
  return sector;
}
