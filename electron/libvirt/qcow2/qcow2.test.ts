import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Qcow2Error } from './error.ts';
import { HEADER_BYTES, MAX_SNAPSHOTS, readHeader } from './header.ts';
import { minTableBytes, type Qcow2Snapshot, readSnapshots } from './snapshots.ts';
import { CLUSTER_BYTES, headerBytes, tableBytes } from './write.ts';

/** The fault that reading ends with, or what was read. */
function faultOf(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    if (error instanceof Qcow2Error) return error.fault;
    throw error;
  }
}
const changed = (bytes: Buffer, change: (copy: Buffer) => unknown): Buffer => {
  const copy = Buffer.from(bytes);
  change(copy);
  return copy;
};

const text = (max: number) =>
  fc.string({ unit: 'grapheme' }).filter((each) => !each.includes('\0') && Buffer.byteLength(each) <= max);
const snapshot: fc.Arbitrary<Qcow2Snapshot> = fc.record({
  id: text(127),
  name: text(255),
  dateSec: fc.nat({ max: 2 ** 32 - 1 }),
  dateNsec: fc.nat({ max: 999_999_999 }),
  clockNsec: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  vmStateBytes: fc.nat({ max: 2 ** 32 - 1 }),
  diskBytes: fc.option(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })),
  icount: fc.constant(null),
  l1: fc.record({ offset: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), entries: fc.nat({ max: 2 ** 32 - 1 }) }),
});
const one: Qcow2Snapshot = {
  id: '1',
  name: 'clean',
  dateSec: 1_700_000_000,
  dateNsec: 5,
  clockNsec: 9n,
  vmStateBytes: 77,
  diskBytes: 64n << 20n,
  icount: 12n,
  l1: { offset: 4096n, entries: 3 },
};

describe('the header', () => {
  const image = {
    diskBytes: 64n << 20n,
    snapshotCount: 3,
    snapshotsOffset: 5 * CLUSTER_BYTES,
    hasBitmaps: false,
  };
  const good = headerBytes(image);

  it('tells where the snapshot table is', () => {
    expect(readHeader(good)).toEqual({
      version: 3,
      clusterBytes: CLUSTER_BYTES,
      l1: { offset: 0n, entries: 0 },
      refcounts: { offset: 0n, clusters: 0, bits: 16 },
      backing: null,
      isDirty: false,
      isCorrupt: false,
      hasSubclusters: false,
      unsupported: null,
      ...image,
    });
    expect(readHeader(headerBytes({ ...image, snapshotCount: 0 }))).toMatchObject({ snapshotsOffset: 0 });
    const over = headerBytes({ ...image, backing: '/images/below' });
    expect(readHeader(over).backing).toEqual({ offset: HEADER_BYTES, length: 13 });
    expect(over.subarray(HEADER_BYTES).toString()).toBe('/images/below');
    expect(readHeader(headerBytes({ ...image, hasBitmaps: true }))).toMatchObject({ hasBitmaps: true });
    const v2 = changed(good.subarray(0, 72), (bytes) => bytes.writeUInt32BE(2, 4));
    expect(readHeader(v2)).toMatchObject({ version: 2, snapshotCount: 3 });
  });

  it.each<[string, number, object]>([
    ['dirty', 1, { isDirty: true, unsupported: null }],
    ['corrupt', 2, { isCorrupt: true, unsupported: null }],
    ['of data elsewhere', 4, { unsupported: 'the data are in a file of their own' }],
    ['of another compression', 8, { unsupported: null }],
    ['of subclusters', 16, { hasSubclusters: true, unsupported: null }],
    ['of a feature to come', 32, { unsupported: 'features 100000' }],
  ])('tells that an image is %s', (_, flags, told) => {
    expect(readHeader(changed(good, (bytes) => bytes.writeUInt8(flags, 79)))).toMatchObject(told);
  });

  const smallSubclusters = changed(good, (bytes) => {
    bytes.writeUInt8(16, 79);
    bytes.writeUInt32BE(13, 20);
    bytes.writeUInt32BE(0, 60);
  });
  it.each<[string, Buffer, string]>([
    ['nothing', Buffer.alloc(0), 'not-qcow2'],
    ['zeros', Buffer.alloc(4096), 'not-qcow2'],
    ['the first version', changed(good, (bytes) => bytes.writeUInt32BE(1, 4)), 'not-qcow2'],
    ['a version to come', changed(good, (bytes) => bytes.writeUInt32BE(4, 4)), 'not-qcow2'],
    ['half a header', good.subarray(0, 80), 'damaged'],
    ['refcounts of 128 bits', changed(good, (bytes) => bytes.writeUInt32BE(7, 96)), 'damaged'],
    ['subclusters of no whole sector', smallSubclusters, 'damaged'],
    ['tiny clusters', changed(good, (bytes) => bytes.writeUInt32BE(8, 20)), 'damaged'],
    ['huge clusters', changed(good, (bytes) => bytes.writeUInt32BE(22, 20)), 'damaged'],
    ['too many snapshots', changed(good, (bytes) => bytes.writeUInt32BE(MAX_SNAPSHOTS + 1, 60)), 'damaged'],
    ['a table in the header', changed(good, (bytes) => bytes.writeBigUInt64BE(0n, 64)), 'damaged'],
    ['a table within a cluster', changed(good, (bytes) => bytes.writeBigUInt64BE(65_544n, 64)), 'damaged'],
    [
      'a name of the image below without end',
      changed(good, (bytes) => bytes.writeUIntBE(0x0f_ffff_ffff, 12, 6)),
      'damaged',
    ],
    ['a table beyond reason', changed(good, (bytes) => bytes.writeBigUInt64BE(2n ** 63n, 64)), 'damaged'],
  ])('refuses %s', (_, bytes, fault) => {
    expect(faultOf(() => readHeader(bytes))).toBe(fault);
  });
});

describe('the snapshot table', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(fc.array(snapshot, { maxLength: 20 }), fc.uint8Array({ maxLength: 40 }), (snapshots, after) => {
        const table = tableBytes(snapshots);
        const read = readSnapshots(Buffer.concat([table, after]), snapshots.length);
        expect(read).toEqual({ snapshots, bytes: table.length });
      }),
    );
  });

  it('gives the entries that are whole wherever it ends, and goes on from there', () => {
    fc.assert(
      fc.property(fc.array(snapshot, { minLength: 1, maxLength: 4 }), fc.nat(), (snapshots, cut) => {
        const table = tableBytes(snapshots);
        const first = readSnapshots(table.subarray(0, cut % table.length), snapshots.length);
        const rest = snapshots.slice(first.snapshots.length);
        expect(first.snapshots).toEqual(snapshots.slice(0, first.snapshots.length));
        expect(rest.length === 0 || cut % table.length < table.length - tableBytes(rest.slice(1)).length).toBe(true);
        if (rest.length > 0) expect(readSnapshots(table.subarray(first.bytes), rest.length).snapshots).toEqual(rest);
        expect(minTableBytes(snapshots.length)).toBeLessThanOrEqual(table.length);
      }),
    );
  });

  it('has the 64-bit size of the memory, the size of the disk and the instructions in its extra data', () => {
    const table = tableBytes([one]);
    expect(readSnapshots(table, 1).snapshots).toEqual([one]);
    const long = { ...one, vmStateBytes: 2 ** 40, icount: null };
    expect(readSnapshots(tableBytes([long]), 1).snapshots).toEqual([long]);
    const old = { ...one, diskBytes: null, icount: null };
    expect(readSnapshots(tableBytes([old]), 1).snapshots).toEqual([old]);
    // Version 2 with 8 bytes of it: the memory alone.
    const short = Buffer.concat([table.subarray(0, 48), Buffer.from('1clean\0\0')]);
    short.writeUInt32BE(8, 36);
    expect(readSnapshots(short, 1).snapshots).toEqual([{ ...one, diskBytes: null, icount: null }]);
  });

  it.each<[string, (bytes: Buffer) => unknown]>([
    ['extra data', (bytes) => bytes.writeUInt32BE(1025, 36)],
    ['extra data without end', (bytes) => bytes.writeUInt32BE(0xffff_ffff, 36)],
    ['an ID', (bytes) => bytes.writeUInt16BE(128, 12)],
    ['a name', (bytes) => bytes.writeUInt16BE(256, 14)],
    ['memory', (bytes) => bytes.writeBigUInt64BE(2n ** 53n, 40)],
  ])('refuses too much of %s', (_, change) => {
    const table = Buffer.concat([changed(tableBytes([one]), change), Buffer.alloc(4096)]);
    expect(faultOf(() => readSnapshots(table, 1))).toBe('damaged');
  });

  it('refuses a count beyond QEMU’s', () => {
    expect(faultOf(() => readSnapshots(Buffer.alloc(0), MAX_SNAPSHOTS + 1))).toBe('damaged');
  });

  it('keeps names apart that are no UTF-8, and ends them where C does', () => {
    const named = (bytes: Buffer) => {
      const table = Buffer.concat([tableBytes([{ ...one, name: 'x'.repeat(bytes.length) }])]);
      bytes.copy(table, 40 + 24 + 1);
      return readSnapshots(table, 1).snapshots[0]?.name;
    };
    expect(named(Buffer.from('ok\0rest'))).toBe('ok');
    expect(named(Buffer.from('\ufeffé'))).toBe('\ufeffé');
    expect(named(Buffer.from([0x61, 0xff]))).toBe('a\udcff');
    expect(named(Buffer.from([0x61, 0xfe]))).not.toBe(named(Buffer.from([0x61, 0xff])));
  });
});

describe('any bytes at all', () => {
  it('give a result or a Qcow2Error', () => {
    const count = fc.oneof(fc.nat({ max: 40 }), fc.nat({ max: 2 ** 32 - 1 }));
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), count, (bytes, snapshots) => {
        faultOf(() => readHeader(bytes));
        faultOf(() => readSnapshots(bytes, snapshots));
      }),
      { numRuns: 500 },
    );
  });

  it('in the place of some good ones, too', () => {
    const flips = fc.array(fc.record({ at: fc.nat(), byte: fc.nat({ max: 255 }) }), { maxLength: 6 });
    fc.assert(
      fc.property(fc.array(snapshot, { minLength: 1, maxLength: 5 }), flips, (snapshots, changes) => {
        const head = headerBytes({ diskBytes: 1n, snapshotCount: 1, snapshotsOffset: CLUSTER_BYTES });
        const table = tableBytes(snapshots);
        for (const { at, byte } of changes) {
          head[at % head.length] = byte;
          table[at % table.length] = byte;
        }
        faultOf(() => readHeader(head));
        const read = faultOf(() => readSnapshots(table, snapshots.length));
        if (read !== 'damaged')
          expect((read as { snapshots: unknown[] }).snapshots.length).toBeLessThanOrEqual(snapshots.length);
      }),
      { numRuns: 500 },
    );
  });
});

const hasQemuImg = (() => {
  try {
    execFileSync('qemu-img', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();
if (!hasQemuImg) console.warn('Images of qemu-img are left out: there is no qemu-img on this machine');

describe.skipIf(!hasQemuImg)('images of qemu-img', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'snapkeel-qcow2-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const qemuImg = (...args: string[]) => execFileSync('qemu-img', args, { encoding: 'utf8' });
  const create = (name: string, options = 'compat=1.1') => {
    const path = join(folder, name);
    qemuImg('create', '-q', '-f', 'qcow2', '-o', options, path, '4M');
    return path;
  };
  const read = (path: string) => {
    const bytes = readFileSync(path);
    const header = readHeader(bytes.subarray(0, HEADER_BYTES));
    return { header, ...readSnapshots(bytes.subarray(header.snapshotsOffset), header.snapshotCount) };
  };
  const listed = (path: string) => {
    const info = JSON.parse(qemuImg('info', '-U', '--output=json', path)) as {
      snapshots?: { id: string; name: string; 'date-sec': number; 'vm-state-size': number }[];
    };
    const rows = info.snapshots ?? [];
    return rows.map((row) => [row.id, row.name, row['date-sec'], row['vm-state-size']]);
  };
  const rows = (path: string) =>
    read(path).snapshots.map((each) => [each.id, each.name, each.dateSec, each.vmStateBytes]);

  const names: readonly (readonly [string, readonly string[]])[] = [
    ['none', []],
    ['of digits', ['2', '1', '3', '0', '007', '10']],
    ['twice the same', ['a', 'b', 'a', 'a']],
    ['of all the world', ['schön ✓ 雪', 'a b', 'a"b\\c', "it's", 'ünï\u202ecode', '-x', '.', 'x'.repeat(255)]],
    ['many', Array.from({ length: 16 }, (_, index) => `night-${index}-${'z'.repeat(200)}`)],
  ];
  const perOption: Readonly<Record<string, readonly string[]>> = {
    'compat=0.10': ['of digits', 'twice the same'],
    'compat=1.1': ['none', 'of digits', 'twice the same', 'of all the world'],
    'compat=1.1,cluster_size=512': ['of digits', 'many'],
    'compat=1.1,cluster_size=2M': ['of all the world'],
  };
  for (const options of Object.keys(perOption))
    it.each(names.filter(([label]) => (perOption[options] ?? []).includes(label)))(
      `${options}: snapshots %s are read as it lists them`,
      { timeout: 120_000 },
      (label, wanted) => {
        const path = create(`${label}-${options}.qcow2`.replaceAll(' ', '-'), options);
        for (const name of wanted) qemuImg('snapshot', '-c', name, path);
        expect(rows(path)).toEqual(listed(path));
        expect(read(path).snapshots.map(({ name }) => name)).toEqual(wanted);
        expect(read(path).header.version).toBe(options === 'compat=0.10' ? 2 : 3);
        expect(read(path).snapshots.every(({ diskBytes }) => diskBytes === null || diskBytes === 4n << 20n)).toBe(true);
      },
    );

  it('tells bitmaps as long as there are any', { timeout: 120_000 }, () => {
    const path = create('bitmaps.qcow2');
    const has = () => readHeader(readFileSync(path)).hasBitmaps;
    expect(has()).toBe(false);
    for (const name of ['monday', 'tuesday']) qemuImg('bitmap', '--add', path, name);
    qemuImg('bitmap', '--remove', path, 'monday');
    expect(has()).toBe(true);
    qemuImg('bitmap', '--remove', path, 'tuesday');
    expect(has()).toBe(false);
  });

  it('what is written here is read by it as well', { timeout: 120_000 }, () => {
    const path = create('written.qcow2');
    const snapshots = ['1', 'zwei', '雪', 'zwei'].map(
      (name, index): Qcow2Snapshot => ({
        ...one,
        id: String(index + 1),
        name,
        vmStateBytes: index * 5_000_000_000,
        icount: null,
      }),
    );
    qemuImg('snapshot', '-c', 'x', path);
    const bytes = Buffer.concat([readFileSync(path), Buffer.alloc(CLUSTER_BYTES)]);
    // An L1 table of its own for each: the one of the snapshot that is there will do for a listing.
    const table = tableBytes(snapshots);
    let at = 0;
    for (const each of snapshots) {
      bytes.copy(table, at, readHeader(bytes).snapshotsOffset, readHeader(bytes).snapshotsOffset + 12);
      at += tableBytes([each]).length;
    }
    bytes.writeUInt32BE(snapshots.length, 60);
    table.copy(bytes, readHeader(bytes).snapshotsOffset);
    writeFileSync(path, bytes);
    expect(listed(path)).toEqual(snapshots.map((each) => [each.id, each.name, each.dateSec, each.vmStateBytes]));
    expect(rows(path)).toEqual(listed(path));
  });
});
