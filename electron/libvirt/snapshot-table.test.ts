import { describe, expect, it } from 'vitest';
import { ConnectionError } from './errors.ts';
import { FakeCaller, refusal } from './fake-caller.ts';
import type { Qcow2Snapshot } from './qcow2/snapshots.ts';
import { CLUSTER_BYTES, headerBytes, tableBytes } from './qcow2/write.ts';
import { backingIn, readSnapshotTable } from './snapshot-table.ts';

const path = '/images/vm.qcow2';
const vol = { pool: 'default', name: 'vm.qcow2', key: path };
const TABLE_AT = 5 * CLUSTER_BYTES;

function entry(id: string, name: string): Qcow2Snapshot {
  return {
    id,
    name,
    dateSec: 7,
    dateNsec: 0,
    clockNsec: 0n,
    vmStateBytes: 4096,
    diskBytes: 1n << 26n,
    icount: null,
    l1: { offset: 0n, entries: 0 },
  };
}
function image(snapshots: readonly Qcow2Snapshot[], count = snapshots.length): Buffer {
  const bytes = Buffer.alloc(TABLE_AT);
  headerBytes({ diskBytes: 1n << 26n, snapshotCount: count, snapshotsOffset: TABLE_AT }).copy(bytes);
  return Buffer.concat([bytes, tableBytes(snapshots)]);
}
/** A host whose file is, at each read, what `now` gives. */
function host(now: (nth: number) => Buffer): FakeCaller {
  let nth = 0;
  return new FakeCaller(
    { storageVolLookupByPath: () => ({ vol }), storageVolDownload: () => ({}) },
    {
      storageVolDownload: ({ offset, length }) => now(nth++).subarray(Number(offset), Number(offset + length)),
    },
  );
}
const ranges = (caller: FakeCaller) =>
  (caller.args('storageVolDownload') as { offset: bigint; length: bigint }[]).map(({ offset, length }) => [
    Number(offset),
    Number(length),
  ]);

describe('readSnapshotTable', () => {
  it('gives what the image has, in its order', async () => {
    const bytes = image([entry('2', '1'), entry('1', 'ü'), entry('3', '1')]);
    const caller = host(() => bytes);
    expect(await readSnapshotTable(caller, path)).toEqual({
      known: true,
      tags: ['2 1', '1 ü', '3 1'].map((each) => {
        const [id, name] = each.split(' ');
        return { id, name, vmStateBytes: 4096, dateSec: 7, diskBytes: 67_108_864 };
      }),
      hasBitmaps: false,
      isDirty: false,
    });
    // Nothing but the header and the table is read, and never length 0, which is the whole file.
    const table = bytes.length - TABLE_AT;
    expect(ranges(caller)).toEqual([
      [0, 104],
      [TABLE_AT, CLUSTER_BYTES],
      [0, 104],
      [TABLE_AT, table],
    ]);
  });

  it('reads no table where there is none', async () => {
    const caller = host(() => image([]));
    expect(await readSnapshotTable(caller, path)).toEqual({ known: true, tags: [], hasBitmaps: false, isDirty: false });
    expect(ranges(caller)).toEqual([
      [0, 104],
      [0, 104],
    ]);
  });

  it('reads a long table in pieces', async () => {
    const many = Array.from({ length: 2_000 }, (_, index) => entry(String(index + 1), `n${index}`.padEnd(200, '-')));
    const caller = host(() => image(many));
    const table = await readSnapshotTable(caller, path);
    expect(table.known && table.tags.map(({ name }) => name)).toEqual(many.map(({ name }) => name));
    const pieces = ranges(caller).slice(1, -2);
    expect(pieces.length).toBeLessThan(10);
    let at = TABLE_AT;
    for (const [offset, length = 0] of pieces) {
      expect(offset).toBe(at);
      at += length;
    }
    // Not a cluster that is not the table's.
    expect(at).toBe(TABLE_AT + Math.ceil(tableBytes(many).length / CLUSTER_BYTES) * CLUSTER_BYTES);
  });

  const [a, b] = [image([entry('1', 'a')]), image([entry('1', 'a'), entry('2', 'b')])];
  const moved = Buffer.from(b);
  moved.writeBigUInt64BE(BigInt(TABLE_AT + CLUSTER_BYTES), 64);
  it.each<[string, (nth: number) => Buffer]>([
    ['the header', (nth) => (nth < 2 ? a : b)],
    ['the table', (nth) => (nth < 1 ? b : nth < 2 ? image([entry('1', 'a'), entry('9', 'z')]) : b)],
    ['where the table is', (nth) => (nth < 1 ? moved : b)],
  ])('looks once more where %s was changed meanwhile', async (_, now) => {
    const table = await readSnapshotTable(host(now), path);
    expect(table.known && table.tags.map(({ name }) => name)).toEqual(['a', 'b']);
  });

  it('tells what QEMU has marked an image as', async () => {
    const marked = (bits: number) => {
      const bytes = image([entry('1', 'a')]);
      bytes.writeUInt8(bits, 79);
      return readSnapshotTable(
        host(() => bytes),
        path,
      );
    };
    expect(await marked(1)).toMatchObject({ known: true, isDirty: true });
    expect(await marked(2)).toEqual({ known: false, why: 'corrupt' });
  });

  it('does not go on for ever where it keeps changing', async () => {
    const caller = host((nth) => image([entry(String(nth), 'a')]));
    expect(await readSnapshotTable(caller, path)).toEqual({ known: false, why: 'changing' });
    expect(ranges(caller)).toHaveLength(8);
  });

  it.each<[string, Buffer, string]>([
    ['an image of zeros', Buffer.alloc(1 << 20), 'not-qcow2'],
    ['an empty file', Buffer.alloc(0), 'not-qcow2'],
    ['half a header', a.subarray(0, 80), 'damaged'],
    ['fewer entries than promised', image([entry('1', 'a')], 60_000), 'damaged'],
    ['no table where one should be', a.subarray(0, TABLE_AT), 'damaged'],
  ])('does not know what is in %s', async (_, bytes, why) => {
    expect(
      await readSnapshotTable(
        host(() => bytes),
        path,
      ),
    ).toEqual({ known: false, why });
  });

  const throwing = (error: Error) => () => {
    throw error;
  };
  const pool = { name: 'default', uuid: Buffer.alloc(16) };
  const storageVolLookupByPath = throwing(refusal('NO_STORAGE_VOL'));
  it.each<[string, ConstructorParameters<typeof FakeCaller>[0], string]>([
    [
      'no pool',
      { storageVolLookupByPath, storagePoolLookupByTargetPath: throwing(refusal('NO_STORAGE_POOL')) },
      'no-pool',
    ],
    ['no storage driver', {}, 'no-pool'],
    [
      'a pool that does not know it',
      { storageVolLookupByPath, storagePoolLookupByTargetPath: () => ({ pool }) },
      'newer-than-pool',
    ],
    ['no permission', { storageVolLookupByPath: throwing(refusal('ACCESS_DENIED')) }, 'refused'],
    [
      'no file',
      { storageVolLookupByPath: () => ({ vol }), storageVolDownload: throwing(refusal('SYSTEM_ERROR', 2)) },
      'gone',
    ],
    [
      'a file that cannot be read',
      { storageVolLookupByPath: () => ({ vol }), storageVolDownload: throwing(refusal('SYSTEM_ERROR', 13)) },
      'refused',
    ],
    [
      'a read-only connection',
      { storageVolLookupByPath: () => ({ vol }), storageVolDownload: throwing(refusal('OPERATION_DENIED')) },
      'read-only',
    ],
    ['a pool that cannot stream', { storageVolLookupByPath: () => ({ vol }) }, 'refused'],
  ])('%s', async (_, answers, why) => {
    expect(await readSnapshotTable(new FakeCaller(answers), path)).toEqual({ known: false, why });
  });

  it('asks for the folder of the image', async () => {
    const caller = new FakeCaller({ storageVolLookupByPath });
    await readSnapshotTable(caller, path);
    expect(caller.args('storagePoolLookupByTargetPath')).toEqual([{ path: '/images' }]);
    expect(await readSnapshotTable(caller, 'relative.qcow2')).toEqual({ known: false, why: 'no-pool' });
  });

  it('ends with the connection, and with its signal', async () => {
    const lost = new ConnectionError('LOST', 'gone');
    const caller = new FakeCaller({ storageVolLookupByPath: () => ({ vol }), storageVolDownload: throwing(lost) });
    await expect(readSnapshotTable(caller, path)).rejects.toBe(lost);
    const stop = new AbortController();
    const aborted = host((nth) => {
      if (nth === 1) stop.abort(new Error('enough'));
      return b;
    });
    await expect(readSnapshotTable(aborted, path, { signal: stop.signal })).rejects.toThrow('enough');
    await expect(readSnapshotTable(aborted, path, { signal: stop.signal })).rejects.toThrow('enough');
    expect(ranges(aborted)).toHaveLength(2);
  });
});

describe('backingIn', () => {
  const over = (backing?: string) =>
    backingIn(
      host(() => headerBytes({ diskBytes: 1n, snapshotCount: 0, snapshotsOffset: 0, backing })),
      path,
    );
  it.each([
    ['/images/base.qcow2', '/images/base.qcow2'],
    ['base.qcow2', '/images/base.qcow2'],
    ['../other/base', '/other/base'],
    ['json:{"driver":"nbd"}', undefined],
    [undefined, null],
  ])('%s', async (named, found) => {
    expect(await over(named)).toBe(found);
  });
  it('does not know what it cannot read', async () => {
    expect(
      await backingIn(
        host(() => Buffer.alloc(9)),
        path,
      ),
    ).toBeUndefined();
  });
});
