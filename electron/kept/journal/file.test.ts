import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { uuidOf } from '../../testing.ts';
import { type Disk, mountDisk, withoutDisks } from '../testing.ts';
import { type AppendFs, appendFile } from './file.ts';
import { Journal } from './journal.ts';

/** How one append goes: what of it comes to the disk, and what else fails. */
interface Fate {
  /** Bytes that are written before the disk is full; null: all. */
  readonly room: number | null;
  readonly syncs: boolean;
  /** Whether something can be taken away again. */
  readonly truncates: boolean;
  /** The app is killed afterwards, and started anew. */
  readonly killed: boolean;
}

/** A disk in memory that does as the fate of the moment says. */
function fakeDisk() {
  const disk = { text: '', fate: { room: null, syncs: true, truncates: true, killed: false } as Fate };
  const fs: AppendFs = {
    lines: async function* () {
      yield* disk.text.split('\n');
    },
    open: async () => ({
      end: async () => ({ size: disk.text.length, whole: disk.text === '' || disk.text.endsWith('\n') }),
      async appendFile(text) {
        const { room } = disk.fate;
        disk.text += room === null ? text : text.slice(0, room);
        if (room !== null && room < text.length) throw new Error('ENOSPC');
      },
      async datasync() {
        if (!disk.fate.syncs) throw new Error('EIO');
      },
      async truncate(size) {
        if (!disk.fate.truncates) throw new Error('EIO');
        disk.text = disk.text.slice(0, size);
      },
      close: async () => {},
    }),
  };
  return { disk, fs };
}

const fates = (truncates: fc.Arbitrary<boolean>) =>
  fc.array(
    fc.record<Fate>({
      room: fc.option(fc.nat(24), { freq: 2 }),
      syncs: fc.boolean(),
      truncates,
      killed: fc.boolean(),
    }),
    { maxLength: 12 },
  );

/** Appends a line per fate, and one at the end that nothing befalls. */
async function live(all: readonly Fate[]) {
  const { disk, fs } = fakeDisk();
  const written: string[] = [];
  let file = appendFile('/nowhere', fs);
  const sound: Fate = { room: null, syncs: true, truncates: true, killed: false };
  for (const [n, fate] of [...all, sound].entries()) {
    disk.fate = fate;
    const line = `{"line":${n}}`;
    await file.append(line).then(
      () => written.push(line),
      () => {},
    );
    if (fate.killed) file = appendFile('/nowhere', fs);
  }
  return { written, rows: disk.text.split('\n') };
}

describe('a line that could not be written', () => {
  it('is gone, wherever the disk gave out: what was written is all that is there', () =>
    fc.assert(
      fc.asyncProperty(fates(fc.constant(true)), async (all) => {
        const { written, rows } = await live(all);
        expect(rows).toEqual([...written, '']);
      }),
    ));

  it('spoils no other one where it cannot be taken away', () =>
    fc.assert(
      fc.asyncProperty(fates(fc.boolean()), async (all) => {
        const { written, rows } = await live(all);
        expect(rows.filter((row) => written.includes(row))).toEqual(written);
        expect(rows.at(-1)).toBe('');
      }),
    ));
});

describe.skipIf(withoutDisks('The journal on a full disk'))('on a full disk', () => {
  let disk: Disk;
  beforeEach(() => {
    disk = mountDisk();
  });
  afterEach(() => disk.close());

  it('nothing is asked for; once there is space again, what is done is in the journal from then on', async () => {
    const path = join(disk.path, 'journal.jsonl');
    const lines: string[] = [];
    const open = () => Journal.open({ file: appendFile(path), who: 'tester', log: (line) => lines.push(line) });
    const journal = await open();
    const revert = async (snapshot: string, plan = ['Revert']) => {
      const requestId = await journal.begin({
        operationId: 'op',
        kind: 'revert',
        host: { name: 'Lab', uri: 'qemu+ssh://lab/system', kind: 'ssh' },
        domain: { uuid: uuidOf(1), name: 'on' },
        snapshot,
        flags: 0,
        plan,
        currentBefore: null,
      });
      await journal.answer(requestId, 'Lab', async () => {});
    };
    await revert('first');
    const before = await readFile(path, 'utf8');
    disk.fill();
    // Longer than what is left of the file's last page, so that a part of it is written.
    await expect(revert('torn', ['x'.repeat(10_000)])).rejects.toMatchObject({ problem: { code: 'JOURNAL_FAILED' } });
    expect(await readFile(path, 'utf8')).toBe(before);
    disk.free();
    await revert('next');
    const again = await open();
    expect(again.list({ limit: 9 })).toMatchObject([
      { snapshotName: 'next', result: 'done' },
      { snapshotName: 'first', result: 'done' },
    ]);
    expect(lines).toEqual([]);
    await journal.close();
  });
});
