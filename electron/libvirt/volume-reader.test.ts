import { describe, expect, it } from 'vitest';
import { ConnectionError } from './errors.ts';
import { type Answers, FakeCaller, refusal } from './fake-caller.ts';
import { type Drawn, imageBytes } from './qcow2/build.ts';
import { Qcow2Error } from './qcow2/error.ts';
import { Figures } from './qcow2/figures.ts';
import { LONGEST_PIECE } from './qcow2/ranges.ts';
import { lookInto, rangesOf, volumeOf } from './volume-reader.ts';

const path = '/images/vm.qcow2';
const vol = { pool: 'default', name: 'vm.qcow2', key: path };
const pool = { name: 'other', uuid: Buffer.alloc(16) };
const drawn: Drawn = {
  clusterBits: 9,
  refcountBits: 16,
  clusters: 100,
  now: { disk: new Map([[0, 2]]) },
  snapshots: [{ id: '1', name: 'a', dateSec: 7, vmStateBytes: 0, disk: new Map([[0, 1]]) }],
};
const image = imageBytes(drawn);
const other = imageBytes({ ...drawn, snapshots: [] });

interface Asked {
  readonly offset: number;
  readonly length: number;
}
/** A host whose file is, at each read, what `now` gives, and which notes how many reads are under way. */
function host(now: (nth: number, asked: Asked) => Buffer) {
  const asked: Asked[] = [];
  const seen = { most: 0, now: 0 };
  const caller = new FakeCaller(
    { storageVolLookupByPath: () => ({ vol }), storageVolDownload: () => ({}) },
    {
      async storageVolDownload({ offset, length }) {
        const each = { offset: Number(offset), length: Number(length) };
        const nth = asked.push(each) - 1;
        seen.most = Math.max(seen.most, ++seen.now);
        await Promise.resolve();
        seen.now--;
        return now(nth, each).subarray(each.offset, each.offset + each.length);
      },
    },
  );
  return { caller, asked, seen };
}
const figures = (caller: FakeCaller, options = {}) =>
  lookInto(
    caller,
    path,
    async ({ header, snapshots }, read) => new Figures({ header, read }).freedByDeleting(snapshots),
    options,
  );

describe('ranges of a volume', () => {
  const file = Buffer.from(Array.from({ length: 400_000 }, (_, index) => index % 251));

  it('come as they were asked, near ones by one stream, and never everything', async () => {
    const { caller, asked } = host(() => file);
    const read = rangesOf(caller, vol);
    const found = await read([
      { offset: 300_000, length: 4 },
      { offset: 10, length: 3 },
      { offset: 1_000, length: 0 },
      { offset: 20, length: 2 },
      { offset: 399_999, length: 9 },
      { offset: 2_000_000, length: 9 },
    ]);
    expect(found.map((each) => [...each])).toEqual([
      [...file.subarray(300_000, 300_004)],
      [10, 11, 12],
      [],
      [20, 21],
      [...file.subarray(399_999)],
      [],
    ]);
    expect(asked).toHaveLength(4);
    expect(asked.every(({ length }) => length > 0)).toBe(true);
  });

  it('are at most four at a time, none of them longer than a piece', async () => {
    const { caller, asked, seen } = host(() => Buffer.alloc(0));
    await rangesOf(caller, vol)(Array.from({ length: 30 }, (_, nth) => ({ offset: nth * 1e6, length: 9 })));
    expect(seen.most).toBe(4);
    await rangesOf(caller, vol)([{ offset: 0, length: 3 * LONGEST_PIECE }]);
    expect(asked.slice(30).map(({ length }) => length)).toEqual([LONGEST_PIECE, LONGEST_PIECE, LONGEST_PIECE]);
  });

  it('are of no more bytes than allowed, and of no more streams than that is worth', async () => {
    const { caller, asked } = host(() => Buffer.alloc(0));
    const read = rangesOf(caller, vol, { budget: 1_000_000 });
    await read([{ offset: 0, length: 900_000 }]);
    await expect(read([{ offset: 0, length: 90_000 }])).rejects.toMatchObject({ fault: 'too-much' });
    const many = Array.from({ length: 100 }, (_, nth) => ({ offset: nth * 1e6, length: 1 }));
    await expect(rangesOf(caller, vol, { budget: 1_000_000 })(many)).rejects.toMatchObject({ fault: 'too-much' });
    expect(asked).toHaveLength(1);
  });

  it('of the same place again and again count each time', async () => {
    const { caller } = host(() => Buffer.alloc(0));
    const same = Array.from({ length: 1_000 }, () => ({ offset: 0, length: 2_000 }));
    await expect(rangesOf(caller, vol, { budget: 1_000_000 })(same)).rejects.toMatchObject({ fault: 'too-much' });
  });
});

describe('a look into an image', () => {
  it('ends with the header and the table as they were', async () => {
    const { caller, asked } = host(() => image);
    expect(await figures(caller)).toEqual({ known: true, value: 3 * 512 });
    expect(asked.at(-1)).toMatchObject({ offset: 0 });
  });

  it.each<[string, (nth: number, last: number) => Buffer]>([
    ['another image in its place', (nth, last) => (nth < last ? other : image)],
    ['half of it', (nth) => (nth === 1 ? image.subarray(0, 300) : image)],
  ])('is had once more after %s', async (_, now) => {
    const { caller, asked } = host((nth) => now(nth, 1));
    expect(await figures(caller)).toEqual({ known: true, value: 3 * 512 });
    expect(asked.filter(({ offset }) => offset === 0).length).toBeGreaterThan(2);
  });

  it('that is disturbed twice is given up', async () => {
    const { caller } = host((nth) => imageBytes({ ...drawn, clusters: 100 + nth }));
    expect(await figures(caller)).toEqual({ known: false, why: 'changing' });
  });

  it.each<[string, Buffer, string]>([
    ['damage', Buffer.concat([image.subarray(0, 512), Buffer.alloc(9_000, 255)]), 'damaged'],
    ['something else', Buffer.alloc(9_000), 'not-qcow2'],
  ])('tells of %s', async (_, bytes, why) => {
    expect(await figures(host(() => bytes).caller)).toEqual({ known: false, why });
  });

  it('tells of what is too much', async () => {
    expect(await figures(host(() => image).caller, { budget: 40_000 })).toEqual({ known: false, why: 'too-much' });
  });

  it('is ended by the signal, by whoever is asked before each read, and by the connection', async () => {
    const stop = new AbortController();
    const stopped = host((nth) => {
      if (nth === 2) stop.abort(new Error('enough'));
      return image;
    });
    await expect(figures(stopped.caller, { signal: stop.signal })).rejects.toThrow('enough');
    expect(stopped.asked).toHaveLength(3);
    const held = host(() => image);
    const before = () => {
      if (held.asked.length === 2) throw new Error('held');
    };
    await expect(figures(held.caller, { before })).rejects.toThrow('held');
    const lost = host(() => {
      throw new ConnectionError('LOST', 'gone');
    });
    await expect(figures(lost.caller)).rejects.toBeInstanceOf(ConnectionError);
  });

  it('hands on what is no fault of the image', async () => {
    const looked = lookInto(host(() => image).caller, path, () => {
      throw new TypeError('a bug');
    });
    await expect(looked).rejects.toThrow('a bug');
    const unsupported = await lookInto(host(() => image).caller, path, () => {
      throw new Qcow2Error('unsupported', '');
    });
    expect(unsupported).toEqual({ known: false, why: 'unsupported' });
  });
});

describe('the volume of a path', () => {
  const throwing = (error: Error) => () => {
    throw error;
  };
  const nowhere: Answers = {
    storageVolLookupByPath: throwing(refusal('NO_STORAGE_VOL')),
    storagePoolLookupByTargetPath: throwing(refusal('NO_STORAGE_POOL')),
  };
  const inactive = (target: string): Answers => ({
    ...nowhere,
    connectListAllStoragePools: ({ flags }) => ({ pools: flags === 1 ? [pool] : [], count: 1 }),
    storagePoolGetXmlDesc: () => ({ xml: `<pool type='dir'><target><path>${target}</path></target></pool>` }),
  });
  it.each<[string, Answers, unknown]>([
    ['is found', { storageVolLookupByPath: () => ({ vol }) }, vol],
    ['no pool has', nowhere, 'no-pool'],
    ['is in a pool that is not active', inactive('/images'), 'inactive-pool'],
    ['is in such a pool, with a slash more', inactive('/images/'), 'inactive-pool'],
    ['is not in another such pool', inactive('/elsewhere'), 'no-pool'],
    [
      'came after the pool was scanned',
      { ...nowhere, storagePoolLookupByTargetPath: () => ({ pool }) },
      'newer-than-pool',
    ],
    ['nobody may look up', { storageVolLookupByPath: throwing(refusal('ACCESS_DENIED')) }, 'refused'],
    ['a driver without storage has not', {}, 'no-pool'],
  ])('that %s', async (_, answers, found) => {
    expect(await volumeOf(new FakeCaller(answers), path)).toEqual(found);
  });
  it('is asked of a path alone', async () => {
    const caller = new FakeCaller({});
    expect(await volumeOf(caller, 'pool/volume')).toBe('no-pool');
    expect(caller.calls).toEqual([]);
  });
});
