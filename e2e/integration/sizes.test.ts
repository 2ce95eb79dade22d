import { randomUUID } from 'node:crypto';
import { existsSync, renameSync } from 'node:fs';
import { copyFile, rename, rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Gate } from '../../electron/hosts/gate.ts';
import { KeptFigures } from '../../electron/inspect/sizes/kept-figures.ts';
import { sizeList } from '../../electron/inspect/sizes/list.ts';
import { snapshotSizes } from '../../electron/inspect/sizes/sizes.ts';
import { stalePools } from '../../electron/inspect/sizes/stale-pools.ts';
import { LibvirtError } from '../../electron/libvirt/errors.ts';
import { ping } from '../../electron/libvirt/greet.ts';
import { procedures } from '../../electron/libvirt/procedures.ts';
import { refreshPools } from '../../electron/operations/refresh-pools.ts';
import type { Size, SizeUnknown } from '../../shared/schema.ts';
import { labAvailable } from '../lab/available.ts';
import { readDisk } from '../lab/disk.ts';
import { type Guest, type Lab, startLab } from '../lab/lab.ts';
import { run } from '../lab/run.ts';
import { type Connected, connectTo } from './connected.ts';

const available = labAvailable();
if (!available.ok) console.warn(`Sizes through libvirt are left out: ${available.reason}`);
const never = new AbortController().signal;
const ofVolumes: ReadonlySet<unknown> = new Set([
  procedures.storageVolLookupByPath,
  procedures.storageVolGetXmlDesc,
  procedures.storageVolDownload,
]);

/** Tells of each question about a volume before it is asked, while `during` goes on. */
async function asking<T>(
  reads: Gate,
  tell: (nth: number, procedure: unknown) => void,
  during: () => Promise<T>,
): Promise<T> {
  let nth = 0;
  const told = (procedure: unknown) => ofVolumes.has(procedure) && tell(++nth, procedure);
  const [call, receive] = [reads.call.bind(reads), reads.receive.bind(reads)];
  reads.call = (procedure, args) => {
    told(procedure);
    return call(procedure, args);
  };
  reads.receive = (procedure, args, options) => {
    told(procedure);
    return receive(procedure, args, options);
  };
  try {
    return await during();
  } finally {
    Object.assign(reads, { call, receive });
  }
}

describe.skipIf(!available.ok)('sizes, through libvirt', () => {
  let lab: Lab;
  let connected: Connected;
  let other: Connected;
  beforeAll(async () => {
    lab = await startLab();
    [connected, other] = [await connectTo(lab), await connectTo(lab)];
  });
  afterAll(async () => {
    await connected?.session.disconnect();
    await other?.session.disconnect();
    await lab?.stop();
  });

  const made = async (name: string) => {
    const guest = await lab.guest({ name, pool: false });
    await lab.virsh('pool-create-as', `guest-${randomUUID()}`, 'dir', '--target', guest.folder);
    const uuid = await lab.virsh('domuuid', name);
    const kept = new KeptFigures();
    const sizes = (...names: string[]) => snapshotSizes(connected.session, uuid, names, kept, never);
    return { guest, uuid, sizes };
  };
  const whyOf = (size: Size): SizeUnknown | 'known' => (size.known ? 'known' : size.why);

  test('the list has memory and files, and a running guest’s memory is what QEMU says', async () => {
    const { guest, uuid } = await made('listed');
    await guest.snapshot('off');
    await guest.start();
    await guest.snapshot('live');
    const { snapshots, images } = await sizeList(connected.session, uuid, never);
    const told = await run(['qemu-img', 'info', '-U', '--output=json', await guest.diskPath()]);
    const { snapshots: tags = [] } = JSON.parse(told) as { snapshots?: { name: string; 'vm-state-size': number }[] };
    const bytes = tags.find(({ name }) => name === 'live')?.['vm-state-size'];
    expect(bytes).toBeGreaterThan(0);
    expect(snapshots).toEqual([
      { name: 'off', memory: null, files: null },
      { name: 'live', memory: { known: true, bytes, truth: 'exact' }, files: null },
    ]);
    expect(images).toEqual([{ path: await guest.diskPath(), count: 2, why: null }]);
    await guest.destroy();
  });

  test('while somebody else takes and deletes snapshots, sizes are known or say why; nobody is disturbed', async () => {
    const { guest, sizes } = await made('churn');
    await guest.writeBytes(2_000_000, 'first');
    await guest.snapshot('kept');
    await guest.start();
    let isOver = false;
    const measuring = (async () => {
      const seen = new Set<string>();
      for (; !isOver; )
        try {
          seen.add(whyOf((await sizes('kept')).frees));
        } catch (error) {
          // While a snapshot is taken 9.0 may list it without its name.
          if (!(error instanceof LibvirtError && error.is('INVALID_ARG'))) throw error;
        }
      return seen;
    })();
    const others = (async () => {
      let answered = 0;
      for (; !isOver; answered++) await ping(other.session.reads);
      return answered;
    })();
    const before = await guest.counter();
    for (let nth = 0; nth < 4; nth++) {
      await guest.snapshot(`under-${nth}`);
      await lab.virsh('snapshot-delete', guest.name, `under-${nth}`);
    }
    await guest.counted(before + 2);
    isOver = true;
    const seen = await measuring;
    for (const each of seen) expect(['known', 'changing', 'damaged']).toContain(each);
    expect(seen).toContain('known');
    expect(await others).toBeGreaterThan(0);
    await guest.destroy();
    expect((await sizes('kept')).frees).toMatchObject({ known: true, truth: 'exact' });
    const checked = await run(['qemu-img', 'check', '--output=json', await guest.diskPath()]);
    expect(JSON.parse(checked)).toMatchObject({ 'check-errors': 0 });
  });

  test('an image that is replaced meanwhile gives the sizes of one of both, or says why', async () => {
    const { guest, uuid, sizes } = await made('replaced');
    const path = await guest.diskPath();
    await guest.writeBytes(2_000_000, 'one');
    await guest.snapshot('a');
    await guest.writeBytes(2_000_000, 'two');
    const first = await sizes('a');
    const [one, two] = [`${path}.one`, `${path}.two`];
    await copyFile(path, one);
    await guest.writeBytes(9_000_000, 'three');
    await run(['qemu-img', 'snapshot', '-c', 'another', path]);
    const second = await sizes('a');
    expect(second.changed).not.toEqual(first.changed);
    await copyFile(path, two);
    const may = [first.changed, second.changed].map((each) => JSON.stringify(each));
    // Once in each reading, at another moment of it.
    for (let nth = 0; nth < 20; nth++) {
      await copyFile(nth % 2 === 0 ? one : two, `${path}.new`);
      const reading = sizes('a');
      await sleep(nth / 2);
      await rename(`${path}.new`, path);
      const { changed } = await reading;
      if (changed?.known) expect(may).toContain(JSON.stringify(changed));
      else expect(['changing', 'damaged', 'gone']).toContain(changed?.why);
    }
    // Replaced before one question, and back to the very file that it was before a later one: its times are others then.
    const { reads } = connected.session;
    const fresh = () => snapshotSizes(connected.session, uuid, ['a'], new KeptFigures(), never);
    const aside = `${path}.aside`;
    const replace = () => {
      renameSync(path, aside);
      renameSync(`${path}.new`, path);
    };
    const putBack = () => renameSync(aside, path);
    const before = JSON.stringify((await fresh()).changed);
    const other = before === may[0] ? two : one;
    let questions = 0;
    await asking(reads, () => void questions++, fresh);
    for (let swap = 1; swap <= questions; swap++)
      for (const back of new Set([swap + 1, questions, questions + 1].filter((nth) => nth > swap))) {
        await copyFile(other, `${path}.new`);
        const times = new Set<'before' | 'other'>();
        const { changed } = await asking(
          reads,
          (nth, procedure) => {
            if (nth === swap) replace();
            if (nth === back) putBack();
            if (procedure === procedures.storageVolGetXmlDesc) times.add(existsSync(aside) ? 'other' : 'before');
          },
          fresh,
        );
        if (existsSync(aside)) putBack();
        if (!changed?.known) expect(['changing', 'damaged']).toContain(changed?.why);
        else {
          const sizeOf = { before, other: may.find((each) => each !== before) };
          expect([...times].map((file) => sizeOf[file])).toEqual([JSON.stringify(changed)]);
        }
      }
    await Promise.all([one, two].map((each) => rm(each)));
    expect((await readDisk(path, 2_000_000, 3)).toString()).toBe('two');
  });

  test('an external snapshot is as large as its files', async () => {
    const { guest, uuid, sizes } = await made('outside');
    const overlay = `${guest.folder}/over.qcow2`;
    await guest.snapshot('x', '--disk-only', '--diskspec', `hda,file=${overlay}`);
    await guest.writeBytes(2_000_000, 'more');
    await refreshed(guest);
    const bytes = Number((await run(['stat', '-c', '%b', overlay])).trim()) * 512;
    const size = { known: true, bytes, truth: 'exact' };
    expect((await sizeList(connected.session, uuid, never)).snapshots).toEqual([
      { name: 'x', memory: null, files: size },
    ]);
    const most = { ...size, truth: 'at-most' };
    expect(await sizes('x')).toMatchObject({ changed: most, frees: most, images: [] });
  });

  test('files that were made behind libvirt’s back are told once their pool is scanned again', async () => {
    const { guest, uuid } = await made('behind');
    const overlay = (nth: number) => `${guest.folder}/over-${nth}.qcow2`;
    for (const nth of [1, 2]) await guest.snapshot(`x${nth}`, '--disk-only', '--diskspec', `hda,file=${overlay(nth)}`);
    // Of the image that is written to, libvirt tells the size by itself.
    const files = async () => (await sizeList(connected.session, uuid, never)).snapshots[0]?.files;
    expect(await files()).toEqual({ known: false, why: 'newer-than-pool' });
    const [stale] = await stalePools(connected.session, uuid, never);
    expect(stale).toMatchObject({ folder: guest.folder, images: [overlay(1), overlay(2)] });
    const lines: string[] = [];
    const refresh = (name = stale?.name ?? '') =>
      refreshPools(connected.session, uuid, [{ name, folder: guest.folder }], never, (line) => lines.push(line));
    expect(await refresh('another')).toEqual([]);
    expect(await files()).toMatchObject({ why: 'newer-than-pool' });
    expect(await refresh()).toEqual([stale]);
    const bytes = Number((await run(['stat', '-c', '%b', overlay(1)])).trim()) * 512;
    expect(await files()).toEqual({ known: true, bytes, truth: 'exact' });
    expect(await stalePools(connected.session, uuid, never)).toEqual([]);
    expect(lines).toEqual([expect.stringContaining(JSON.stringify(stale?.name))]);
  });

  const refreshed = async (guest: Guest) => {
    for (const pool of (await lab.virsh('pool-list', '--name'))
      .split('\n')
      .map((each) => each.trim())
      .filter(Boolean))
      if ((await lab.virsh('pool-dumpxml', pool)).includes(guest.folder)) await lab.virsh('pool-refresh', pool);
  };
});
