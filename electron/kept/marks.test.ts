import { mkdtemp, readdir, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { unsaid } from '../../shared/host-list/details.ts';
import type { AppEvent, Host } from '../../shared/schema.ts';
import { Hub } from '../hosts/hub.ts';
import { MarkStore } from './marks.ts';
import { defaultSettings, SettingsStore } from './settings.ts';
import { type Disk, mountDisk, withoutDisks } from './testing.ts';

const host = (id: string, uri = 'qemu+ssh://lab/system', kind: Host['kind'] = 'ssh'): Host => ({
  ...unsaid,
  id,
  name: id,
  uri,
  kind,
  connection: { status: 'disconnected' },
});
let folder: string;
let hub: Hub;
let events: AppEvent[];
const lines: string[] = [];
const log = (line: string) => void lines.push(line);
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'snapkeel-marks-'));
  hub = new Hub();
  events = [];
  hub.publish = (event) => void events.push(event);
  lines.length = 0;
});
const open = (hosts: Host[]) => MarkStore.open(join(folder, 'marks.json'), hub, () => hosts, log);

describe('marks', () => {
  it('follow a new name, and go with the snapshot', async () => {
    const marks = await open([host('a')]);
    await marks.pin(host('a'), 'u', 'clean', 1_000, true);
    await marks.tag(host('a'), 'u', 'clean', 1_000, ['lab']);
    await marks.tag(host('a'), 'u', 'other', 2_000, ['lab']);
    await marks.addSafety(host('a'), { uuid: 'u', name: 'clean', createdAt: 1_000, requestId: 'r', revertedTo: 'x' });
    await marks.noteRevert(host('a'), 'u', { revertedTo: 'clean', safetyRequestId: 'r' });
    await marks.rename(host('a'), 'u', 'clean', 'golden');
    expect(marks.isPinned(host('a'), 'u', 'golden')).toBe(true);
    expect(marks.taggedWith(host('a'), 'u', 'lab')).toEqual(new Set(['golden', 'other']));
    expect(marks.marked(host('a'), 'u', 'pinned')).toEqual(new Set(['golden']));
    expect(marks.marked(host('a'), 'v', 'pinned')).toEqual(new Set());
    expect(marks.safety(host('a'), 'u')[0]?.name).toBe('golden');
    expect(marks.lastRevert(host('a'), 'u')?.revertedTo).toBe('golden');
    await marks.forget(host('a'), 'u', ['golden']);
    expect((await open([host('a')])).list()).toEqual({
      protected: [],
      pinned: [],
      tagged: [{ hostId: 'a', uuid: 'u', name: 'other', tags: ['lab'] }],
      interrupted: [],
    });
    expect(marks.safety(host('a'), 'u')).toEqual([]);
  });

  it('do not pass to a snapshot that was taken anew under the same name', async () => {
    const marks = await open([host('a')]);
    await marks.pin(host('a'), 'u', 'clean', 1_000, true);
    await marks.recognise(host('a'), 'u', [{ name: 'clean', createdAt: 1_000 }]);
    await marks.recognise(host('a'), 'u', []);
    await marks.recognise(host('a'), 'other', [{ name: 'clean', createdAt: 5_000 }]);
    expect(marks.isPinned(host('a'), 'u', 'clean')).toBe(true);
    await marks.recognise(host('a'), 'u', [{ name: 'clean', createdAt: 5_000 }]);
    expect(marks.isPinned(host('a'), 'u', 'clean')).toBe(false);
  });

  it('of an older version are read, and belong to the snapshot that is there', async () => {
    const old = { host: 'qemu+ssh://lab/system', uuid: 'u', name: 'clean' };
    const text = { version: 1, protected: [], pinned: [old], safety: [], lastReverts: [] };
    await writeFile(join(folder, 'marks.json'), JSON.stringify(text));
    const marks = await open([host('a')]);
    await marks.recognise(host('a'), 'u', [{ name: 'clean', createdAt: 1_000 }]);
    expect(marks.isPinned(host('a'), 'u', 'clean')).toBe(true);
    await marks.recognise(host('a'), 'u', [{ name: 'clean', createdAt: 2_000 }]);
    expect(marks.isPinned(host('a'), 'u', 'clean')).toBe(false);
  });

  it('outlive a run, in which the host may have another id', async () => {
    const first = await open([host('a')]);
    await first.protect(host('a'), 'u', true);
    await first.pin(host('a'), 'u', 'clean', 1_000, true);
    await first.tag(host('a'), 'u', 'clean', 1_000, ['lab', 'golden', 'lab']);
    expect(events.map((event) => event.type)).toEqual(['marks', 'marks', 'marks']);
    expect((await stat(join(folder, 'marks.json'))).mode & 0o777).toBe(0o600);
    const second = await open([host('b'), host('c', 'qemu:///system', 'local')]);
    expect(second.list()).toEqual({
      protected: [{ hostId: 'b', uuid: 'u' }],
      pinned: [{ hostId: 'b', uuid: 'u', name: 'clean' }],
      tagged: [{ hostId: 'b', uuid: 'u', name: 'clean', tags: ['golden', 'lab'] }],
      interrupted: [],
    });
    expect(second.taggedWith(host('b'), 'u', 'golden')).toEqual(new Set(['clean']));
    expect(second.taggedWith(host('b'), 'u', 'silver')).toEqual(new Set());
    expect(second.isProtected(host('b'), 'u')).toBe(true);
    expect(second.isProtected(host('c', 'qemu:///system', 'local'), 'u')).toBe(false);
    await second.protect(host('b'), 'u', false);
    await second.pin(host('b'), 'u', 'clean', 1_000, false);
    await second.tag(host('b'), 'u', 'clean', 1_000, []);
    expect((await open([host('a')])).list()).toEqual({ protected: [], pinned: [], tagged: [], interrupted: [] });
  });

  it('of the simulated host are not those of this computer', async () => {
    const marks = await open([]);
    await marks.protect(host('s', 'qemu:///system', 'simulated'), 'u', true);
    expect(marks.isProtected(host('l', 'qemu:///system', 'local'), 'u')).toBe(false);
  });

  it('of two who have the file open are all kept', async () => {
    const [one, two] = [await open([host('a')]), await open([host('a')])];
    await one.protect(host('a'), 'u', true);
    await two.pin(host('a'), 'u', 'clean', 1_000, true);
    expect(two.isProtected(host('a'), 'u')).toBe(true);
    await Promise.all([one.protect(host('a'), 'v', true), two.protect(host('a'), 'w', true)]);
    const marks = await open([host('a')]);
    expect(['u', 'v', 'w'].filter((uuid) => marks.isProtected(host('a'), uuid))).toEqual(['u', 'v', 'w']);
    expect(marks.isPinned(host('a'), 'u', 'clean')).toBe(true);
  });

  it('that are damaged are set aside, which is told', async () => {
    await writeFile(join(folder, 'marks.json'), '{"version":');
    const told: unknown[] = [];
    const marks = await MarkStore.open(
      join(folder, 'marks.json'),
      hub,
      () => [],
      log,
      (_, problem) => told.push(problem),
    );
    expect(marks.list()).toEqual({ protected: [], pinned: [], tagged: [], interrupted: [] });
    expect(await readdir(folder)).toEqual(['marks.json.unreadable']);
    expect(lines).toEqual([expect.stringContaining('was kept as')]);
    expect(told).toMatchObject([
      { code: 'KEPT_DAMAGED', effect: expect.stringContaining('without the protection, pins and tags') },
    ]);
  });
});

describe.skipIf(withoutDisks('Marks and settings on a full disk'))('on a full disk', () => {
  let disk: Disk;
  beforeEach(() => {
    disk = mountDisk();
    folder = disk.path;
  });
  afterEach(() => disk.close());
  const full = { problem: { code: 'KEPT_NOT_WRITTEN', what: expect.stringContaining('the disk is full') } };

  it('a mark that is not kept is not set, and no window is told that it is', async () => {
    const marks = await open([host('a')]);
    await marks.protect(host('a'), 'u', true);
    disk.fill();
    events = [];
    await expect(marks.protect(host('a'), 'v', true)).rejects.toMatchObject(full);
    await expect(marks.protect(host('a'), 'u', false)).rejects.toMatchObject(full);
    await expect(marks.interrupt(host('a'), 'u', 'clean', 1)).rejects.toMatchObject(full);
    expect(events).toEqual([]);
    for (const each of [marks, await open([host('a')])]) {
      expect(each.list()).toMatchObject({ protected: [{ hostId: 'a', uuid: 'u' }], interrupted: [] });
      expect(each.isInterrupted(host('a'), 'u', 'clean')).toBe(false);
    }
  });

  it('a setting stays as it was', async () => {
    const path = join(folder, 'settings.json');
    const settings = await SettingsStore.open(path, hub, log);
    await settings.set({ safetySnapshotsKept: 5 });
    disk.fill();
    events = [];
    await expect(settings.set({ safetySnapshotsKept: 7 })).rejects.toMatchObject(full);
    expect(settings.get().safetySnapshotsKept).toBe(5);
    expect((await SettingsStore.open(path, hub, log)).get().safetySnapshotsKept).toBe(5);
    expect(events).toEqual([]);
  });
});

describe('settings', () => {
  it('change one by one, and outlive a run', async () => {
    const path = join(folder, 'settings.json');
    const settings = await SettingsStore.open(path, hub, log);
    expect(settings.get()).toEqual(defaultSettings);
    expect(await settings.set({ safetySnapshotsKept: 5 })).toEqual({ ...defaultSettings, safetySnapshotsKept: 5 });
    expect(events).toMatchObject([{ type: 'settings', settings: { safetySnapshotsKept: 5 } }]);
    await settings.set({ labParallelPerHost: 2 });
    expect((await SettingsStore.open(path, hub, log)).get()).toMatchObject({
      safetySnapshotsKept: 5,
      labParallelPerHost: 2,
    });
  });
});
